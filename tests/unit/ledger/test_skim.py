"""What is seen of a file at a glance is what it says."""

import pytest

from gitgt.ledger import codec, skim
from gitgt.model.documents import Bead, Comment, Dependency, DependencyType
from gitgt.model.ids import BeadId

AT = "2026-11-22T14:30:00Z"
BEAD = Bead(
    id=BeadId("gt-abc12"),
    type="task",
    title='Retry "it": now',
    status="open",
    created_at=AT,
    created_by="mayor",
    parent="gt-aaaaa",
    due_at=AT,
    header="closed_at: not a key",
    labels=("io", "net"),
    dependencies=(Dependency(DependencyType.BLOCKS, BeadId("gt-xyz12")),),
    description="When:\nclosed_at: 2020\n\n  the end",
    notes="short",
    comments=(Comment("k1", AT, "me", "one"), Comment("k2", AT, "you", "two\nby: three\n")),
)
CONTENT = codec.emit(BEAD.fields())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("parent", "gt-aaaaa"),
        ("due_at", AT),
        ("title", 'Retry "it": now'),
        ("closed_at", ""),
        ("notes", "short"),
    ],
)
def test_a_field_of_one_line(name, said):
    assert skim.field(CONTENT, name) == said


def test_texts_are_read_as_running_words():
    found = skim.sections(CONTENT.decode())
    assert {name: found[name] for name in ("title", "labels", "description", "comments")} == {
        "title": 'Retry "it": now',
        "labels": "io net",
        "description": "When: closed_at: 2020 the end",
        "comments": "one two by: three",
    }


def test_what_is_no_file_of_ours_has_no_fields():
    assert skim.sections("{[") == {}
    assert skim.sections('title: "torn\n')["title"] == '"torn'
