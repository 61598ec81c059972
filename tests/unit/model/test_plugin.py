"""What a plugin's file says, when it is due, and how dogs keep to their time."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import InvalidDocumentError
from gitgt.model import kennel, plugin, plugin_due
from gitgt.model.documents import Severity
from gitgt.model.kennel import Pace
from gitgt.model.plugin import Gate, GateKind
from gitgt.model.plugin_due import Due, Later, Past

WHOLE = """\
+++
name = "tidy"
description = "Tidy up"
version = 2
author = "ann"
[gate]
type = "cooldown"
duration = "12h"
[tracking]
labels = ["plugin:tidy", "category:cleanup"]
digest = true
[execution]
timeout = "90s"
notify_on_failure = true
severity = "high"
+++

# Tidy

Sweep.
"""


def parse(text, folder="tidy", **more):
    return plugin.parse(text, path=f"plugins/{folder}/plugin.md", folder=folder, **more)


def test_all_that_it_says():
    found = parse(WHOLE, rig="shop")
    assert found == plugin.Plugin(
        name="tidy", rig="shop", description="Tidy up", version="2",
        gate=Gate(GateKind.COOLDOWN, 43200.0), labels=("plugin:tidy", "category:cleanup"),
        timeout=90.0, notify_on_failure=True, severity=Severity.HIGH,
        instructions="# Tidy\n\nSweep.", path="plugins/tidy/plugin.md",
    )  # fmt: skip
    assert found.gate.told() == "every 12 h"


def test_little_is_enough_where_a_script_lies():
    found = parse("+++\n+++\n", script=True)
    assert (found.name, found.gate.kind, found.timeout) == ("tidy", "manual", 300.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: it is to begin with a line +++"),
        ("# Tidy\n", ":1: it is to begin with a line +++"),
        ("+++\nname = 'tidy'\n", ":1: the second line +++ is missing"),
        ("+++\n\nname = 'tidy\n+++\nx", ":3: Expected"),
        ("+++\n\nmy name = 'tidy'\na = 1\n+++\nx", ":3: Expected '='"),
        ("+++\n+++\n", ":1: what is to be done? There is no run.sh, and nothing is said"),
        ("+++\nname = 'neat'\n+++\nx", ":2: name: 'neat' lies in a folder called 'tidy'"),
        ("+++\n[gate]\ntype = 'soon'\n+++\nx", ":3: gate.type: 'soon' is no gate"),
        (
            "+++\n[gate]\ntype = 'cron'\nschedule = '61 * * * *'\n+++\nx",
            ":4: gate.schedule: '61' is no minute: 0 to 59",
        ),
        ("+++\n[gate]\ntype = 'cooldown'\nduration = 'long'\n+++\nx",
         ":4: gate.duration: 'long' is no span of time"),
        ("+++\n[gate]\ntype = 'event'\non = 'Landed'\n+++\nx",
         ":4: gate.on: 'Landed' is no event, such as 'bead.landed'"),
        ("+++\n[gate]\ntype = 'condition'\n+++\nx",
         ":2: gate.check: which command says that it is time?"),
        ("+++\n[execution]\nseverity = 'awful'\n+++\nx",
         ":3: execution.severity: 'awful' is none"),
        ("+++\n[tracking]\nlabels = ['a,b']\n+++\nx", ":3: tracking.labels: 'a,b' is no label"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text, said):
    with pytest.raises(InvalidDocumentError) as refused:
        parse(text)
    assert refused.value.message.startswith(f"plugins/tidy/plugin.md{said}")


@pytest.mark.parametrize(
    "name", ["-rf", "..", "a b", "x\n+++", "Tidy", "ü", "a" * 51, "", "$(reboot)"]
)
def test_a_hostile_name_is_no_plugin(name):
    with pytest.raises(InvalidDocumentError, match="no plugin can be called"):
        parse(WHOLE, folder=name)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for whole in (text, f"+++\n{text}\n+++\ndo it\n"):
        with suppress(InvalidDocumentError):
            assert parse(whole).name == "tidy"


def gated(**gate):
    return plugin.Plugin(name="tidy", timeout=60.0, gate=Gate(**gate))


T0 = 1_795_357_800.0  # 2026-11-22T14:30:00Z
COOL = gated(kind=GateKind.COOLDOWN, every=3600.0)
CRON = gated(kind=GateKind.CRON, schedule="0 15 * * *")
ASKS = gated(kind=GateKind.CONDITION, check="test -e x")
EVENT = gated(kind=GateKind.EVENT, on="bead.landed")


@pytest.mark.parametrize(
    ("what", "past", "wanted"),
    [
        (COOL, {}, Due()),
        (COOL, {"last": T0 - 3599}, Later(T0 + 1, "it rests")),
        (COOL, {"last": T0 - 3600}, Due()),
        (COOL, {"running": True}, Later(None, "it runs just now")),
        (CRON, {}, Later(T0 + 1800, "its time has not come")),
        (CRON, {"last": T0 - 86400}, Due()),
        (CRON, {"since": T0 - 1801 - 82800}, Due()),
        (ASKS, {}, Due("test -e x")),
        (ASKS, {"asked": T0 - 299}, Later(T0 + 1, "its condition rests")),
        (ASKS, {"last": T0 - 300}, Due("test -e x")),
        (EVENT, {}, Later(None, "no bead.landed came")),
        (EVENT, {"happened": True}, Due()),
        (gated(), {}, Later(None, "it runs when somebody asks")),
    ],
)
def test_when_it_is_due(what, past, wanted):
    given_past = Past(**{"since": T0, **past})
    assert plugin_due.judge(what, given_past, now=T0, zone=UTC) == wanted


@pytest.mark.parametrize(
    ("seconds", "pace", "changes"),
    [
        (0, Pace.FINE, 101.0), (101, Pace.LATE, 100.0), (200, Pace.STUCK, 1.0),
        (500, Pace.STUCK, 1.0), (501, Pace.LOST, None),
    ],
)  # fmt: skip
def test_how_a_dog_keeps_to_its_time(seconds, pace, changes):
    assert kennel.pace(seconds, 100.0) is pace
    assert kennel.changes_in(seconds, 100.0) == changes


def test_names_of_dogs():
    assert kennel.next_name([]) == "alpha"
    assert kennel.next_name(["alpha", "charlie"]) == "bravo"
    eight = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    assert kennel.next_name(eight) == "dog1"
