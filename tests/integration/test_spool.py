"""Notes: each is a wake-up, none is the truth."""

from __future__ import annotations

import os

import pytest

from gitgt.errors import EnvironmentProblemError
from gitgt.git.spool import Spool


@pytest.fixture
def spool(tmp_path):
    (tmp_path / "a hub.git").mkdir()
    return Spool.of(tmp_path / "a hub.git")


def test_where_no_repository_is_none_is_begun(tmp_path):
    with pytest.raises(EnvironmentProblemError, match="cannot leave a note"):
        Spool.of(tmp_path / "gone.git").leave("/a place")
    assert not (tmp_path / "gone.git").exists()


def aged(spool, name, content, seconds):
    spool.path.mkdir(parents=True, exist_ok=True)
    path = spool.path / name
    path.write_bytes(content)
    os.utime(path, (seconds, seconds))


def test_a_spool_that_is_not_there_is_empty(spool):
    assert (spool.waiting(), spool.take()) == (0, [])


def test_what_is_left_is_taken_once(spool):
    spool.leave("/a place")

    assert spool.waiting() == 1
    assert spool.take() == ["/a place"]
    assert (spool.waiting(), spool.take()) == (0, [])


def test_the_oldest_comes_first_and_each_place_once(spool):
    aged(spool, "z", b"/first", 1)
    aged(spool, "m", b"/second\n", 2)
    aged(spool, "a", b"/first", 3)

    assert spool.take() == ["/first", "/second"]


def test_a_hidden_file_is_not_yet_a_note(spool):
    aged(spool, ".draft", b"/half a pla", 1)

    assert (spool.waiting(), spool.take()) == (0, [])
    assert (spool.path / ".draft").exists()


def test_an_empty_note_is_named_for_its_place(spool):
    common = spool.path.parent.parent
    (common / "worktrees" / "toast").mkdir(parents=True)
    (common / "worktrees" / "toast" / "gitdir").write_text("/sand boxes/toast/.git\n")
    aged(spool, "worktree-toast", b"", 1)
    aged(spool, "worktree-gone", b"", 2)
    aged(spool, "checkout", b"", 3)

    assert spool.take() == ["/sand boxes/toast", str(common)]


def test_the_main_checkout_of_an_ordinary_repository_is_its_top(tmp_path):
    spool = Spool.of(tmp_path / "project" / ".git")
    aged(spool, "checkout", b"", 1)

    assert spool.take() == [str(tmp_path / "project")]


@pytest.mark.parametrize("content", [b"x" * 100_000, b"/a\0b"])
def test_a_torn_note_is_thrown_away(spool, content):
    aged(spool, "torn", content, 1)
    aged(spool, "whole", b"/place", 2)

    assert spool.take() == ["/place"]
    assert spool.waiting() == 0


def test_what_is_no_file_is_no_note(spool):
    (spool.path / "folder").mkdir(parents=True)
    (spool.path / "link").symlink_to("/etc/hostname")

    assert (spool.waiting(), spool.take()) == (0, [])


def test_a_place_may_have_any_name(spool):
    spool.leave(os.fsdecode(b"/caf\xe9 \n x"))

    assert spool.take() == [os.fsdecode(b"/caf\xe9 \n x")]


def test_a_disk_that_takes_nothing_is_told(tmp_path):
    (tmp_path / "gt").write_text("a file")

    with pytest.raises(EnvironmentProblemError, match="cannot leave a note in"):
        Spool.of(tmp_path).leave("/place")
