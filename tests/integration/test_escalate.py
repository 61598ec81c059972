"""``git gt escalate``: a cause is one escalation, whoever calls and however often."""

import json

import pytest

from gitgt.errors import NotAllowedError, SettingsError
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Severity
from gitgt.services import submit
from gitgt.services.escalation import escalations, routing
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS


def test_a_person_calls_sees_takes_and_closes(town):
    rig = town.rig(gate=None)
    at = town.town.root
    said = ("escalate", "-s", "HIGH", "Which\x1b[31m database?", "-m", "A: sqlite\nB: git")
    code, out, err = gt(*said, "--rig", "shop", "--source", "ada", cwd=at)
    name = out.split()[0]
    assert (code, out, err) == (0, f"{name} is open, high\n", "")
    assert gt(*said, "--rig", "shop", cwd=at).stdout == (
        f"{name} is open, high, called for 2 times\n"
    )
    asked = gt("escalate", "--json", cwd=at)
    (found,) = json.loads(asked.stdout)
    assert list(validator("documents").iter_errors([found])) == []
    assert (found["id"], found["repeats"]) == (name, 1)
    assert found["title"] == "Which\\x1b[31m database?"
    assert gt("escalation", "ack", name, cwd=at).stdout == f"{name} is acked\n"
    closed = gt("escalate", "close", name, "--reason", "git", cwd=at)
    assert closed.stdout == f"{name} is closed\n"
    shown = gt("escalate", "show", name, cwd=at).stdout.splitlines()
    assert shown[0] == f"{name}  high  closed"
    assert [each for each in shown if "git" in each and "because" in each]
    assert gt("escalate", "list", cwd=at).stdout == ""
    assert [each.id for each in town.ledger(rig).all(Escalation)] == [name]


def test_an_agent_silences_no_call_but_its_own(town):
    rig = town.rig(gate=None)
    toast, nux = (Actor.agent(f"shop/polecats/{name}") for name in ("toast", "nux"))

    def call(who, to=""):
        more = {
            "severity": Severity.HIGH,
            "title": f"Which {who.address}?",
            "about": "",
            "to": to,
        }
        return submit.escalate(town.town, rig, who, **more).id

    others, own, asked = call(TESS), call(toast), call(nux, to=toast.address)
    for step in (escalations.ack, lambda *words: escalations.close(*words, reason="quiet")):
        with pytest.raises(
            NotAllowedError, match=f"{others} is a call of Tess Ter, and not for"
        ):
            step(town.town, others, toast)
    for name in (own, asked):
        assert escalations.close(town.town, name, toast, reason="seen").status == "closed"
    assert escalations.ack(town.town, others, Actor.agent("mayor")).acked_by == "mayor"


def test_roles_that_look_again_write_nothing(town):
    rig = town.rig(gate=None)
    who = Actor.role("refinery")

    def call(severity):
        return submit.escalate(
            town.town, rig, who, severity=severity, title="it is red", about="refs/heads/main"
        )

    first = call(Severity.MEDIUM)
    before = town.ledger(rig).commit
    assert call(Severity.MEDIUM) == first
    assert town.ledger(rig).commit == before
    louder = call(Severity.CRITICAL)
    assert (louder.id, louder.severity) == (first.id, Severity.CRITICAL)
    assert town.story(rig)[-1] == "refinery: again critical: it is red"


def test_what_gas_town_wrote_is_read_and_what_is_wrong_is_said(town):
    folder = town.town.root / "settings"
    old = {
        "type": "escalation",
        "version": 1,
        "routes": {"high": ["bead", "email:human", "log"]},
        "contacts": {"human_email": "ada@example.com"},
        "stale_threshold": "30m",
        "max_reescalations": 1,
    }
    (folder / "escalation.json").write_text(json.dumps(old))
    found = routing.read(town.town)
    assert (found.stale, found.most) == (1800, 1)
    assert [str(each) for each in found.channels("high")] == ["bead", "email:human", "log"]
    assert found.missing(found.channels("high")[1]) == "contacts.smtp_host"
    (folder / "escalation.yaml").write_text("contacts:\n  smtp_password: s3cret\n")
    with pytest.raises(SettingsError, match=r"smtp_password: 's3cret'"):
        routing.read(town.town)


def test_stale_ones_are_told_and_made_louder_by_hand(town):
    made = submit.escalate(
        town.town,
        None,
        Actor.role("refinery"),
        severity=Severity.MEDIUM,
        title="red",
        about="x",
    )
    # Made on the tests' day, which is days ago for whoever types.
    assert gt("escalate", "stale", "-n", cwd=town.town.root).stdout == (
        f"{made.id} would be high now, medium before: red\n"
    )
    raised = gt("escalate", "stale", "--json", cwd=town.town.root)
    assert json.loads(raised.stdout) == [
        {"id": made.id, "title": "red", "was": "medium", "severity": "high"}
    ]
    assert gt("escalate", "stale", cwd=town.town.root) == (0, "", "")
    assert town.story()[-1] == "escalations: re-escalate high: red"
