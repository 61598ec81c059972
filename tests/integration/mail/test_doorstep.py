"""An idle agent is woken by one line of ours; what others wrote is never typed."""

import dataclasses

import pytest

from gitgt.model.documents import Notifications
from gitgt.model.mail.rounds import PROD
from gitgt.reactor.key import Key, Settled
from gitgt.roles.postmaster import PostmasterRole
from gitgt.runtime import presets, progress
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.launcher import Kind
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.progress import Turn
from gitgt.services.agents import crew
from gitgt.services.mail import broadcasting, doorstep, nudging, quiet, sending
from gitgt.services.mail.doorstep import Ring
from gitgt.services.mail.nudging import Fate, Word
from gitgt.services.mail.sending import Letter
from gitgt.services.sessions import sessions
from tests.support.town import TESS
from tests.support.waiting import until

ANN = "shop/crew/ann"


@pytest.fixture
def shop(town):
    made = town.rig()
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    return made


class Seated:
    """Ann's session: the scripted agent on a terminal of its own, without taps."""

    def __init__(self, town, shop):
        self.town, self.shop = town.town, shop
        self.launcher = Launchers(
            sessions.root_of(shop),
            kind=Kind.PROCESS,
            wiring=sessions.wiring(shop, town.town),
        )
        self.launcher.start(
            Assignment(
                address=ANN,
                role="crew",
                runtime=presets.runtime("script", {"preset": "script"}),
                town=town.town.root,
                worktree=shop.path / "crew" / "ann",
                session="s1",
                rig="shop",
                name="ann",
                conversation="c1",
            )
        )
        until(lambda: progress.read(self.folder).turn is Turn.READY)

    @property
    def folder(self):
        return sessions.folder_of(self.shop, ANN, "s1")

    def is_at(self, turn):
        progress.change(self.folder, lambda old: dataclasses.replace(old, turn=turn))

    def prods(self, many):
        """Wait until it shows that it was told so often, and no more."""

        def shown():
            return self.launcher.capture(ANN, 500).text.replace("\n", "").count("mail check")

        until(lambda: shown() >= many)
        return shown()


@pytest.fixture
def ann(town, shop):
    seated = Seated(town, shop)
    yield seated
    seated.launcher.stop(ANN)


def nudge(town, text, **word):
    town.clock.advance()
    (done,) = nudging.nudge(town.town, [ANN], Word(text=text, **word), "overseer", TESS)
    return done.fate


def send(town, subject, **letter):
    town.clock.advance()
    wanted = Letter(subject=subject, **letter)
    sending.send(town.town, wanted, [ANN], sender="overseer", who=TESS)


def ring(town):
    return doorstep.ring(town.town, ANN)


def goes_round(town):
    return PostmasterRole(town.town).reconcile(Key("postmaster", "shop"))


def test_the_idle_hear_it_now_and_the_busy_when_their_turn_ends(town, ann):
    assert nudge(town, "secret words") is Fate.TYPED
    once = ann.prods(1)
    ann.is_at(Turn.BUSY)
    assert nudge(town, "more words") is Fate.WAITS
    assert nudge(town, "pressing words", urgent=True) is Fate.TYPED
    twice = ann.prods(once + 1)
    assert nudge(town, "other words", mode=nudging.QUEUE) is Fate.WAITS
    assert nudge(town, "words at once", mode=nudging.IMMEDIATE) is Fate.TYPED
    ann.prods(twice + 1)
    shown = ann.launcher.capture(ANN, 500).text
    assert "words" not in shown
    assert PROD.split(";")[0] in shown


def test_mail_wakes_an_idle_one_once(town, ann):
    send(town, "Look")
    assert goes_round(town) == Settled()
    once = ann.prods(1)
    assert goes_round(town) == Settled()
    ann.is_at(Turn.BUSY)
    send(town, "Look again")
    assert goes_round(town) == Settled(again_in=30.0)
    ann.is_at(Turn.IDLE)
    assert ring(town) is Ring.TYPED
    twice = ann.prods(once + 1)
    send(town, "Whenever", priority=3)
    send(town, "Hush", labels=(sending.SILENT,))
    assert ring(town) is Ring.NONE
    quiet.set_level(town.town, ANN, Notifications.VERBOSE, TESS)
    assert ring(town) is Ring.TYPED
    ann.prods(twice + 1)
    quiet.set_level(town.town, ANN, Notifications.MUTED, TESS)
    send(town, "Now", priority=0)
    assert ring(town) is Ring.NONE


def test_who_is_at_work_hears_a_broadcast(town, shop, ann):
    def listeners(sender="overseer", **wanted):
        wish = {"rig": "", "everybody": False, **wanted}
        return broadcasting.listeners(town.town, sender, **wish)

    assert listeners() == [ANN]
    assert listeners(ANN) == []
    assert listeners(rig="shop", everybody=True) == [ANN]


def test_nobody_is_started_because_mail_came(town, shop):
    send(town, "Now", priority=0)
    assert goes_round(town) == Settled()
    assert ring(town) is Ring.NONE
    assert sessions.look(shop, ANN).session == ""
