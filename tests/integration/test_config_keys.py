"""Settings by their keys: found, set, refused, and told in JSON."""

from __future__ import annotations

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import NotFoundError, RefusedError, SettingsError
from gitgt.services import config
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS


def test_a_key_is_set_found_and_unset_by_a_commit_each(town):
    shop = town.rig()
    assert config.get(town.town, "scheduler.spawn_delay").value is None
    assert config.put(town.town, "scheduler.spawn_delay", "2m", TESS)
    assert not config.put(town.town, "scheduler.spawn_delay", "120", TESS)
    assert config.put(town.town, "scheduler.runtimes.opus", "3", TESS)
    assert config.put(town.town, "sessions.network", "off", TESS)
    assert config.put(town.town, "sessions.visible", "~/.rustup, /opt/x", TESS)
    assert config.put(town.town, "max_polecats", "4", TESS, shop)
    found = {each.key: each.value for each in config.every(town.town) if each.value is not None}
    assert found == {
        "scheduler.spawn_delay": 120.0, "scheduler.runtimes.opus": 3,
        "sessions.network": False, "sessions.visible": ["~/.rustup", "/opt/x"],
    }  # fmt: skip
    assert config.get(town.town, "max_polecats", shop).value == 4
    for key in found:
        assert config.unset(town.town, key, TESS)
    assert {each.value for each in config.every(town.town)} == {None}
    said = town.repo().git("log", "-5", "--format=%s", "--", "settings/config.yaml")
    assert said.splitlines() == [
        *(f"unset {key}" for key in reversed(found)),
        "set sessions.visible to ~/.rustup, /opt/x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "error", "why"),
    [
        ("scheduler.most", "1", NotFoundError, "there is no setting 'scheduler.most'"),
        ("scheduler", "1", NotFoundError, "scheduler holds more than one value"),
        ("scheduler.batch_size", "x", RefusedError, "is a number, not 'x'"),
        ("scheduler.batch_size", "0", SettingsError, "scheduler.batch_size"),
        ("sessions.network", "maybe", RefusedError, "is true or false, not 'maybe'"),
        ("sessions.launcher", "screen", SettingsError, "sessions.launcher"),
    ],
)
def test_what_is_no_key_or_no_value_for_it_is_refused(town, key, value, error, why):
    with pytest.raises(error, match=why):
        config.put(town.town, key, value, TESS)


def test_every_answer_keeps_its_schema(town):
    shop = town.rig()
    bead, other = town.bead(shop, "Figs"), town.bead(shop, "Limes")

    def told(*words):
        done = gt(*words, "--json", cwd=town.town.root)
        assert (done.code, done.stderr) == (0, ""), words
        name = " ".join(words[:2]) + (" --dry-run" if "--dry-run" in words else "")
        answer = json.loads(done.stdout)
        validator(OTHERS[name]).validate(answer)
        return answer

    assert told("config", "set", "scheduler.max_polecats", "1")["changed"]
    assert told("config", "get", "scheduler.max_polecats")["value"] == 1
    told("config", "unset", "scheduler.batch_size")
    told("config", "list")
    done = gt("sling", bead.id, other.id, "--no-convoy", "--json", cwd=town.town.root)
    assert [each["id"] for each in json.loads(done.stdout)] == [bead.id, other.id]
    assert told("scheduler", "pause") == {"changed": True}
    assert [each["cause"] for each in told("scheduler", "list")] == ["paused", "paused"]
    assert told("scheduler", "run", "--dry-run") == {"dry_run": True, "dispatched": []}
    assert told("scheduler", "resume") == {"changed": True}
    assert [each["bead"] for each in told("scheduler", "run")["dispatched"]] == [bead.id]
    assert told("scheduler", "limit", "script", "--until", "2h")[0]["source"] == "person"
    seen = told("scheduler", "status")
    assert (seen["mode"], seen["taken"], seen["queued_total"]) == ("deferred", 1, 1)
    assert [each["status"] for each in told("scheduler", "clear")] == ["cleared"]
    gt("unsling", bead.id, cwd=town.town.root)
