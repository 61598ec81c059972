"""The rules of a server: their file, and what they say to a push."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import SettingsError
from gitgt.model import served
from gitgt.model.served import Moved, Rules

ZERO, OLD, NEW, OTHER = "0" * 40, "a" * 40, "b" * 40, "c" * 40
RULES = Rules(closed=("refs/heads/main", "refs/heads/release/*"))
WAY = "push a branch, and hand it in: its last commit says Closes: and the bead"


def judged(*pushed, rules=RULES, contains=True, landed=None):
    found = served.judge_refs(
        tuple(Moved(*each) for each in pushed), rules,
        contains=lambda _new, _old: contains, landed=landed or {},
    )  # fmt: skip
    return [(each.ref, each.why, each.hint) for each in found]


_NAMES = st.from_regex(r"refs/heads/[a-z]{1,8}(/\*)?", fullmatch=True)


@given(
    st.builds(
        Rules,
        ledger=_NAMES,
        protected=st.lists(_NAMES).map(tuple),
        closed=st.lists(_NAMES).map(tuple),
        largest=st.integers(0, 10**9),
        signatures=st.sampled_from(("none", "people", "all")),
        town=st.sampled_from(("", "/srv/a town", "/srv/\udcff")),
        wakes=st.sampled_from(("", "/srv/a town/shop/.repo.git/gt/spool")),
        path=st.sampled_from(("", "/usr/bin:/my own/bin")),
        passes=st.booleans(),
    )
)
def test_what_is_written_is_read_back(rules):
    assert served.parse(served.emit(rules)) == rules


def test_the_file_is_for_a_shell_to_read():
    rules = replace(RULES, protected=("refs/heads/main",), largest=9, town="/t", passes=True)
    assert served.emit(rules).splitlines()[1:] == [
        "ledger refs/heads/beads",
        "protect refs/heads/main",
        "closed refs/heads/main",
        "closed refs/heads/release/*",
        "largest 9",
        "signatures none",
        "town /t",
        "refinery yes",
    ]


@pytest.mark.parametrize("row", ["banana", "ledger", "largest -1", "largest ٣", "protect "])
def test_a_line_that_says_nothing_is_told(row):
    with pytest.raises(SettingsError, match=r"gt-server:2: "):
        served.parse(f"ledger refs/heads/beads\n{row}\n")


def test_what_git_hands_over_is_read():
    text = f"{ZERO} {NEW} refs/heads/a\n{OLD} {ZERO} refs/heads/b\n"
    assert served.moves(text) == (
        Moved("", NEW, "refs/heads/a"),
        Moved(OLD, "", "refs/heads/b"),
    )
    with pytest.raises(SettingsError):
        served.moves("banana\n")


def test_a_closed_branch_moves_with_what_landed_there():
    pushed = (OLD, NEW, "refs/heads/main")
    says = "the ledger that comes with it does not say that bbbbbbbbbbbb landed there"
    told = f"main is closed: {says}"
    assert judged(pushed) == [("refs/heads/main", told, WAY)]
    assert judged(pushed, landed={OTHER: "main"}) != []
    assert judged(pushed, landed={NEW: "other"}) != []
    assert judged(pushed, landed={NEW: "main"}) == []
    assert judged((OLD, "", "refs/heads/release/1"), landed={NEW: "release/1"}) != []
    assert judged((OLD, NEW, "refs/heads/mainly")) == []


@pytest.mark.parametrize("ref", ["refs/gt/verdicts", "refs/notes/gt/work", "refs/gt/sessions"])
def test_what_only_grows_is_neither_forced_nor_deleted(ref):
    assert judged((OLD, NEW, ref)) == judged(("", NEW, ref)) == []
    assert judged((OLD, NEW, ref), contains=False) == [
        (ref, f"{ref} only grows: it is never forced", "git gt sync")
    ]
    assert judged((OLD, "", ref)) == [(ref, f"{ref} is kept for all: it is not deleted", "")]


def test_a_pin_may_be_replaced_but_not_go():
    ref = "refs/gt/pin/gt-mr-abc12"
    assert judged((OLD, NEW, ref), contains=False) == []
    assert judged((OLD, "", ref)) != []


@pytest.mark.parametrize("ref", ["refs/gt/trash/1/x", "refs/gt/intent/main", "refs/gt/wisps"])
def test_what_belongs_to_one_clone_stays_there(ref):
    assert judged(("", NEW, ref)) == [
        (ref, f"{ref} belongs to one clone alone", "leave it out of the push")
    ]
    assert judged((OLD, "", ref)) == []


def test_code_and_leases_are_nobody_elses_business():
    assert judged((OLD, "", "refs/heads/work"), (OLD, NEW, "refs/gt/lease/refinery/main")) == []
