"""Which branches are merged on trial, and what is made of what git says."""

from __future__ import annotations

import pytest

from gitgt.model.radar import radar
from gitgt.model.radar.radar import (
    MOST_PATHS,
    Collision,
    Found,
    Live,
    Scanned,
    Spot,
    Standing,
    Touched,
    Trial,
)

MAIN = Live(branch="main", head="t", standing=Standing.TARGET)
NOTHING = Touched()
WIDE = Touched.of([("M", f"f{number}") for number in range(MOST_PATHS + 1)], [])


def touched(*rows: str, gone: tuple[str, ...] = ()) -> Touched:
    return Touched.of([(row[0], row[2:]) for row in rows], gone)


def live(name: str, draft: str = "") -> Live:
    return Live(
        branch=name, head=name[0], standing=Standing.WORKING, target="main",
        agent=f"shop/polecats/{name}", draft=draft,
    )  # fmt: skip


def scanned(name: str, own: Touched, *, draft: str = "", **more: Touched) -> Scanned:
    return Scanned(
        live=live(name, draft), target=MAIN, target_tree="tree of t", rules="r", own=own, **more
    )


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (touched("M a"), touched("M a"), True),
        (touched("M a"), touched("M b"), False),
        (touched("D a", "A b"), touched("M a"), True),  # renamed here, changed there
        (touched("D a", "A c"), touched("D b", "A c"), True),  # two become one
        (touched("A a"), touched("A a/b"), True),  # a file where another wants a folder
        (touched("A a"), touched("A a/b/c"), True),
        (touched("A a/x"), touched("A a/y"), False),
        (touched("D a/x", "A b/x", gone=("a",)), touched("A a/y"), True),  # the folder moved
        (touched("D a/x", "A b/x", gone=("a",)), touched("A a/z/y"), True),
        (touched("D a/x"), touched("A a/y"), False),
        (NOTHING, touched("M a"), False),
        (NOTHING, WIDE, False),
        (WIDE, touched("M other"), True),
    ],
)
def test_what_may_be_a_conflict_overlaps(one, other, answer):
    assert one.overlaps(other) is answer
    assert other.overlaps(one) is answer


def test_a_huge_change_touches_everything():
    assert Touched(wide=True) == WIDE
    assert WIDE.has("anything")
    assert touched("M a").has("a")
    assert not touched("M a").has("b")


def test_only_what_overlaps_is_tried_and_nothing_twice():
    a = scanned("a", touched("M x"), moved=touched("M x"))
    b = scanned("b", touched("M x"), moved=touched("M y"))
    c = scanned("c", touched("M z"))
    first = [Trial("a", "t", "r"), Trial("a", "b", "r")]
    assert radar.wanted([a, b, c], {}) == first
    assert radar.wanted([a, b, c], {first[0]: Found("clean")}) == first[1:]
    assert radar.wanted([b, a, c], dict.fromkeys(first, Found("clean"))) == []


def test_what_has_landed_is_merged_with_nobody():
    a = scanned("a", touched("M x"), moved=touched("M x"))
    b = scanned("b", touched("M x"))
    known = {Trial("a", "t", "r"): Found("tree of t")}
    assert radar.landed(a, known)
    assert not radar.landed(b, known)
    assert radar.wanted([a, b], known) == []
    assert radar.collisions([a, b], known) == ()


def test_a_draft_is_tried_as_well_and_tells_only_what_is_new():
    own, more = touched("M x"), touched("M x", "M y")
    a = scanned("a", own, draft="d", moved=touched("M y"))
    a = Scanned(**{name: getattr(a, name) for name in Scanned.__slots__} | {"draft": more})
    b = scanned("b", touched("M x", "M y"))
    trials = radar.wanted([a, b], {})
    assert trials == [Trial("d", "t", "r"), Trial("a", "b", "r"), Trial("b", "d", "r")]
    known = {
        trials[0]: Found("clean"),
        trials[1]: Found("", (Spot("x", "contents"),)),
        trials[2]: Found("", (Spot("x", "contents"), Spot("y", "contents", ((1, 2),)))),
    }
    (found,) = radar.collisions([a, b], known)
    # The trial was made the other way round: what were its lines are the other's.
    assert found.spots == (
        Spot("x", "contents"),
        Spot("y", "contents", (), ((1, 2),), draft=True),
    )
    assert not found.may
    assert not radar.landed(a, known)


def test_what_collides_with_the_target_is_not_told_of_others_too():
    a = scanned("a", touched("M x", "M y"), moved=touched("M x"))
    b = scanned("b", touched("M y"))
    x, y = Spot("x", "contents"), Spot("y", "contents")
    known = {Trial("a", "t", "r"): Found("", (x,)), Trial("a", "b", "r"): Found("", (x, y))}
    found = radar.collisions([a, b], known)
    assert [(each.other.branch, each.spots) for each in found] == [("b", (y,)), ("main", (x,))]


@pytest.mark.parametrize(
    ("spots", "severity"),
    [
        ([Spot("x", "contents")], "medium"),
        ([Spot("x", "modify/delete")], "high"),
        ([Spot(f"x{number}", "contents") for number in range(6)], "high"),
        ([Spot("x", "modify/delete", draft=True)], "low"),
        ([Spot("x", "contents"), Spot("y", "binary", draft=True)], "medium"),
    ],
)
def test_how_bad_it_is(spots, severity):
    found = Collision(live("a"), live("b"), tuple(spots))
    assert found.severity == severity
    assert found.may is (severity == "low")


def test_the_worst_comes_first_and_each_may_be_read_from_both_sides():
    worst = Collision(live("x"), live("y"), (Spot("p", "binary"),))
    lines = Collision(live("a"), live("b"), (Spot("p", "contents", ((1, 1),), ((2, 2),)),))
    assert sorted([lines, worst], key=lambda each: each.order) == [worst, lines]
    assert lines.seen_by("a") is lines
    turned = lines.seen_by("b")
    assert (turned.one.branch, turned.spots[0].ours) == ("b", ((2, 2),))
