"""Which texts may say the same, and what a bead should say."""

import pytest

from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from gitgt.model.lint import missing
from gitgt.model.similar import Pair, Text, pairs

TEXTS = [
    Text("a", "Retry the push", "The remote is busy."),
    Text("b", "Retry THE push!", "The remote is busy"),
    Text("c", "Retry the pull", "Nothing alike at all here"),
    Text("d", "Write the notes", ""),
]


def test_the_same_words_are_the_same_text():
    assert pairs(TEXTS, least=0.9) == [Pair("a", "b", 1.0)]


def test_less_alike_comes_later():
    assert pairs(TEXTS, least=0.3) == [
        Pair("a", "b", 1.0),
        Pair("a", "c", 0.35),
        Pair("b", "c", 0.35),
    ]


def test_titles_alone_are_compared_where_there_is_no_more():
    assert pairs([Text("a", "x y", ""), Text("b", "x z", "")], least=0.3) == [
        Pair("a", "b", 0.33)
    ]


def _bead(kind, description="", **fields):
    return Bead(
        id=BeadId("gt-abc12"),
        type=kind,
        title="t",
        status="open",
        created_at="2026-11-22T14:30:00Z",
        created_by="me",
        description=description,
        **fields,
    )


@pytest.mark.parametrize(
    ("bead", "left"),
    [
        (_bead("task"), ("Acceptance Criteria",)),
        (_bead("task", acceptance="x"), ()),
        (_bead("task", "It is\n## Acceptance criteria\nx"), ()),
        (_bead("task", "**Acceptance**: x"), ()),
        (_bead("task", "The acceptance is clear"), ("Acceptance Criteria",)),
        (_bead("bug", "# Steps to reproduce", acceptance="x"), ()),
        (_bead("epic"), ("Success Criteria",)),
        (_bead("decision", "# Decision\n# Alternatives", design="why"), ()),
        (_bead("chore"), ()),
    ],
)
def test_a_bead_should_say_what_its_type_asks_for(bead, left):
    assert missing(bead) == left
