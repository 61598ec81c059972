"""What becomes of a bead as its issue changes, case by case."""

from dataclasses import replace

import pytest

from gitgt.model.documents import Bead, Comment, Outcome
from gitgt.model.issues.following import Look, begun, course
from gitgt.model.issues.issue import Issue, Said, Wish, spare
from gitgt.model.issues.trace import KEY, Trace
from gitgt.model.lifecycle import BeadStatus, BeadVerb

AT, US, LABEL = "2026-11-22T14:30:00Z", "issues", "gitgt"
SAID = Bead(
    id="sh-aaaa1", type="task", title="Apples are cheap", status=BeadStatus.OPEN,
    created_at=AT, created_by="bob at github.com", labels=("bug", "gitgt"),
    description="Very.\n", external="https://github.com/ada/shop/issues/7",
    ext={"import": {"from": "github", "id": "https://github.com/ada/shop/issues/7"}},
)  # fmt: skip
SEEN = Look(Wish.WANTED, 7, SAID, key="I_7", updated=AT)
HERE = begun(SAID, SEEN, LABEL)
LANDED = {"landed": "a" * 40, "outcome": Outcome.SUCCESS, "closed_at": AT, "closed_by": "tess"}


def became(here=HERE, base=None, **look):
    return course(here, base, replace(SEEN, **look), LABEL, at=AT, by=US)


def follow(here=HERE, **said):
    return became(here, said=SAID.replace(**said)).bead


def test_a_second_look_changes_nothing():
    assert became().bead == HERE
    assert Trace.of(HERE).key == "I_7"


@pytest.mark.parametrize(
    ("here", "there", "stands"),
    [
        ({}, {"title": "New"}, {"title": "New"}),
        ({"title": "Ours"}, {}, {"title": "Ours"}),
        ({"title": "Ours"}, {"title": "Theirs"}, {"title": "Ours"}),
        ({"title": "Ours"}, {"description": "More.\n"},
         {"title": "Ours", "description": "More.\n"}),
        ({"priority": 0}, {"priority": 1}, {"priority": 0}),
        ({}, {"external": "https://github.com/ada/store/issues/7"},
         {"external": "https://github.com/ada/store/issues/7"}),
        ({"labels": ("bug", "gitgt", "ours")}, {"labels": ("gitgt", "ui")},
         {"labels": ("gitgt", "ours", "ui")}),
        ({"labels": ()}, {}, {"labels": ("gitgt",)}),
    ],
)  # fmt: skip
def test_what_changed_there_comes_over_and_what_changed_here_stands(here, there, stands):
    bead = follow(HERE.replace(**here), **there)
    assert {name: getattr(bead, name) for name in stands} == stands
    assert follow(bead, **there) == bead


def test_who_was_overruled_once_is_not_asked_again():
    bead = follow(HERE.replace(title="Ours"), title="Theirs")
    assert follow(bead.replace(title="Apples are cheap"), title="Theirs").title != "Theirs"
    assert follow(bead, title="Another").title == "Ours"


def test_comments_come_over_change_and_stay():
    one = Comment("IC_1", AT, "eve at github.com", "Please")
    bead = follow(comments=(one,))
    assert bead.comments == (one,)
    assert follow(bead, comments=(replace(one, text="Please!"),)).comments[0].text == "Please!"
    assert follow(bead, comments=()).comments == (one,)


def test_the_mark_of_an_import_follows_a_new_address():
    moved = {"from": "github", "id": "https://github.com/ada/store/issues/7"}
    assert follow(ext={"import": moved}).ext["import"] == moved
    assert follow(ext={"import": {**SAID.ext["import"], "digest": "other"}}) == HERE


def test_what_an_import_brought_is_joined_by_the_label_alone():
    old = SAID.replace(title="Old", labels=("bug",))
    assert became(old, wish=Wish.UNLABELLED).bead == old
    bead = became(old, base=old).bead
    assert (bead.title, bead.labels) == ("Apples are cheap", ("bug", "gitgt"))
    mine = old.replace(title="Mine")
    assert became(mine, base=old).bead.title == "Mine"
    assert became(mine).bead.title == "Mine"


PARTING = [
    (Wish.CLOSED, "closed", "issue #7 was closed at the forge"),
    (Wish.UNLABELLED, "deferred", "issue #7 lost its label at the forge"),
    (Wish.GONE, "deferred", "issue #7 is gone from the project at the forge"),
]


@pytest.mark.parametrize(("wish", "status", "reason"), PARTING)
def test_nobody_works_on_it(wish, status, reason):
    found = became(wish=wish)
    assert (found.bead.status, found.bead.reason, found.call) == (status, reason, "")
    assert became(found.bead, wish=wish).bead == found.bead
    back = became(found.bead).bead
    assert (back.status, Trace.of(back).parted) == ("open", "")
    assert became(back).bead == back


@pytest.mark.parametrize(("wish", "status", "reason"), PARTING)
def test_somebody_works_on_it(wish, status, reason):
    at_work = HERE.after(BeadVerb.BEGIN, assignee="tess")
    found = became(at_work, wish=wish)
    assert (found.bead.status, found.call) == ("in_progress", f"sh-aaaa1: {reason}")
    assert [(each.by, each.text) for each in found.bead.comments] == [(US, reason)]
    again = became(found.bead, wish=wish)
    assert (again.bead, again.call) == (found.bead, "")
    assert Trace.of(became(found.bead).bead).told == ""
    let_go = found.bead.after(BeadVerb.RELEASE, assignee="")
    assert became(let_go, wish=wish, said=None).bead.status == status


def test_a_bead_with_open_parts_is_not_closed():
    found = became(wish=Wish.CLOSED, busy=True)
    assert (found.bead.status, bool(found.call)) == ("open", True)


@pytest.mark.parametrize(("completed", "outcome"), [(True, "success"), (False, "cancelled")])
def test_how_it_ended_is_said(completed, outcome):
    assert became(wish=Wish.CLOSED, completed=completed).bead.outcome == outcome


def test_what_people_decided_here_stands():
    put_off = HERE.after(BeadVerb.DEFER, reason="Later")
    assert became(put_off, wish=Wish.UNLABELLED).bead.status == "deferred"
    assert became(put_off, wish=Wish.UNLABELLED).bead.reason == "Later"
    assert became(became(put_off, wish=Wish.GONE).bead).bead.status == "deferred"
    ended = HERE.after(
        BeadVerb.CLOSE, outcome=Outcome.CANCELLED, closed_at=AT, closed_by="tess"
    )
    assert became(ended).bead.status == "closed"
    assert became(ended, wish=Wish.CLOSED).bead.status == "closed"
    by_us = became(wish=Wish.UNLABELLED).bead
    assert became(by_us.replace(reason="Not now")).bead.status == "deferred"


def test_landed_and_closed_by_us_is_opened_again_only_by_people():
    at_work = HERE.after(BeadVerb.BEGIN, assignee="tess")
    landed = at_work.after(BeadVerb.LAND, **LANDED)
    assert became(landed).bead.status == "closed"
    trace = replace(Trace.of(landed), closed="a" * 40, closed_at="2026-11-22T15:00:00Z")
    told = trace.on(landed)
    late = {"updated": "2026-11-22T14:59:59Z"}  # a list that does not know of it yet
    assert became(told, **late).bead.status == "closed"
    found = became(told, updated="2026-11-22T15:00:01Z").bead
    assert (found.status, found.landed, found.reason) == (
        "open", "", "issue #7 was opened again at the forge",
    )  # fmt: skip
    assert became(found, updated="2026-11-22T15:00:01Z").bead == found


@pytest.mark.parametrize(
    "junk", [None, "x", {}, {"number": "7"}, {"number": 7, "taken": [], "labels": 3, "said": 1}]
)
def test_what_somebody_wrote_under_ext_harms_nobody(junk):
    bead = HERE.replace(ext={**HERE.ext, KEY: junk})
    assert became(bead).bead.title == "Apples are cheap"


@pytest.mark.parametrize(
    ("fields", "wish"),
    [
        ({"labels": ("gitgt",)}, Wish.WANTED),
        ({"labels": ("GitGT",)}, Wish.WANTED),
        ({"labels": ("other",)}, Wish.UNLABELLED),
        ({"labels": ("gitgt",), "is_open": False}, Wish.CLOSED),
        ({"labels": ("gitgt",), "moved": "elsewhere"}, Wish.GONE),
    ],
)
def test_what_an_issue_wants(fields, wish):
    assert Issue(number=7, url="u", **fields).wish("gitgt") is wish


def test_what_two_said_at_one_moment_is_said_once():
    mine, other = Said("1", "bot", "Landed <m>"), Said("2", "bot", "Landed <m>")
    theirs = Said("3", "eve", "<m>, says eve")
    assert spare((theirs, mine, Said("9", "bot", "else"), other), "<m>") == (other,)
    assert spare((mine, theirs), "<m>") == ()
