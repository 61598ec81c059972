from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import GtError
from gitgt.ledger import documents as door
from gitgt.ledger.layout import path_of
from gitgt.model.actor import Standing
from gitgt.model.change import check_change, complete, flaws
from gitgt.model.documents import KINDS
from tests.support.documents import COMMIT, documents, edited, fresh

LATER = "2026-11-25T12:00:00Z"
FILLED = {
    "assignee": "shop/polecats/toast",
    "reason": "because",
    "landed": COMMIT,
    "session": "gt-abc12-1",
    "due_at": LATER,
    "findings": "no answer",
    "outcome": "failure",
    "reader": "shop/polecats/toast",
}
FILLED_FOR = {
    "hooked": {"assignee": FILLED["assignee"]},
    "in_progress": {"assignee": FILLED["assignee"]},
}
ROWS = [(kind, row) for kind in KINDS for row in kind.machine]


@pytest.mark.parametrize(
    ("kind", "row"), ROWS, ids=lambda each: getattr(each, "kind", None) or each.verb
)
def test_every_step_can_be_written_by_hand(kind, row):
    """What a row needs is written, what it drops is not looked after."""
    needs = {name: FILLED[name] for name in row.needs}
    before = fresh(kind, reason="before")
    old = complete(
        None,
        {**before.fields(), **FILLED_FOR.get(row.source, {}), "status": row.source},
        now=LATER,
        by="ada",
    )
    new = complete(old, {**old.fields(), **needs, "status": row.target}, now=LATER, by="bob")
    check_change(old, new, min(row.who, key=[*Standing].index))


def judged(old, new, standing):
    """The refusal, None if there is none."""
    try:
        check_change(old, new, standing)
    except GtError as error:
        return error
    return None


@given(documents(), st.data())
def test_what_passes_is_a_step_and_has_no_flaw(old, data):
    new = data.draw(edited(old))
    standing = data.draw(st.sampled_from(Standing))
    if refusal := judged(old, new, standing):
        assert str(old.id) in refusal.message
        assert refusal.hint
        return
    new.machine.between(old.status, new.status, standing)
    assert list(flaws(new)) == []


@given(documents())
def test_nothing_is_filled_in_twice(document):
    again = complete(document, document.fields(), now=LATER, by="bob")
    assert again == document
    anew = complete(None, document.fields(), now=LATER, by="bob")
    assert complete(anew, anew.fields(), now="2026-11-26T12:00:00Z", by="eve") == anew


@given(documents())
def test_what_is_written_may_be_taken_in_again(document):
    path = path_of(document.id)
    fields = door.load_draft(door.dump(document), path, path)
    assert complete(document, fields, now=LATER, by="bob") == document
