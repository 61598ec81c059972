"""What an agent is told when its turn ends, and that no loop comes of it."""

from dataclasses import replace

import pytest

from gitgt.model.turns import (
    MOST,
    SILENCE,
    Ending,
    GoOn,
    Source,
    Work,
    at_the_end,
    is_of_mail,
    is_said,
    needs_no_look,
)

WORK = Work(bead="sh-abc12", branch="polecat/toast/sh-abc12")
AHEAD = replace(WORK, begun=True, ahead=2, head="6ace6c58c28c")
WAYS = (
    "If nothing needs changing: git gt bead close sh-abc12 --outcome no-changes "
    "--reason '...'\nIf you need a person: commit with the line: Escalate: HIGH why"
)


def told(role="polecat", *, continued=0, said=(), **facts):
    return at_the_end(Ending(role=role, **facts), continued=continued, said=said)


def test_who_has_nothing_to_do_may_stop():
    assert told() == SILENCE
    assert told(work=replace(AHEAD, handed_in=True)) == SILENCE
    assert told(work=replace(WORK, begun=True)) == SILENCE
    assert told(work=replace(AHEAD, waits=True)) == SILENCE


def test_who_has_not_begun_goes_on():
    assert told(work=WORK) == GoOn(
        "begin sh-abc12",
        "sh-abc12 is on your hook, and nothing is committed for it yet. Go on with it "
        f"(see: git gt hook).\n{WAYS}",
    )


def test_who_has_not_handed_in_is_told_how():
    assert told(work=AHEAD) == GoOn(
        "hand in sh-abc12 6ace6c58c28c",
        "2 commits on polecat/toast/sh-abc12 not handed in. If sh-abc12 is done, run: "
        f"git gt done\nIf it is not, go on with it.\n{WAYS}",
    )
    assert told(work=replace(AHEAD, ahead=1)).text.startswith("1 commit on polecat/")


def test_in_a_loop_a_turn_may_end_before_all_is_done():
    assert told(work=replace(AHEAD, loops=True)) == SILENCE
    assert told(work=replace(WORK, loops=True)) == told(work=WORK)


def test_mail_comes_first():
    assert told(work=AHEAD, mail="Hello", ids=("m1", "m2")) == GoOn("mail m1 m2", "Hello")


def test_crew_hands_in_when_it_likes_and_is_told_what_was_slung():
    assert told("crew", work=AHEAD) == SILENCE
    assert told("crew", work=WORK) == GoOn(
        "begin sh-abc12", "sh-abc12 is on your hook, and not begun. See it: git gt hook"
    )


def test_no_reason_is_given_twice():
    first = told(work=AHEAD)
    assert told(work=AHEAD, said=[first.reason]) == SILENCE
    mail = {"mail": "Hello", "ids": ("m1",)}
    assert told(said=["mail m1"], **mail) == SILENCE
    assert told(said=["mail m1"], work=AHEAD, **mail) == first


def test_more_commits_are_another_reason():
    said = [told(work=AHEAD).reason]
    assert told(work=replace(AHEAD, head="7ace6c58c28c"), said=said) != SILENCE


@pytest.mark.parametrize("continued", range(MOST + 2))
def test_a_turn_goes_on_only_so_often(continued):
    reply = told(mail="Hello", ids=(str(continued),), continued=continued)
    assert (reply == SILENCE) == needs_no_look(continued=continued) == (continued >= MOST)


def test_what_was_handed_over_is_known():
    seen = Ending(role="polecat", mail="Hello", ids=("m1",), work=AHEAD)
    assert is_of_mail(told(mail="Hello", ids=("m1",)), seen)
    assert not is_of_mail(told(work=AHEAD), seen)
    assert not is_of_mail(SILENCE, seen)
    assert is_said(seen, ["mail m1"])
    assert not is_said(seen, ["mail m2"])


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("startup", Source.STARTUP),
        ("new", Source.STARTUP),
        ("", Source.STARTUP),
        ("?", Source.STARTUP),
        ("resume", Source.RESUME),
        ("fork", Source.RESUME),
        ("clear", Source.CLEAR),
        ("compact", Source.COMPACT),
    ],
)
def test_why_a_session_starts(word, source):
    assert Source.said(word) is source
