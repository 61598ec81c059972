"""``git gt todo``: however much is told, one entry for each decision."""

import json
import random
from operator import eq

from gitgt.errors import RefusedError
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Message, Severity
from gitgt.model.escalation.cause import Call, joined
from gitgt.model.ids import BeadId
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import BeadVerb, EscalationStatus, MessageStatus
from gitgt.model.todo import Entry
from gitgt.services import freeze, rig_state
from gitgt.services.freeze import stopping
from gitgt.services.queue import tuning
from gitgt.services.rig_state import moves
from gitgt.services.todo import entries
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import BEGINNING, TESS

TOWN = Actor.role("witness")
GONE = "shop/crew/gone"


def call(number, who, title, about, severity=Severity.MEDIUM):
    return Escalation(
        id=BeadId(f"sh-es-{number:05}"), type="escalation", title=title, severity=severity,
        status=EscalationStatus.OPEN, about=about, created_by=who,
        created_at=text_of(BEGINNING + number),
    )  # fmt: skip


def letter(number):
    return Message(
        id=BeadId(f"hq-ms-{number:05}"), type="message", title=f"news {number}", recipient=GONE,
        status=MessageStatus.UNREAD, created_by="mayor", labels=("undeliverable",),
        created_at=text_of(BEGINNING + number),
    )  # fmt: skip


def write(town, rig, documents):
    def decide(_):
        return Change("all that happened", tuple(documents))

    town.town.ledger_at(rig).transact(decide, TOWN)


def test_a_thousand_events_with_five_decisions_are_five_entries(town):
    rig = town.rig(gate=None)
    bead = town.bead(rig, "Retry")
    blocked = town.now(bead).after(BeadVerb.BLOCK, reason="given up 3 times")
    write(town, rig, [blocked])
    told = [
        *(("refinery", f"it stands still: try {n}", "refs/heads/main") for n in range(150)),
        *(("watcher", "refinery cannot see to shop", "refs/heads/main") for _ in range(150)),
        *(("dispatcher", f"{bead.id}: its session ended", str(bead.id)) for _ in range(150)),
        *(("witness", f"{bead.id} is hopeless: {n % 7}", str(bead.id)) for n in range(150)),
        *(("shop/polecats/toast", "which database?", f"{n:040x}") for n in range(100)),
        *(("watcher", "no space left", "") for _ in range(100)),
    ]  # fmt: skip
    random.Random(7).shuffle(told)
    known = {}
    for number, (who, title, about) in enumerate(told):
        wanted = Call(call(number, who, title, about), afresh=True, same=eq)
        new = joined(wanted, known.values(), BEGINNING + number)
        known |= {} if new is None else {new.id: new}
    write(town, rig, known.values())
    write(town, None, [letter(number) for number in range(200)])
    assert len(told) + 200 == 1000

    found = entries.entries(town.town)
    by_title = {each.title: str(name) for name, each in known.items()}
    assert {(each.about, each.source, each.count) for each in found} == {
        ("shop/refs/heads/main", "escalations", 300),
        (str(bead.id), "work", 301),
        (by_title["which database?"], "escalations", 100),
        (by_title["no space left"], "escalations", 100),
        (f"mail/{GONE}", "mail", 200),
    }
    asked = gt("todo", "--json", cwd=town.town.root)
    said = json.loads(asked.stdout)
    assert list(validator("todo").iter_errors(said)) == []
    assert [each["about"] for each in said] == [each.about for each in found]
    shown = gt("todo", cwd=town.town.root).stdout.splitlines()
    assert len(shown) == 10
    assert f"  git gt bead update {bead.id} --status open" in shown


def test_what_somebody_stopped_is_in_sight_until_it_goes_on(town):
    rig = town.rig()
    assert gt("todo", cwd=town.town.root).stdout == "nothing needs you\n"
    stopping.stop(town.town, None, TESS, why="look into it")
    tuning.put_on(town.town, rig, tuning.Brake.PAUSED, "release day", TESS)
    moves.park(town.town, rig, TESS, why="later")
    found = entries.entries(town.town)
    assert [(each.what, each.command) for each in found] == [
        ("the town is frozen: look into it", "git gt thaw"),
        ("shop is parked: later", "git gt rig unpark shop"),
    ]
    stopping.thaw(town.town, None, TESS)
    assert freeze.frozen(town.town) is None
    assert rig_state.is_off(town.town, rig)
    assert [(each.what, each.command) for each in entries.entries(town.town)] == [
        ("the queue of shop is paused: release day", "git gt refinery resume shop"),
        ("shop is parked: later", "git gt rig unpark shop"),
    ]


def test_a_source_that_fails_hides_no_other(town):
    def broken(_):
        raise RefusedError("rigs.yaml is spoiled", hint="git gt doctor")

    def other(_):
        return [Entry(what="look", about="x", severity=Severity.LOW, command="git gt status")]

    found = entries.entries(town.town, [("a", broken), ("b", broken), ("c", other)])
    assert [(each.what, each.command, each.count) for each in found] == [
        ("nobody knows what of a needs you: rigs.yaml is spoiled", "git gt doctor", 2),
        ("look", "git gt status", 1),
    ]


def test_a_deacon_that_rests_is_told_with_what_ends_it(town):
    root = town.town.root
    assert gt("deacon", "pause", "--reason", "the demo is on", cwd=root).code == 0
    told = "low  the deacon is paused: the demo is on\n  git gt deacon resume\n"
    assert gt("todo", cwd=root).stdout == told
    assert gt("deacon", "resume", cwd=root).code == 0
    assert gt("todo", cwd=root).stdout == "nothing needs you\n"
