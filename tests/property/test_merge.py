from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from gitgt.ledger import schemas
from gitgt.ledger.codec import emit
from gitgt.model.change import HELD, flaws
from gitgt.model.documents import Dependency
from gitgt.model.merge import Side, merge
from gitgt.model.stamps import CLAIM, Stamp
from gitgt.model.textmerge import merge_text
from tests.support.documents import bead, documents, edited

_AUTHORS = st.sampled_from(("ada", "bob", ""))
_CLOCKS = st.integers(1, 3)
_SETTLED = st.sampled_from((None, False, True))


def _side(document, clock, author, settled):
    stamps = {} if settled is None else {CLAIM: Stamp(clock, author, settled=settled)}
    return Side(document, clock, author, stamps)


def _drawn(draw, base):
    document, settled = draw(edited(base)), draw(_SETTLED)
    unchanged = document == base  # and so nobody wrote a claim there
    return _side(document, draw(_CLOCKS), draw(_AUTHORS), None if unchanged else settled)


@st.composite
def forks(draw):
    """A document, and two that people made of it apart."""
    base = draw(documents())
    sides = [_drawn(draw, base) for _ in range(2)]
    return (draw(st.sampled_from((base, base, base, None))), *sides)


@given(forks())
def test_it_does_not_matter_who_merges(fork):
    base, ours, theirs = fork
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert one == other
    assert emit(one.document.fields()) == emit(other.document.fields())


@given(forks())
def test_who_changed_nothing_gives_way(fork):
    base, ours, theirs = fork
    same = Side(base, theirs.clock, theirs.author)
    assert merge(base, ours, same).document == ours.document
    assert merge(base, same, ours).document == ours.document
    assert merge(base, ours, ours).document == ours.document


@given(forks())
def test_what_comes_out_is_a_document(fork):
    merged = merge(*fork).document
    assert list(flaws(merged)) == []
    assert schemas.accepts(merged.kind, merged.fields())


@given(forks())
def test_where_it_stands_is_where_one_of_the_two_stood(fork):
    _, ours, theirs = fork
    merged = merge(*fork).document
    both = [(side.document.status, side.document.closed_at) for side in (ours, theirs)]
    assert (merged.status, merged.closed_at) in both


@given(forks())
def test_what_either_said_anew_is_there(fork):
    base, ours, theirs = fork
    merged = merge(*fork).document
    assume(merged.status != "tombstone")  # it says nothing but its name
    known = {each.id for each in base.comments} if base else set()
    said = {each.id for side in (ours, theirs) for each in side.document.comments}
    assert said - known <= {each.id for each in merged.comments}


@given(forks(), st.booleans())
def test_an_edge_that_neither_side_touched_stays(fork, both_conditions):
    """Also where an earlier gitgt let one bead hang on another in two ways of one type."""
    base, ours, theirs = fork
    assume(
        base is not None and "tombstone" not in (ours.document.status, theirs.document.status)
    )
    kept = {Dependency("conditional-blocks", "gt-kept0", "success")}
    kept |= (
        {Dependency("conditional-blocks", "gt-kept0", "failure")} if both_conditions else set()
    )

    def hung(document):
        return document.replace(dependencies=tuple(sorted({*document.dependencies, *kept})))

    sides = [replace(each, document=hung(each.document)) for each in (ours, theirs)]
    assert kept <= set(merge(hung(base), *sides).document.dependencies)


@given(forks())
def test_changed_beats_deleted(fork):
    base, ours, theirs = fork
    gone = Side(None, theirs.clock, theirs.author)
    merged = merge(base, ours, gone).document
    assert merged == (None if base == ours.document else ours.document)


@given(_CLOCKS, _CLOCKS, _SETTLED, _SETTLED)
def test_of_two_claims_the_settled_wins_and_else_the_first(one, two, left, right):
    claims = [
        _side(bead(status="hooked", assignee=f"shop/polecats/{name}"), clock, name, settled)
        for name, clock, settled in (("toast", one, left), ("nux", two, right))
    ]
    merged = merge(bead(), *claims)
    first = min(
        claims, key=lambda side: (not side.stamp(CLAIM).settled, side.clock, side.author)
    )
    assert merged.document == first.document
    assert [lost.field for lost in merged.lost] == ["assignee"]
    assert merged.document.status in HELD


_TEXT = st.lists(st.sampled_from("abc"), max_size=8).map("\n".join)


@given(_TEXT, _TEXT, _TEXT)
def test_lines_that_one_side_left_alone_are_the_other_sides(base, first, last):
    assert merge_text(base, base, last)[0] == last
    assert merge_text(base, first, base)[0] == first or not base
    assert merge_text(base, last, last)[0] == last
