"""What to do about a pull request, case by case."""

from dataclasses import replace

import pytest

from gitgt.model.pull_request import (
    Check,
    Outcome,
    Proposal,
    Remark,
    Rules,
    Seen,
    State,
    address_of,
    cut,
    state_of,
    told,
    wait_before,
)
from gitgt.model.pull_request_plan import (
    Adopt,
    Close,
    Doubt,
    Hear,
    Merge,
    Open,
    Retest,
    Say,
    SendBack,
    Show,
    Take,
    plan,
)

HEAD, OLD = "a" * 40, "b" * 40
MINE = Proposal(head=HEAD, agent="shop/polecats/toast", passed=True)
SEEN = Seen(number=7, url="https://example.com/7", head=HEAD)
RULES = Rules()
ASKED = Remark("asked-1", "", "", f"asked the forge to merge {HEAD[:12]}")
SAID = Remark("comment-1", "bob", "2026-11-26T09:00:00Z", "Why?")
PUSHED = Remark(f"pushed-{OLD}", "", "", f"somebody pushed {OLD} to the branch")
MERGED = {"is_open": False, "merged": True}
REFUSED = Remark("review-2", "bob", "2026-11-26T09:00:00Z", "No.", blocks=True)
PENDING, PASSED, FAILED = (Check("ci", each, "https://ci") for each in Outcome)


def back(reason, findings="", *remarks):
    """How it goes back, which need not be told at the forge any more."""
    return SendBack(reason, findings, (*remarks, Remark("back-1", "", "", reason)))


@pytest.mark.parametrize(
    ("mine", "seen", "rules", "acts"),
    [
        # Not open yet.
        ({"passed": False}, None, {}, ()),
        ({"passed": False}, None, {"at_once": True}, (Show(HEAD), Open())),
        ({}, None, {}, (Show(HEAD), Open())),
        ({"waits": False}, None, {}, ()),
        ({"over": "not needed"}, None, {}, ()),
        # Open, and as it is to be.
        ({}, {}, {}, (Merge(ASKED),)),
        ({}, {}, {"merges": False}, ()),
        ({"passed": False}, {}, {}, ()),
        ({"heard": frozenset({"asked-1"})}, {}, {}, ()),
        ({}, {"queued": True}, {}, ()),
        ({"held": True}, {}, {}, ()),
        ({}, {"draft": True}, {}, ()),
        ({}, {"settling": True}, {}, ()),
        ({}, {"checks": (PENDING,)}, {}, ()),
        ({}, {"checks": (PASSED,)}, {}, (Merge(ASKED),)),
        ({}, {"checks": (PASSED,)}, {"checks": ("ci", "docs")}, ()),
        ({}, {"checks": (FAILED,)}, {"checks": ("docs",)}, ()),
        ({}, {}, {"approvals": 1}, ()),
        ({}, {"opinions": (("bob", True),)}, {"approvals": 1}, (Merge(ASKED),)),
        ({}, {"opinions": (("bob", True), ("eve", False))}, {"approvals": 1}, ()),
        ({"clashes": True}, {}, {}, (Retest(),)),
        # Something is said to it.
        ({}, {"remarks": (SAID,)}, {}, (Hear((SAID,)), Merge(ASKED))),
        ({"heard": frozenset({"comment-1"})}, {"remarks": (SAID,)}, {}, (Merge(ASKED),)),
        (
            {}, {"checks": (FAILED,)}, {},
            (back("a check is red: ci", "ci failed: https://ci"),),
        ),
        (
            {}, {"remarks": (SAID, REFUSED)}, {},
            (
                back(
                    "bob asked for changes in pull request #7",
                    "bob wrote:\n> Why?\n\nbob wrote:\n> No.", SAID, REFUSED,
                ),
            ),
        ),
        ({"heard": frozenset({"review-2"})}, {"remarks": (REFUSED,)}, {}, (Merge(ASKED),)),
        # The forge's queue.
        ({}, {"ejected": "failed checks"}, {}, (Merge(ASKED),)),
        (
            {"heard": frozenset({"asked-1"})}, {"ejected": "failed checks"}, {},
            (back("the forge's merge queue took #7 out: failed checks"),),
        ),
        ({"heard": frozenset({"asked-1"})}, {"ejected": "red", "queued": True}, {}, ()),
        # On its way back.
        ({"waits": False}, {}, {}, ()),
        ({"waits": False}, {"remarks": (REFUSED,)}, {}, (Hear((REFUSED,)),)),
        (
            {"waits": False, "reason": "check is red"}, {}, {},
            (Say("back-1", "Sent back to shop/polecats/toast: check is red"),),
        ),
        ({"waits": False, "reason": "red", "heard": frozenset({"back-1"})}, {}, {}, ()),
        # Another head.
        ({}, {"head": OLD}, {}, (Show(HEAD, OLD),)),
        ({"passed": False}, {"head": OLD}, {}, ()),
        ({"passed": False}, {"head": OLD}, {"at_once": True}, (Show(HEAD, OLD),)),
        ({}, {"head": OLD, "remarks": (REFUSED,)}, {}, (Hear((REFUSED,)), Show(HEAD, OLD))),
        (
            {"is_foreign": True, "contains": False, "builds_on": True}, {"head": OLD}, {},
            (Adopt(OLD, PUSHED),),
        ),
        (
            {"waits": False, "is_foreign": True, "contains": False}, {"head": OLD}, {},
            (Hear((PUSHED,)),),
        ),
        # Its end.
        ({"over": "not needed"}, {}, {}, (Close("not needed"),)),
        ({"over": "not needed"}, {"is_open": False}, {}, ()),
        ({"arrived": True, "complete": True}, MERGED, {}, (Take(),)),
        (
            {}, MERGED, {},
            (Doubt("#7 is said to be merged, and its commit is not there"),),
        ),
        ({"arrived": True}, MERGED, {}, (Show(HEAD), Open())),
        ({"heard": frozenset({"closed-7"})}, {"is_open": False}, {}, (Show(HEAD), Open())),
        (
            {}, {"is_open": False, "closed_by": "ada", "remarks": (SAID,)}, {},
            (
                back(
                    "ada closed pull request #7", "bob wrote:\n> Why?", SAID,
                    Remark("closed-7", "", "", "ada closed #7"),
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_done(mine, seen, rules, acts):
    there = None if seen is None else replace(SEEN, **seen)
    assert plan(replace(MINE, **mine), there, replace(RULES, **rules)) == acts


def test_whose_commits_are_at_the_forge_is_said_to_who_lacks_them():
    mine = replace(MINE, contains=False, heard=frozenset({f"pushed-{OLD}"}))
    (act,) = plan(mine, replace(SEEN, head=OLD), RULES)
    reason = f"its branch at the forge has commits that yours has not: merge {OLD}"
    assert act == back(reason)


@pytest.mark.parametrize(
    ("seen", "rules", "state"),
    [
        ({}, {}, State.OPEN),
        ({"draft": True}, {}, State.DRAFT),
        ({"checks": (PENDING, PASSED)}, {}, State.PENDING),
        ({}, {"checks": ("ci",)}, State.PENDING),
        ({"checks": (PASSED, FAILED)}, {}, State.RED),
        ({"checks": (PASSED,)}, {}, State.GREEN),
        ({"checks": (PASSED,), "opinions": (("bob", True),)}, {}, State.APPROVED),
        ({"opinions": (("bob", True), ("eve", False))}, {}, State.CHANGES),
        ({"queued": True, "checks": (PENDING,)}, {}, State.QUEUED),
        ({"is_open": False, "queued": True}, {}, State.CLOSED),
        (MERGED, {}, State.MERGED),
    ],
)
def test_how_it_is_doing_is_one_word(seen, rules, state):
    assert state_of(replace(SEEN, **seen), replace(RULES, **rules)) is state


def test_before_there_is_one_there_is_none():
    assert state_of(None, RULES) is State.NONE


def test_others_words_are_quoted_and_cut():
    long = Remark("note-1", "eve", "", "x" * 3000, where="a.py:3")
    found = told([long, replace(long, text="", where="")])
    assert found == f"eve wrote on a.py:3:\n> {'x' * 1994} [...]\n\neve wrote:\n> (nothing)"
    assert cut(" short ", 10) == "short"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/ada/shop.git", ("github.com", "ada/shop")),
        ("https://bob@git.example.com:8443/a/group/shop/", ("git.example.com", "a/group/shop")),
        ("git@github.com:ada/shop.git", ("github.com", "ada/shop")),
        ("ssh://git@github.com:22/ada/shop", ("github.com", "ada/shop")),
        ("/srv/ada/shop", ("", "")),
        ("file:///srv/ada/shop", ("", "")),
        ("https://example.com/shop", ("", "")),
        ("C:/shop", ("", "")),
        ("", ("", "")),
    ],
)
def test_where_a_project_is_follows_from_its_address(url, found):
    assert address_of(url) == found


def test_who_does_not_answer_is_let_alone_longer_and_longer():
    assert [wait_before(each) for each in (1, 2, 3, 6, 1000)] == [30, 60, 120, 900, 900]
