"""What may be pushed where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitgt.errors import RefusedError
from gitgt.services.push import PushedRef, Pusher, judge_push, parse_lines

OLD, NEW, ZERO = "1" * 40, "2" * 40, "0" * 40
PERSON = Pusher("", {"refs/heads/main"}, "refs/heads/beads", shared=False, rig="shop")
AGENT = replace(PERSON, agent="shop/polecats/toast")
SHARED = replace(PERSON, shared=True)


def told(pusher, *lines, contains=True):
    pushed = [PushedRef(*line) for line in lines]
    refusals = judge_push(pushed, pusher, contains=lambda *_: contains)
    return [f"{each.why} | {each.hint}" for each in refusals]


def to(ref, *, local="HEAD", new=NEW, old=OLD):
    return (local, new, ref, old)


def test_lines_are_read_as_git_writes_them():
    text = (
        f"refs/heads/a {NEW} refs/heads/b {OLD}\n"
        f"(delete) {ZERO} refs/heads/c {OLD}\n"
        f"HEAD^{{/fix it}} {NEW} refs/heads/d {ZERO}\n"
    )

    assert parse_lines(text) == (
        PushedRef("refs/heads/a", NEW, "refs/heads/b", OLD),
        PushedRef("(delete)", "", "refs/heads/c", OLD),
        PushedRef("HEAD^{/fix it}", NEW, "refs/heads/d", ""),
    )
    assert parse_lines("") == ()


def test_another_line_is_refused():
    with pytest.raises(RefusedError, match="is not what git hands to pre-push"):
        parse_lines("nonsense\n")


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/feature", "refs/tags/v1"])
def test_a_person_pushes_what_is_theirs(ref):
    assert told(PERSON, to(ref)) == []


def test_an_agent_is_told_how_to_land():
    assert told(AGENT, to("refs/heads/main"), to("refs/heads/feature")) == [
        "shop/polecats/toast may not push to main: the refinery lands | git gt done"
    ]


def test_what_work_is_collected_on_is_landed_on_as_well():
    said = "shop/polecats/toast may not push to integration/sell-more: the refinery lands"
    assert told(AGENT, to("refs/heads/integration/sell-more")) == [f"{said} | git gt done"]
    assert told(PERSON, to("refs/heads/integration/sell-more")) == []


@pytest.mark.parametrize(
    "ref", ["refs/heads/polecat/toast/gt-abc12", "refs/notes/gt/work", "refs/gt/verdicts"]
)
def test_what_is_ours_is_pushed_when_the_rig_is_shared(ref):
    name = ref.removeprefix("refs/heads/")
    assert told(PERSON, to(ref)) == [
        f"{name} is the town's own: the rig is not shared | git gt rig share shop"
    ]
    assert told(SHARED, to(ref)) == []
    assert told(PERSON, ("(delete)", "", ref, OLD)) == []


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        ("refs/heads/desk/tess", "beads"),
        ("refs/gt/trash/1/x", "BRANCH"),
        ("refs/gt/wisps", "BRANCH"),
    ],
)
def test_what_belongs_to_one_clone_stays(ref, branch):
    name = ref.removeprefix("refs/heads/")
    assert told(SHARED, to(ref)) == [
        f"{name} belongs to this clone alone | git push origin {branch}"
    ]


def test_whose_turn_it_is_to_land_goes_along_where_the_rig_is_shared_and_no_agent_pushes():
    turn = to("refs/gt/lease/refinery/main")
    assert told(SHARED, turn) == []
    for who in (PERSON, replace(AGENT, shared=True)):
        assert told(who, turn) == [
            "refs/gt/lease/refinery/main belongs to this clone alone | git push origin BRANCH"
        ]


def test_the_ledger_goes_out_when_the_rig_is_shared():
    ledger = to("refs/heads/beads", local="refs/heads/beads")

    assert told(PERSON, ledger) == [
        "beads is the town's own: the rig is not shared | git gt rig share shop"
    ]
    assert told(PERSON, to("refs/heads/copy", local="refs/heads/beads")) == [
        "copy is the town's own: the rig is not shared | git gt rig share shop"
    ]
    assert told(SHARED, ledger) == []


def test_the_ledger_is_never_deleted_nor_forced():
    assert told(SHARED, ("(delete)", "", "refs/heads/beads", OLD)) == [
        "beads is the ledger: deleting it loses all beads | "
    ]
    assert told(SHARED, to("refs/heads/beads"), contains=False) == [
        "beads is the ledger: it is merged, never forced | git gt sync"
    ]
    assert told(SHARED, to("refs/heads/beads", old=""), contains=False) == []


def test_an_agent_does_not_push_the_ledger():
    assert told(replace(AGENT, shared=True), to("refs/heads/beads")) == [
        "shop/polecats/toast may not push the ledger | git gt done"
    ]
