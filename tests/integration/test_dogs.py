"""Plugins and dogs: scripts and agents are sent when it is time, and looked after."""

from __future__ import annotations

import shlex

import pytest

from gitgt.errors import AtCapacityError, InvalidDocumentError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Message
from gitgt.reactor.key import Key
from gitgt.roles.dogs import DogsRole
from gitgt.roles.warrants import WarrantsRole
from gitgt.services.dogs import care, kennel, sending
from gitgt.services.plugins import library, runs, syncing
from gitgt.services.plugins.runs import Result
from gitgt.services.sessions import sessions
from gitgt.services.warrants import filing
from tests.support.death import DEATH
from tests.support.sitting import running
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

ALPHA = Actor.agent("dogs/alpha")
TIDY = "+++\n[gate]\ntype = 'cooldown'\nduration = '1h'\n[execution]\ntimeout = '100s'\n+++\n"
TOLD = '+++\n[execution]\ntimeout = "100s"\nnotify_on_failure = true\n+++\nSweep the yard.\n'


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path).watched()
    yield builder
    builder.close()


def plugin(town, name, text, script="", *, where="plugins"):
    """Commit a plugin as a person does."""
    folder = town.town.root / where / name
    folder.mkdir(parents=True)
    (folder / "plugin.md").write_text(text)
    if script:
        (folder / "run.sh").write_text(script)
    git = town.repo().git
    git("add", "-f", str(folder))
    git("commit", "-q", "-m", f"plugin {name}")


class Keeper:
    """The role, which remembers what it looked at."""

    def __init__(self, town):
        self.town = town
        self.role = DogsRole(town.town)

    def look(self, after=0.0):
        """Let it look, and once more when what it started has ended; tell its deadline."""
        self.town.clock.advance(after)
        settled = self.role.reconcile(Key("dogs", "hq"))
        return settled.again_in

    def until_done(self):
        until(lambda: not running(self.town.town))
        return self.look()


def told(town, name="tidy"):
    return [(str(e.result), e.dog, e.why) for e in runs.every(town.town, plugin=name)]


def test_a_script_runs_when_it_has_rested_and_only_as_committed(town):
    script = 'echo "$GT_PLUGIN in $PWD"; ls "$GT_PLUGIN_DIR"; exit $(cat code)\n'
    plugin(town, "tidy", TIDY, script)
    (town.town.root / "code").write_text("0")
    (town.town.root / "plugins/tidy/run.sh").write_text("exit 9\n")  # nobody's word yet
    keeper = Keeper(town)
    assert keeper.look() is None or keeper.look() <= 3600
    keeper.until_done()
    assert told(town) == [("success", "alpha", "run.sh")]
    assert keeper.look(3598) == 2
    (town.town.root / "code").write_text("3")
    keeper.look(2)
    keeper.until_done()
    assert told(town)[0] == ("failure", "alpha", "exit code 3: run.sh")
    assert [each.name for each in kennel.every(town.town)] == ["alpha"]


def test_one_that_is_spoilt_keeps_no_other_from_running_and_rigs_come_first(town):
    shop = town.rig()
    plugin(town, "tidy", TIDY, "true\n")
    plugin(town, "tidy", TIDY, "pwd\n", where="shop/plugins")
    plugin(town, "bad", "+++\n[gate]\ntype = 'soon'\n+++\nx")
    plugin(town, "-rf", TIDY)
    shelf = library.shelf(town.town)
    assert [(each.name, each.rig) for each in shelf.plugins] == [("tidy", "shop")]
    assert [each.why for each in shelf.broken] == [
        "'plugins/-rf/plugin.md': no plugin can be called '-rf'",
        "plugins/bad/plugin.md:3: gate.type: 'soon' is no gate",
    ]
    with pytest.raises(InvalidDocumentError, match="'soon' is no gate"):
        shelf.find("bad")
    keeper = Keeper(town)
    keeper.look()
    keeper.until_done()
    assert told(town) == [("success", "alpha", str(shop.path))]


def test_an_agent_is_told_and_says_that_it_is_done(town, tmp_path):
    agent = tmp_path / "dog.sh"
    agent.write_text(
        f"echo $GT_AGENT >>{shlex.quote(str(tmp_path))}/began; exec tail -f /dev/null\n"
    )
    town.runtime("script", f"sh {shlex.quote(str(agent))}")
    plugin(town, "yard", TOLD)
    yard = library.shelf(town.town).find("yard")
    sent = sending.send(town.town, yard)
    assert (sent.fresh, sending.send(town.town, yard).fresh) == (True, False)
    until((tmp_path / "began").exists)
    assert sessions.is_running(town.town, "dogs/alpha")
    mail = [each.description for each in town.ledger().all(Message)]
    assert mail[0].startswith(f"Run the plugin yard in {town.town.root}, within 100 s (run ")
    assert "What that is, people have committed: git gt plugin show yard\n" in mail[0]
    keeper = Keeper(town)
    assert keeper.look() == 101
    care.done(town.town, "alpha", Result.SUCCESS, ALPHA, why="swept")
    assert keeper.look() is None
    assert told(town, "yard") == [("success", "alpha", "swept")]
    assert not sessions.is_running(town.town, "dogs/alpha")


def test_one_that_takes_too_long_is_asked_and_then_cleared_and_a_person_is_told(town, tmp_path):
    town.runtime("script", "tail -f /dev/null")
    plugin(town, "yard", TOLD)
    sending.send(town.town, library.shelf(town.town).find("yard"))
    keeper = Keeper(town)
    assert keeper.look(150) == 51
    assert filing.every(town.town) == []
    keeper.look(51)
    assert [each.about for each in filing.every(town.town)] == ["dogs/alpha"]
    keeper.look(300)
    assert told(town, "yard")[0][0] == "failure"
    assert not sessions.is_running(town.town, "dogs/alpha")
    said = "plugin yard failed: dogs/alpha is at yard for 8 min, 2 min allowed"
    assert town.escalations() == [("medium", said)]
    WarrantsRole(town.town).reconcile(Key("warrants", "hq"))
    assert [str(each.status) for each in filing.every(town.town, ended=True)] == ["pardoned"]


def test_whoever_is_killed_between_note_and_start_begins_it_again_once(town):
    plugin(town, "tidy", TIDY, "echo once\n")
    tidy = library.shelf(town.town).find("tidy")
    kennel.add(town.town, TESS)
    runs.begin(town.town, tidy, "alpha")
    keeper = Keeper(town)
    keeper.look()
    keeper.until_done()
    assert told(town) == [("success", "alpha", "once")]


def test_four_dogs_and_no_more(town):
    assert [kennel.add(town.town, TESS) for _ in range(3)] == ["alpha", "bravo", "charlie"]
    assert kennel.add(town.town, TESS, "rex") == "rex"
    with pytest.raises(AtCapacityError):
        kennel.add(town.town, TESS)
    plugin(town, "tidy", TIDY, "true\n")
    tidy = library.shelf(town.town).find("tidy")
    runs.begin(town.town, tidy, "rex")
    with pytest.raises(RefusedError, match="dogs/rex is at tidy"):
        sending.foresee(town.town, dog="rex")
    with pytest.raises(RefusedError, match="dogs/rex is at work"):
        kennel.remove(town.town, "rex", TESS, force=False)
    assert [each.what for each in care.odd(town.town, longest=60)] == [
        "is at tidy, and nothing of it runs"
    ]
    care.clear(town.town, "rex", TESS, force=False)
    assert kennel.remove(town.town, "rex", TESS, force=False) == "rex"
    assert told(town) == [("failure", "rex", "cleared by Tess Ter")]


def test_plugins_are_brought_from_a_folder_and_committed(town, tmp_path):
    source = tmp_path / "source"
    for name, text in (("tidy", TIDY), ("bad", "nothing")):
        (source / name).mkdir(parents=True)
        (source / name / "plugin.md").write_text(text)
    (source / "tidy" / "run.sh").write_text("true\n")
    plugin(town, "old", TIDY, "true\n")
    found = syncing.plan(town.town, None, source, clean=True)
    assert (found.changed, found.gone, len(found.broken)) == (("tidy",), ("old",), 1)
    assert syncing.bring(town.town, None, found, TESS)
    assert [each.name for each in library.shelf(town.town).plugins] == ["tidy"]
    assert syncing.plan(town.town, None, source, clean=True).files == {}
    assert town.repo().git("log", "-1", "--format=%s") == "plugins: tidy, no old"


def test_whoever_sends_a_dog_may_die_anywhere_and_it_runs_once_or_has_failed(town):
    did = town.folder / "did_run"
    did.touch()
    plugin(town, "tidy", "+++\n+++\n", f"echo once >>{shlex.quote(str(did))}\n")
    tidy = library.shelf(town.town).find("tidy")
    keeper = Keeper(town)
    for number in (*range(1, 20, 6), *range(20, 40)):
        before = {each.id for each in runs.every(town.town)}
        lines = len(did.read_text().split())
        with DEATH.before(number):
            sending.send(town.town, tidy)
        if not DEATH.came:
            break
        keeper.look()
        keeper.until_done()
        new = [each for each in runs.every(town.town) if each.id not in before]
        # Killed before it was noted, or between the script's folder and its first process.
        went = [each for each in new if each.why != "it was killed, and nobody saw it end"]
        assert [str(each.result) for each in went] == ["success"] * len(went)
        assert len(did.read_text().split()) == lines + len(went)
        assert len(new) <= 1
    assert number > 20
