"""Each of the doctor's checks: what it finds in a town that is broken so, and what mends it.

They share one town, which each of them leaves as it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from gitgt.git.intent import INTENTS, Intent
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove
from gitgt.model.lifecycle import BeadVerb
from gitgt.runtime.environment import town_mark
from gitgt.services import beads
from gitgt.services.agents import crew
from gitgt.services.doctor import checkup
from gitgt.services.doctor.checkup import CHECKS
from gitgt.services.taps import wanted
from gitgt.services.todo import entries
from gitgt.services.usage import measuring
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS, TownBuilder


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    builder = TownBuilder(tmp_path_factory.mktemp("doctor"))
    shop = builder.rig()
    crew.add(builder.town, shop, "tess", TESS)
    yield builder
    builder.close()


@pytest.fixture
def shop(town):
    return town.town.rig("shop")


@pytest.fixture
def look(town):
    """Make one check, and return what it finds as text."""

    def made(name, *, fix=False):
        checks = [each for each in CHECKS if each.name == name]
        found = checkup.make(town.town, fix=fix, checks=checks)
        assert not found.done or fix
        return [f"{each.level}: {each.where}: {each.what}" for each in found.findings]

    return made


def hints(town, name):
    checks = [each for each in CHECKS if each.name == name]
    return [each.hint for each in checkup.make(town.town, checks=checks).findings]


def test_a_fresh_town_is_well(town, shop):
    code, said, told = gt("doctor", cwd=town.town.root)

    assert (code, said, told) == (0, "all is well\n", "")
    answer = json.loads(gt("doctor", "--json", "--rig", shop.name, cwd=town.town.root).stdout)
    assert answer == {"done": [], "findings": []}
    assert validator("doctor").is_valid(answer)
    assert len(checkup.USUAL) <= 20


# --- what --fix mends


def of_refspec(town, shop):
    town.repo(shop).git("config", "--unset-all", "remote.origin.fetch")
    return "error: shop: it does not fetch all branches of its project"


def of_hooks(town, shop):
    (shop.repository_path / "hooks" / "pre-push").unlink()
    return "error: shop: pre-push is missing"


def of_worktrees(town, shop):
    path = shop.path / "crew" / "tess"
    (path / ".git").write_text("gitdir: /nowhere/at/all\n")
    return f"error: shop: {path} does not know its repository"


def of_checkouts(town, shop):
    path = shop.path / "crew" / "tess"
    Checkout(path).git("-c", "core.hooksPath=/dev/null", "switch", "-q", shop.branch)
    return f"warning: shop: {path} stands on main, which moves"


def of_locks(town, shop):
    lock = shop.repository_path / "refs" / "heads" / "main.lock"
    lock.touch()
    os.utime(lock, (1e9, 1e9))
    return f"error: shop: {lock} is held by nobody"


def of_landings(town, shop):
    repository = town.town.ledger_at(shop).repository
    head = repository.ref(shop.target)
    intent = Intent(moves=(RefMove(shop.target, head, head),))
    town.repo(shop).git("update-ref", f"{INTENTS}main", intent.write(repository))
    return "error: shop: refs/gt/intent/main: a landing was begun and not ended"


def of_taps(town, shop):
    wanted.folder(shop, "crew", "claude").mkdir(parents=True)
    return "error: shop: crew on claude is missing"


def of_ledger(town, shop):
    desk = Checkout(shop.desk)
    made = town.bead(shop, "Odd form")
    path = next(desk.path.glob(f"items/*/*/{made.id}.yaml"), None)
    ledger = town.town.ledger_at(shop)
    name = f"items/{made.id[3]}/{made.id[4]}/{made.id}.yaml"
    text = ledger.repository.read(ledger.head(), name).decode() + "# by hand\n"
    repository = ledger.repository
    tree = repository.write_tree(ledger.head(), {name: repository.write_blob(text.encode())})
    commit = town.repo(shop).git("commit-tree", tree, "-p", ledger.head(), "-m", "by hand")
    town.repo(shop).git("update-ref", ledger.ref, commit)
    assert path is None or path
    return f"warning: shop: form: {name}: "


@pytest.mark.parametrize(
    "broken",
    [
        of_refspec,
        of_hooks,
        of_worktrees,
        of_checkouts,
        of_locks,
        of_landings,
        of_taps,
        of_ledger,
    ],
)
def test_what_is_broken_so_is_found_and_mended(town, shop, look, broken):
    name = broken.__name__.removeprefix("of_")
    assert look(name) == []
    told = broken(town, shop)

    found = look(name)

    assert [line.startswith(told) for line in found] == [True]
    assert look(name, fix=True) == []
    assert look(name) == []


# --- what is a person's to decide


@contextmanager
def written(path, text):
    before = path.read_bytes() if path.exists() else None
    path.write_text(text)
    try:
        yield
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def test_settings_that_break_their_schema_are_found(town, look):
    path = town.town.root / "settings" / "prices.yaml"
    with written(path, "nonsense: 1\n"):
        (found,) = look("settings", fix=True)
        assert found.startswith(f"error: hq: {path}")
        assert "nonsense" in found
        assert hints(town, "settings")[0].endswith("log -p -- settings/prices.yaml")
        assert look("committed") == [
            "warning: hq: not committed, so gates do not heed it: settings/prices.yaml"
        ]
    assert look("settings") == []
    assert look("committed") == []


def test_a_plugin_that_never_runs_is_found(town, look):
    plugin = town.town.root / "plugins" / "sweep" / "plugin.md"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("---\nname: [sweep\n---\n")
    path = "plugins/sweep/plugin.md"
    assert look("plugins") == [f"warning: hq: {path} is not committed, and does not run"]
    repository = town.repo()
    repository.git("add", path)
    repository.git("commit", "-qm", "Sweep")
    (found,) = look("plugins")
    assert found.startswith(f"error: hq: {path}:")
    repository.git("rm", "-q", path)
    repository.git("commit", "-qm", "Do not sweep")
    assert look("plugins") == []


def test_a_person_whom_git_does_not_know_is_told(town, look, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    assert look("identity") == [
        "warning: hq: git does not know your user.name, so your commits are signed by a guess",
        "warning: hq: git does not know your user.email, so your commits are signed by a guess",
    ]
    monkeypatch.undo()
    assert look("identity") == []


def test_a_clock_that_was_set_back_is_found(town, look):
    before = town.clock.now
    town.clock.now = 1e9
    found = look("clock")
    town.clock.now = before

    assert [line.split(" the clock is ")[0] for line in found] == ["error: shop:"]
    assert look("clock") == []


def test_a_repository_that_is_gone_is_found(town, shop, look):
    moved = shop.repository_path.with_name("elsewhere")
    shop.repository_path.rename(moved)
    try:
        assert look("rigs") == [f"error: shop: {shop.repository_path} is missing"]
        assert hints(town, "rigs")[0].startswith("git gt rig add shop ")
    finally:
        moved.rename(shop.repository_path)
    assert look("rigs") == []


def test_a_hook_of_somebody_who_is_gone_is_found(town, shop, look):
    bead = town.bead(shop, "Left")
    mine = {"assignee": "shop/polecats/quartz"}
    beads.change(town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
    assert look("stale-hooks") == [
        f"warning: shop: {bead.id} is on the hook of shop/polecats/quartz, who is gone"
    ]
    assert hints(town, "stale-hooks") == [f"git gt bead release {bead.id}"]
    beads.release(town.town, bead.id, TESS, reason="typed")
    assert look("stale-hooks") == []


def test_notes_that_nobody_takes_are_found(town, shop, look):
    spool = Spool.of(shop.repository_path)
    spool.take()
    spool.leave("here")
    assert look("watcher") == []  # whoever was just told is on the way
    for note in spool.path.iterdir():
        os.utime(note, (1e9, 1e9))
    assert look("watcher") == ["warning: shop: 1 note waits, and nobody watches"]
    spool.take()
    assert look("watcher") == []


def test_a_process_that_no_session_knows_of_is_told_and_goes_on(town, look):
    mark = {"GT_TOWN_RUN": town_mark(town.town.root)}
    argv = [sys.executable, "-c", "print('up', flush=True); input()"]
    stray = subprocess.Popen(
        argv, env={**os.environ, **mark}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert stray.stdout is not None
    stray.stdout.readline()
    (found,) = look("sessions", fix=True)
    assert found.startswith(f"warning: hq: process {stray.pid} (")
    assert stray.poll() is None
    stray.communicate(b"\n")
    assert look("sessions") == []


def test_a_program_that_is_not_here_is_found(town, look):
    path = town.town.root / "settings" / "agents.yaml"
    with written(path, "default: claude\n"):
        (found,) = look("runtimes")
    # It is not here; or, where it is root who asks, it would not work for root.
    assert found.startswith("error: hq: runtime claude cannot be run")
    assert look("runtimes") == []


def test_a_remote_that_does_not_answer_is_found_when_asked(town, shop, look):
    repo = town.repo(shop)
    url = repo.git("config", "remote.origin.url")
    repo.git("config", "remote.origin.url", "/nowhere/at/all")
    (found,) = look("remotes")
    assert found.startswith("warning: shop: origin does not answer: ")
    repo.git("config", "remote.origin.url", url)
    assert look("remotes") == []


def test_what_does_not_work_is_on_the_list_of_what_needs_a_person(town, shop):
    path = town.town.root / "settings" / "prices.yaml"
    with written(path, "nonsense: 1\n"):
        found = [each for each in entries.entries(town.town) if each.source == "doctor"]
    assert [each.about for each in found] == ["doctor/hq/settings"]
    assert found[0].command.startswith("mend it")


def test_where_the_disk_went(town, shop):
    toast = shop.path / "polecats" / "toast"
    town.repo(shop).git("worktree", "add", "-q", "--detach", str(toast), shop.branch)
    (toast / "big").write_bytes(b"x" * 300_000)
    parts = {(each.where, each.what): each for each in measuring.measure(town.town)}

    mine = parts["shop", "sandbox toast"]
    assert 300_000 <= mine.bytes < 400_000
    assert (mine.safe, mine.command) == (True, "git gt polecat nuke shop/toast")
    assert not parts["shop", "crew tess"].command
    code, said, told = gt("du", "--safe", cwd=town.town.root)
    assert (code, told) == (0, "")
    assert "sandbox toast  safe: git gt polecat nuke shop/toast\n" in said
    answer = json.loads(gt("du", "--json", cwd=town.town.root).stdout)
    assert validator("usage").is_valid(answer)
    town.repo(shop).git("worktree", "remove", "--force", str(toast))


def test_one_check_that_fails_keeps_no_other_from_being_made(town, look):
    path = town.town.root / "rigs.yaml"
    with written(path, "rigs: nonsense\n"):
        code, said, told = gt("doctor", cwd=town.town.root)
    assert code == 1
    assert said.count("hq: settings: error: ") == 1
    assert told.startswith("gt: ")
