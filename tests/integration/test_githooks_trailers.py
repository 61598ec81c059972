"""The trailer Bead: of an assignment's commits."""

from __future__ import annotations

import pytest

from tests.support.hub import Hub


@pytest.fixture
def sandbox(tmp_path):
    return Hub(tmp_path).sandbox()


def staged(checkout, name="a"):
    checkout.write(name, name)
    checkout.git("add", name)
    return checkout


def message(checkout):
    return checkout.git("log", "-1", "--format=%B").rstrip("\n")


@pytest.fixture
def typing(tmp_path):
    """An editor that types a message above what git wrote."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\n{ echo "Do it"; cat "$1"; } >"$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o755)
    return {"GIT_EDITOR": f"'{editor}'"}


def test_a_message_on_the_command_line_gets_it(sandbox):
    staged(sandbox).git("commit", "-q", "-m", "Do it")

    assert message(sandbox) == "Do it\n\nBead: gt-abc12"


def test_a_message_that_is_typed_gets_it(sandbox, typing):
    staged(sandbox).git("commit", "-q", env=typing)

    assert message(sandbox) == "Do it\n\nBead: gt-abc12"


def test_it_comes_before_the_diff_that_is_shown(sandbox, typing):
    staged(sandbox).git("commit", "-q", "-v", env=typing)

    assert message(sandbox) == "Do it\n\nBead: gt-abc12"


def test_a_message_without_its_check_gets_it(sandbox):
    staged(sandbox).git("commit", "-q", "--no-verify", "-m", "Do it")

    assert message(sandbox) == "Do it\n\nBead: gt-abc12"


def test_other_trailers_stay_beside_it(sandbox):
    text = "Do it\n\nBecause of this.\nCloses: gt-abc12"

    staged(sandbox).git("commit", "-q", "-m", text)

    assert message(sandbox) == f"{text}\nBead: gt-abc12"


def test_it_is_there_once(sandbox):
    staged(sandbox).git("commit", "-q", "-m", "Do it\n\nbead: gt-other")
    sandbox.git("commit", "-q", "--amend", "--no-edit")

    assert message(sandbox) == "Do it\n\nbead: gt-other"


@pytest.mark.parametrize(
    ("argv", "settings"),
    [
        (("-m", ""), ()),
        ((), ()),
        (("-v",), ()),
        ((), ("-c", "core.commentChar=;")),
        ((), ("-c", "core.commentChar=auto")),
    ],
)
def test_an_empty_message_still_aborts(sandbox, argv, settings):
    before = sandbox.head
    staged(sandbox)

    done = sandbox.attempt(*settings, "commit", *argv, env={"GIT_EDITOR": "true"})

    assert done.stderr == "Aborting commit due to empty commit message.\n"
    assert sandbox.head == before


def test_a_template_that_nobody_touched_still_aborts(sandbox):
    before = sandbox.head
    sandbox.write("template", "Why:\n")

    done = staged(sandbox).attempt("commit", "-t", "template", env={"GIT_EDITOR": "true"})

    assert done.stderr == "Aborting commit; you did not edit the message.\n"
    assert sandbox.head == before


def test_a_merge_gets_it(sandbox):
    sandbox.git("switch", "-q", "-c", "side")
    sandbox.commit("side")
    sandbox.git("switch", "-q", "-")

    sandbox.git("merge", "-q", "--no-ff", "-m", "Merge", "side")

    assert message(sandbox) == "Merge\n\nBead: gt-abc12"


def test_other_worktrees_do_not(tmp_path):
    crew = Hub(tmp_path).worktree("crew", "crew/tess")

    crew.commit("a", message="Do it")

    assert message(crew) == "Do it"
