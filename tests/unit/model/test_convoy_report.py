"""What is said of a convoy."""

from gitgt.model.convoy.convoy_feed import Member, Skip, Why
from gitgt.model.convoy.convoy_report import Left, account, way_out, why_stalled, word


def member(name, status="open", **more):
    return Member(id=name, rig="shop", status=status, **more)


MEMBERS = [
    member("a", "closed", landed=True),
    member("b", "closed"),
    member("c", "blocked", labels=("mountain:skipped",)),
    member("d", waits=True),
    member("e", "in_progress"),
    member("f"),
]
LEFT = {"c": Left("c", "left behind: no", "do something")}


def test_an_account_says_where_each_member_came():
    found = account(MEMBERS, LEFT, {"d": ["sub"], "sub": ["c"]}, 7200.0)
    assert found.headline() == (
        "of 6: 2 done, 1 at work, 1 left behind, 1 waiting for those, 1 open, in 2 h"
    )
    assert list(found.lines())[1:] == [
        "landed: a",
        "ended otherwise: b",
        "c: left behind: no",
        "  waiting for it: d",
        "  do something",
    ]
    assert found.fields() == {
        "landed": ["a"],
        "ended": ["b"],
        "at_work": ["e"],
        "left": [
            {"id": "c", "why": "left behind: no", "help": "do something", "dependents": ["d"]}
        ],
        "waiting": ["d"],
        "open": ["f"],
        "seconds": 7200,
    }


def test_an_account_of_nothing_is_short():
    assert list(account([], {}, {}, 1.0).lines()) == ["of 0: nothing, in 1 s"]
    assert list(account([member("x")], {"x": Left("x", "odd")}, {}, 1.0).lines()) == [
        "of 1: 1 left behind, in 1 s",
        "x: odd",
    ]


def test_why_it_stalls_names_what_is_stuck_and_counts_what_waits():
    stuck = [Skip("cv", name, Why.SKIPPED) for name in "abcdefg"]
    stuck += [Skip("cv", "h", Why.WAITS), Skip("cv", "i", Why.MEANT, "ann")]
    assert why_stalled(stuck, MEMBERS) == (
        "2 of 6 done; 1 is meant for somebody: i; "
        "7 left behind: a, b, c, d, e and 2 more; 1 waiting for others"
    )


def test_there_is_a_word_for_whatever_is_stuck_and_mostly_a_way_out():
    assert word(Why.PUT_OFF) == "put off"
    assert word(Why.AT_WORK) == "at-work"
    assert way_out(Skip("cv", "a", Why.REFUSED)) == "git gt sling a"
    assert way_out(Skip("cv", "a", Why.OFF)) == ""
