"""The mayor at work: told, it analyses, makes a convoy, gives out, watches, and sums up."""

from __future__ import annotations

import json
import shlex

import pytest

from gitgt.errors import SettingsError
from gitgt.services.agents import attended, post
from gitgt.services.agents import hook as hooks
from gitgt.services.agents.hook_moves import attach
from gitgt.services.sessions import runtimes, session_records, sessions
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

# A mayor without a model: what one does in its place is to read, and to type these commands.
MAYOR = """\
set -e
set -- $(git gt hook show)
task=$3
git gt bead show "$task" | sed -n 's/^ *- //p' >list
while read -r part; do
    git gt bead create "$part" --rig shop </dev/null >>told
done <list
sed 's/created \\([^:]*\\):.*/\\1/' told >made
set -- $(git gt convoy create "Fruit" $(cat made))
convoy=$1
git gt sling $(cat made) shop --no-convoy
until git gt convoy show "$convoy" | head -1 | grep -q ' closed '; do sleep 0.05; done
git gt bead comment "$task" "$(git gt convoy show "$convoy" | head -1)"
git gt bead close "$task" --reason "All of it has landed"
"""
WORKER = """\
echo "$GT_BEAD" >"$GT_BEAD" && git add . && git commit -qm "Do it" -m "Closes: $GT_BEAD"
"""


@pytest.fixture
def shop(town):
    """A rig whose polecats do whatever they are given, and a mayor without a model."""
    for name, script in (("mayor", MAYOR), ("works", WORKER)):
        (town.folder / f"{name}.sh").write_text(script)
        town.runtime(name, f"sh {shlex.quote(str(town.folder / f'{name}.sh'))}")
    runtimes.set_default(town.town, "works", TESS)
    return town.rig()


def test_whoever_tells_the_mayor_what_they_want_is_told_that_it_has_landed(town, shop):
    told = town.bead(None, "Sell fruit", description="Sell:\n- Apples\n- Pears\n- Plums")
    attach(town.town, told.id, "mayor", TESS, force=False)
    begun = attended.start(town.town, post.mayor(town.town), TESS, attended.Wish("mayor"))
    assert begun.fresh

    def is_summed_up():
        town.turn()
        return town.now(told).status == "closed"

    until(is_summed_up)
    until(lambda: not running(town.town))

    [caravan] = town.convoys()
    beads = [town.now(each) for each in caravan.members]
    assert (caravan.title, caravan.created_by, caravan.status) == ("Fruit", "mayor", "closed")
    assert {each.title for each in beads} == {"Apples", "Pears", "Plums"}
    assert {(each.created_by, each.status, each.outcome) for each in beads} == {
        ("mayor", "closed", "success")
    }
    assert len({each.assignee for each in beads}) == 3
    done = town.now(told)
    assert (done.closed_by, done.outcome, done.reason) == (
        "mayor", "success", "All of it has landed"
    )  # fmt: skip
    [summary] = done.comments
    assert summary.text == f"{caravan.id}  closed  3/3  [{'#' * 20}]  Fruit"
    assert hooks.of_person(town.town, "mayor") == []
    assert [each.partition(":")[0] for each in town.story(shop)].count("mayor") == 6


def test_the_commands_begin_one_session_and_end_it(town, shop):
    town.runtime("sits", "sh -c 'exec sleep 1000'")
    cwd = town.town.root

    def said(*words):
        done = gt("mayor", *words, cwd=cwd)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout

    assert said() == f"mayor: never sat yet\n  worktree  {cwd}/mayor\n"
    unseen = gt("mayor", "attach", "--agent", "sits", cwd=cwd)
    assert unseen.stderr == (
        "gt: mayor can only be attached to a terminal\n"
        "hint: git gt session start mayor begins it all the same\n"
    )
    assert said("status", "--running") == "false\n"
    begun = said("start", "--agent", "sits")
    assert begun.startswith("mayor: begun, session ")
    [again] = json.loads(said("start", "--json"))
    assert (again["address"], again["changed"]) == ("mayor", False)
    assert said("status", "--running") == "true\n"
    told = json.loads(said("status", "--json"))
    validator("standing").validate(told)
    assert (told["running"], told["runtime"], told["session"]) == (
        True, "sits", again["session"]
    )  # fmt: skip
    failed = gt("mayor", "restart", "--agent", "codex", cwd=cwd)
    assert (failed.code, said("status", "--running")) == (1, "true\n")
    [other] = json.loads(said("restart", "--json"))
    assert other["changed"]
    assert other["session"] != again["session"]
    assert json.loads(said("status", "--json"))["runtime"] == "sits"
    assert gt("agents", cwd=cwd).stdout == "mayor  here  -\n"
    assert said("stop") == "mayor: ended\n"
    assert said("stop") == "mayor: nothing changed: none goes on\n"
    assert said("status", "--running") == "false\n"
    assert gt("agents", cwd=cwd).stdout == "mayor  away  -\n"


def test_a_mayor_that_begins_again_goes_on_with_its_last_conversation(
    town, shop, monkeypatch
):  # fmt: skip
    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", "exec")  # one turn, which ends by itself
    runtimes.put(town.town, "script", {"preset": "script", "taps": {"scope": "none"}}, TESS)
    mayor = post.mayor(town.town)

    def conversation(*, resume):
        wish = attended.Wish("script", resume=resume)
        begun = attended.start(town.town, mayor, TESS, wish)
        until(lambda: not sessions.is_running(town.town, post.MAYOR))
        town.turn()
        last = session_records.last(town.town, town.town, post.MAYOR)
        assert last.session == begun.session
        return last.conversation

    first = conversation(resume=False)
    assert first
    assert conversation(resume=True) == first
    assert conversation(resume=False) not in ("", first)


def test_a_conversation_that_was_never_held_is_not_gone_on_with(town, shop, monkeypatch):
    runtimes.put(town.town, "script", {"preset": "script", "taps": {"scope": "none"}}, TESS)
    mayor, wish = post.mayor(town.town), attended.Wish("script", resume=True)
    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", "none of these")
    with pytest.raises(SettingsError):
        attended.start(town.town, mayor, TESS, wish)
    (never,) = session_records.records(town.town, town.town, address=post.MAYOR)

    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", "exec")
    attended.start(town.town, mayor, TESS, wish)
    until(lambda: not sessions.is_running(town.town, post.MAYOR))
    town.turn()

    last = session_records.last(town.town, town.town, post.MAYOR)
    assert (last.how, last.conversation == never.conversation) == ("", False)
