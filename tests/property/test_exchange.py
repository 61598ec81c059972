"""Any record of bd becomes a bead that keeps its schema, and comes out again as it was."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gitgt.ledger import codec, layout
from gitgt.ledger.documents import load
from gitgt.model.change import flaws
from gitgt.model.ids import is_bead_id
from gitgt.model.issues.trace import MARK
from gitgt.services.exchange import bd
from gitgt.services.exchange.kept import restored
from gitgt.services.exchange.plan import as_bead

WORDS = st.text(max_size=12) | st.sampled_from(["open", "2025-11-22T14:30:00+01:00", "\x1b[0m"])
ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS
NAMES = st.sampled_from(["gt-aaaa1", "gt-bbbb2", "external:shop:x", "no id", "gt-aaaa1.1"])
TIMES = st.sampled_from(
    ["2025-11-22T14:30:00Z", "2025-11-22T14:30:00.123456789-08:00", "0001-01-01T00:00:00Z", "x"]
)
EDGE = st.fixed_dictionaries(
    {"depends_on_id": NAMES},
    optional={
        "issue_id": NAMES,
        "type": st.sampled_from([*bd._EDGES, "until", "mine"]),
        "metadata": st.sampled_from(
            ["", "{}", '{"gate":"any-children"}', '{"when":"success"}', "{"]
        )
        | ANY,
    },
)
COMMENT = st.fixed_dictionaries(
    {"text": WORDS},
    optional={"id": st.integers(0, 3) | WORDS, "author": WORDS, "created_at": TIMES},
)
RECORDS = st.fixed_dictionaries(
    {"id": NAMES, "title": WORDS.filter(lambda text: text.strip(" \t\r\n\x0b\x0c"))},
    optional={
        "status": st.sampled_from(
            [*bd._STATUSES, "hooked", "in_progress", "tombstone", "mine"]
        ),
        "issue_type": st.sampled_from([*bd._TYPES, "event"]),
        "priority": st.integers(-1, 6) | ANY,
        "estimated_minutes": st.integers(-1, 600) | ANY,
        "labels": st.lists(WORDS, max_size=3) | ANY,
        "dependencies": st.lists(EDGE, max_size=3) | ANY,
        "comments": st.lists(COMMENT, max_size=3) | ANY,
        "metadata": st.dictionaries(WORDS, ANY, max_size=2) | ANY,
        **dict.fromkeys(("created_at", "closed_at", "started_at", "due_at"), TIMES | ANY),
        **dict.fromkeys(("description", "notes", "assignee", "owner", "created_by"), ANY),
        **dict.fromkeys(("close_reason", "external_ref", "spec_id", "pinned"), ANY),
    },
)


class Same:
    """Names that are the same on both sides, where they can be."""

    def of(self, _, name):
        return name if is_bead_id(name) else ""

    def back(self, _):
        return {"gt-zzzz9": "no id"}


@given(record=RECORDS)
def test_a_record_of_bd_makes_a_valid_bead_and_comes_out_as_it_was(record):
    foreign = bd.read(record, "x:1")
    name = foreign.name if is_bead_id(foreign.name) else "gt-zzzz9"
    made = as_bead(name, Same(), foreign, None)
    read = load(codec.emit(made.fields()), layout.path_of(name))
    assert read == made
    assert [*flaws(made)] == []
    names = {name: foreign.name}
    out = restored(read.ext[MARK], bd.write(read, names))
    assert json.dumps(out, sort_keys=True) == json.dumps(record, sort_keys=True)
