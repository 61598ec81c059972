"""What wakes the loop, with real git and real files."""

import os
import shutil
import threading

import pytest

from gitgt.git.spool import Spool
from gitgt.reactor.sources import Sources
from tests.support.checkout import Checkout

PATIENCE = 60


@pytest.fixture
def common(rig):
    return rig.path / ".git"


@pytest.fixture
def sources(common):
    """Sources that look only when an event comes."""
    made = Sources(every=3600)
    made.follow([common])
    made.look()
    yield made
    made.stop()


@pytest.fixture
def watching(sources):
    sources.start()
    sources.wait(PATIENCE)  # that it has begun
    sources.look()
    return sources


def test_the_first_look_finds_everything_new(common, tmp_path):
    sources = Sources()
    sources.follow([common], [tmp_path / "rigs.yaml"])

    assert sources.look() == {common: [], tmp_path / "rigs.yaml": []}
    assert sources.look() == {}


def _commit(rig, _tmp):
    rig.commit("a")


def _update_ref(rig, _tmp):
    rig.git("update-ref", "refs/heads/deep/er/branch", "HEAD")


def _delete_ref(rig, _tmp):
    rig.git("branch", "-D", "-q", "other")


def _pack(rig, _tmp):
    rig.git("pack-refs", "--all", "--prune")


def _worktree(rig, tmp):
    rig.git("worktree", "add", "-q", str(tmp / "nux"), "-b", "polecat/nux/gt-abc12")


def _switch(rig, _tmp):
    rig.git("switch", "-q", "other")


def _hooks_path(rig, _tmp):
    rig.git("config", "core.hooksPath", ".husky")


def _fetch(rig, tmp):
    origin = Checkout.init(tmp / "origin")
    rig.git("fetch", "-q", str(origin.path), "main:refs/remotes/origin/main")


def _by_hand(rig, _tmp):
    (rig.path / ".git/refs/heads/byhand").write_text(f"{rig.head}\n")


@pytest.mark.parametrize(
    "change",
    [
        _commit,
        _update_ref,
        _delete_ref,
        _pack,
        _worktree,
        _switch,
        _hooks_path,
        _fetch,
        _by_hand,
    ],
)
def test_what_moves_wakes_and_is_seen(rig, tmp_path, common, watching, change):
    rig.git("branch", "-f", "other")
    watching.wait(PATIENCE)
    watching.look()
    change(rig, tmp_path)

    assert watching.wait(PATIENCE)
    assert _seen(watching) == {common: []}


def _seen(watching):
    """Look until the events of one command are over."""
    seen = watching.look()
    while not seen and watching.wait(1):
        seen = watching.look()
    return seen


def test_a_commit_in_a_linked_worktree_wakes(rig, tmp_path, common, sources):
    rig.git("worktree", "add", "-q", str(tmp_path / "nux"), "-b", "polecat/nux/gt-abc12")
    sources.start()
    sources.look()
    sources.wait(0)
    Checkout(tmp_path / "nux").commit("a")

    assert sources.wait(PATIENCE)
    assert _seen(sources) == {common: []}


def test_a_note_wakes_and_is_taken_once(common, watching):
    Spool.of(common).leave("/t/shop/polecats/nux")

    assert watching.wait(PATIENCE)
    assert _seen(watching) == {common: ["/t/shop/polecats/nux"]}
    assert watching.look() == {}


def _quiet(watching):
    """Tell that no event came within a moment."""
    return not watching.wait(0.3)


def _settle(watching):
    while watching.wait(0.2):
        watching.look()


@pytest.mark.parametrize(
    "reading",
    [
        ("log",),
        ("--no-optional-locks", "status"),
        ("for-each-ref",),
        ("cat-file", "-p", "HEAD"),
        ("update-ref", "refs/gt/wip/nux", "HEAD"),
    ],
)
def test_our_own_reads_and_refs_do_not_wake(rig, watching, reading):
    _settle(watching)
    rig.git(*reading)

    assert _quiet(watching)
    assert watching.look() == {}


def test_taking_notes_does_not_wake(common, watching):
    Spool.of(common).leave("x")
    watching.wait(PATIENCE)
    _settle(watching)
    watching.look()

    assert _quiet(watching)


def test_work_in_a_worktree_does_not_wake(rig, watching):
    _settle(watching)
    rig.write("a", "a\n")
    rig.git("add", "a")

    assert _quiet(watching)
    assert watching.look() == {}


@pytest.mark.parametrize("how", ["replaced", "in place", "deleted", "made"])
def test_settings_wake(tmp_path, common, how):
    settings = tmp_path / "settings" / "agents.yaml"
    settings.parent.mkdir()
    if how != "made":
        settings.write_text("agents: {}\n")
    sources = Sources(every=3600)
    sources.follow([common], [settings])
    sources.start()
    _settle(sources)
    sources.look()
    try:
        match how:
            case "replaced":
                (tmp_path / "settings" / "new").write_text("agents: {a: 1}\n")
                (tmp_path / "settings" / "new").replace(settings)
            case "deleted":
                settings.unlink()
            case _:
                settings.write_text("agents: {b: 1}\n")

        assert sources.wait(PATIENCE)
        assert _seen(sources) == {settings: []}
    finally:
        sources.stop()


def test_a_folder_made_later_is_watched_too(rig, tmp_path, common, watching):
    """A repository has no folder for worktrees before the first one is made."""
    assert not (common / "worktrees").exists()
    rig.git("worktree", "add", "-q", "--detach", str(tmp_path / "nux"))
    _settle(watching)
    rig.git("worktree", "add", "-q", "--detach", str(tmp_path / "toast"))

    assert watching.wait(PATIENCE)
    assert _seen(watching) == {common: []}


def test_a_folder_made_anew_is_watched_again(common, watching):
    shutil.rmtree(common / "gt" / "spool")
    (common / "gt" / "spool").mkdir()
    _settle(watching)
    watching.look()
    _settle(watching)
    Spool.of(common).leave("x")

    assert watching.wait(PATIENCE)
    assert _seen(watching) == {common: ["x"]}


def test_a_repository_that_came_later_is_watched(tmp_path, watching):
    other = Checkout.init(tmp_path / "other")
    watching.follow([other.path / ".git"])
    watching.look()
    _settle(watching)
    other.commit("a")

    assert watching.wait(PATIENCE)
    assert _seen(watching) == {other.path / ".git": []}


def test_without_events_a_look_sees_all_the_same(rig, tmp_path, common, sources):
    for change in (_commit, _update_ref, _pack, _worktree, _hooks_path, _fetch, _by_hand):
        change(rig, tmp_path)
        assert sources.look() == {common: []}, change
        assert sources.look() == {}


def test_two_changes_within_one_tick_are_both_seen(rig, common, sources):
    ref = common / "refs/heads/x"
    one, two = rig.commit("a"), rig.commit("b")
    ref.write_text(f"{one}\n")
    sources.look()
    stat = ref.stat()
    ref.write_text(f"{two}\n")
    os.utime(ref, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert sources.look() == {common: []}


def test_where_nothing_can_be_watched_one_looks_more_often(common, monkeypatch):
    from watchdog.observers import Observer

    def refuse(*_args, **_more):
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(Observer, "schedule", refuse)
    sources = Sources(every=5, every_when_blind=0.25)
    sources.follow([common])
    assert sources.interval == 5
    sources.start()
    sources.stop()

    assert sources.interval == 0.25


def test_a_poke_ends_the_wait(sources):
    threading.Timer(0.05, sources.poke).start()

    assert sources.wait(PATIENCE)
    assert not sources.wait(0)
