"""A request meets a forge and people who do what they like."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.pull_request import Check, Outcome, Proposal, Remark, Rules, Seen
from gitgt.model.pull_request_plan import (
    Adopt,
    Hear,
    Merge,
    Open,
    Say,
    SendBack,
    Show,
    Take,
    plan,
)

heads = st.sampled_from(["a" * 40, "b" * 40, "c" * 40])
names = st.sampled_from(["ci", "lint"])
people = st.sampled_from(["bob", "eve"])
remarks = st.builds(
    Remark, st.sampled_from(["comment-1", "review-2", "note-3"]), people, st.just("2026"),
    st.text(max_size=20), blocks=st.booleans(),
)  # fmt: skip
seens = st.builds(
    Seen, number=st.just(7), url=st.just("u"), head=heads, is_open=st.booleans(),
    merged=st.booleans(), draft=st.booleans(), queued=st.booleans(),
    ejected=st.sampled_from(["", "red"]),
    checks=st.lists(st.builds(Check, names, st.sampled_from(Outcome)), max_size=3).map(tuple),
    opinions=st.lists(st.tuples(people, st.booleans()), max_size=2).map(tuple),
    remarks=st.lists(remarks, max_size=3, unique_by=lambda each: each.id).map(tuple),
)  # fmt: skip
heard = st.frozensets(
    st.sampled_from(["asked-1", "back-1", "closed-7", "comment-1", "review-2", "note-3"])
)
proposals = st.builds(
    Proposal, head=heads, waits=st.booleans(), over=st.sampled_from(["", "not needed"]),
    passed=st.booleans(), reason=st.sampled_from(["", "red"]), heard=heard,
    contains=st.booleans(), is_foreign=st.booleans(), builds_on=st.booleans(),
    arrived=st.booleans(), complete=st.booleans(), clashes=st.booleans(),
)  # fmt: skip
rules = st.builds(
    Rules, at_once=st.booleans(), approvals=st.integers(0, 2), merges=st.booleans(),
    checks=st.lists(names, max_size=2, unique=True).map(tuple),
)  # fmt: skip


@given(proposals, st.none() | seens, rules)
def test_only_what_passed_is_merged_and_nothing_of_others_is_undone(mine, seen, wanted):
    acts = plan(mine, seen, wanted)
    for act in acts:
        match act:
            case Merge():
                assert mine.passed
                assert mine.waits
                assert seen is not None
                assert seen.head == mine.head
                assert wanted.merges
                assert sum(yes for _, yes in seen.opinions) >= wanted.approvals
            case Take():
                assert mine.arrived
                assert mine.complete
            case Show(head, old) if old:
                assert head == mine.head
                assert not mine.is_foreign
            case Show() | Open():
                assert mine.passed or wanted.at_once
                assert mine.waits
            case Adopt():
                assert mine.builds_on
            case _:
                pass


@given(proposals, seens, rules)
def test_what_was_heard_is_not_heard_again(mine, seen, wanted):
    """Once all is written down that was to be, and nothing else changed, nothing is left."""
    known = set(mine.heard)
    for act in plan(mine, seen, wanted):
        match act:
            case Hear(found) | SendBack(remarks=found):
                assert not known & {each.id for each in found} - {"back-1"}
                known |= {each.id for each in found}
            case Merge(remark) | Adopt(_, remark):
                known.add(remark.id)
            case Say(mark, _):
                known.add(mark)
            case _:
                pass
    again = plan(replace(mine, heard=frozenset(known)), seen, wanted)
    assert not [act for act in again if isinstance(act, Hear | Say | Merge)]
