"""What our hooks make of a commit: a note, and a question if something is to be decided."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gitgt.git import githooks, markers, signposts
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from tests.support.checkout import Checkout
from tests.support.hub import Hub, git_dir


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path)


def test_a_commit_leaves_a_note_and_asks_nobody(hub):
    crew = hub.worktree("crew", "crew/tess")

    crew.commit("a")
    crew.commit("b")

    assert hub.notes() == [str(crew.path)]
    assert hub.notes() == []
    assert hub.asked() == []


def test_a_main_checkout_leaves_a_note_too(rig, tmp_path):
    repository = Repository.at(rig.path)
    githooks.install(repository, town=tmp_path, targets=[])

    rig.commit("a")

    assert Spool.of(repository.common).take() == [str(rig.path)]


def test_a_new_worktree_leaves_a_note(hub):
    path = hub.folder / "fresh"

    Checkout(hub.common).git("worktree", "add", "-q", str(path))

    assert hub.notes() == [str(path)]


def test_merging_and_rebasing_leave_notes(hub):
    crew = hub.worktree("crew", "crew/tess")
    crew.git("switch", "-q", "-c", "side")
    crew.commit("side")
    crew.git("switch", "-q", "crew/tess")
    crew.commit("main")
    hub.notes()

    crew.git("merge", "-q", "side")
    assert hub.notes() == [str(crew.path)]
    crew.git("switch", "-q", "side")
    hub.notes()
    crew.git("rebase", "-q", "crew/tess")
    assert hub.notes() == [str(crew.path)]
    assert hub.asked() == []


def test_a_file_that_is_checked_out_is_no_news(hub):
    crew = hub.worktree("crew", "crew/tess")
    crew.write("README", "changed")

    crew.git("checkout", "-q", "--", "README")

    assert hub.notes() == []


def test_without_the_momentary_folder_a_commit_is_an_ordinary_one(hub):
    crew = hub.worktree("crew", "crew/tess")
    for path in sorted((hub.common / "gt").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    crew.write("a", "a")
    crew.git("add", "a")
    done = crew.attempt("commit", "-q", "-m", "One")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_desk_is_checked_before_and_taken_in_after_a_commit(hub):
    desk = hub.desk()

    desk.commit("a")

    assert hub.asked() == ["githook pre-commit", "githook post-commit"]
    assert hub.notes() == [str(desk.path)]


def test_a_desk_that_is_refused_is_not_committed(hub):
    desk = hub.desk()
    before = desk.head
    hub.answer(10)
    desk.write("a", "a")
    desk.git("add", "a")

    refused = desk.attempt("commit", "-q", "-m", "One")

    assert (refused.returncode, refused.stderr) == (1, "")
    assert desk.head == before


@pytest.mark.parametrize("code", [1, 3, 127])
def test_what_cannot_run_breaks_no_commit(hub, code):
    desk = hub.desk()
    hub.answer(code)
    desk.write("a", "a")
    desk.git("add", "a")

    done = desk.attempt("commit", "-q", "-m", "One")

    assert done.returncode == 0
    assert done.stderr == (
        "gt: this commit was not checked: git-gt does not run; the watcher will check it\n"
        "gt: git-gt does not run; the next git gt command makes up for it\n"
    )


def test_a_program_that_is_gone_breaks_no_commit(hub):
    crew = hub.desk()
    hub.command.unlink()
    signposts.set_up(hub.common)
    hub.command.write_text(hub.command.read_text().replace(sys.executable, "/gone/python"))
    crew.write("a", "a")
    crew.git("add", "a")

    done = crew.attempt("commit", "-q", "-m", "One")

    assert done.returncode == 0
    assert done.stderr == (
        "gt: this commit was not checked: git-gt does not run; the watcher will check it\n"
        "gt: git-gt does not run; the next git gt command makes up for it\n"
    )


def test_while_a_watcher_lives_only_the_check_is_asked_for(hub):
    desk, sandbox = hub.desk(), hub.sandbox()
    with hub.watched():
        desk.commit("a")
        sandbox.commit("a", message="Do it\n\nCloses: gt-abc12")

    assert hub.asked() == ["githook pre-commit"]
    assert sorted(hub.notes()) == sorted([str(desk.path), str(sandbox.path)])


@pytest.mark.parametrize("pid", ["0", "-1", "", "nonsense", "4194304"])
def test_a_number_that_is_no_process_is_no_watcher(hub, pid):
    desk = hub.desk()
    hub.write_pid(pid)

    desk.commit("a")

    assert hub.asked() == ["githook pre-commit", "githook post-commit"]


def test_a_number_that_was_given_away_again_is_no_watcher(hub):
    desk = hub.desk()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        hub.write_pid(stranger.pid)
        desk.commit("a")
        stranger.communicate()

    assert hub.asked() == ["githook pre-commit", "githook post-commit"]


def test_a_commit_in_progress_is_marked(hub):
    desk = hub.desk()
    mark, seen = git_dir(desk) / "gt-committing", hub.folder / "seen"
    editor = hub.folder / "editor"
    editor.write_text(f"#!/bin/sh\ncp '{mark}' '{seen}'\necho One >\"$1\"\n")
    editor.chmod(0o755)
    desk.write("a", "a")
    desk.git("add", "a")

    desk.git("commit", "-q", env={"GIT_EDITOR": f"'{editor}'"})

    assert int(seen.read_text()) > 0
    assert mark.read_text() == ""
    assert not markers.is_committing(git_dir(desk))


def test_an_assignment_begins_once(hub):
    sandbox = hub.sandbox()

    sandbox.commit("a")
    assert hub.asked() == ["githook post-commit"]
    markers.mark_begun(git_dir(sandbox))
    sandbox.commit("b")
    assert hub.asked() == []


@pytest.mark.parametrize(
    "line", ["Closes: gt-abc12", "closes: gt-abc12", "Escalate: HIGH help"]
)
def test_a_commit_that_asks_for_something_is_heard(hub, line):
    sandbox = hub.sandbox()
    markers.mark_begun(git_dir(sandbox))

    sandbox.commit("a", message=f"Do it\n\n{line}")

    assert hub.asked() == ["githook post-commit"]


def test_the_picks_of_a_rebase_ask_for_nothing(hub):
    sandbox = hub.sandbox()
    sandbox.commit("a", message="Do it\n\nCloses: gt-abc12")
    sandbox.commit("b", message="More\n\nCloses: gt-abc12")
    hub.asked()

    sandbox.git("rebase", "-q", "--force-rebase", "HEAD~2")

    assert hub.asked() == []
    assert hub.notes() == [str(sandbox.path)]


def test_what_gitgt_itself_does_asks_nothing(hub):
    desk = hub.desk()
    desk.write("a", "a")
    desk.git("add", "a")

    desk.git("commit", "-q", "-m", "One", env={"GT_GITHOOK": "post-commit"})

    assert hub.asked() == []


def test_a_program_that_exports_where_the_repository_is_makes_no_difference(hub, tmp_path):
    desk = hub.desk()
    desk.write("a", "a")
    exported = {"GIT_DIR": str(git_dir(desk)), "GIT_WORK_TREE": str(desk.path)}
    elsewhere = Checkout(tmp_path)

    elsewhere.git("add", "a", env=exported)
    elsewhere.git("commit", "-q", "-m", "One", env=exported)

    assert hub.asked() == ["githook pre-commit", "githook post-commit"]
    assert hub.notes() == [str(desk.path)]


def test_a_path_may_hold_a_line_end(hub):
    path = hub.folder / "two\nlines"
    Checkout(hub.common).git("worktree", "add", "-q", "-b", "desk/x", str(path))
    (name,) = (hub.common / "worktrees").iterdir()
    markers.mark_desk(name)
    hub.notes()
    hub.asked()

    Checkout(path).commit("a")

    assert hub.asked() == ["githook pre-commit", "githook post-commit"]
    assert hub.notes() == [str(path)]


def test_a_push_is_asked_about_with_all_that_git_says(hub):
    crew = hub.worktree("crew", "crew/tess")
    there = str(hub.folder / "project")
    crew.commit("a")

    crew.git("push", "-q", "--dry-run", "origin", "HEAD:refs/heads/side")
    crew.git("push", "-q", "origin", "crew/tess:refs/heads/side")

    zero = "0" * 40
    assert hub.asked() == [
        f"githook pre-push origin {there}",
        f"HEAD {crew.head} refs/heads/side {zero}",
        f"githook pre-push origin {there}",
        f"refs/heads/crew/tess {crew.head} refs/heads/side {zero}",
    ]


def test_a_push_that_is_refused_does_not_happen(hub):
    crew = hub.worktree("crew", "crew/tess")
    hub.answer(10)

    assert crew.attempt("push", "-q", "origin", "HEAD:refs/heads/side").returncode == 1

    assert Checkout(hub.folder / "project").git("branch", "--list", "side") == ""
