"""A kill -9 between any two acts changes nothing about how the story ends."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.support.deaths import NAMES, Ending, Stage

# In CI some acts, spread over the story; with this all of them, which takes half an hour.
EVERYWHERE = bool(os.environ.get("KILL_EVERYWHERE"))
SAMPLE = 6
PARTS = 3

# Git as it is killed between the renames of a landing, and its parent with it: the target has
# moved, the ledger is still locked. Once; from then on it is git.
TORN_GIT = """\
#!/bin/sh
case "$*" in
*update-ref*--stdin*)
    script=$(cat)
    case $script in *"update refs/heads/main "*"update refs/heads/beads "*)
        if mkdir "{folder}/torn" 2>/dev/null; then
            set -- $script
            while [ "$1" != refs/heads/main ]; do shift; done
            "{git}" -c core.hooksPath=/dev/null update-ref "$1" "$2" "$3"
            echo >refs/heads/beads.lock
            echo >packed-refs.lock
            kill -9 $PPID
            exit 1
        fi ;;
    esac
    printf '%s\\n' "$script" | "{git}" "$@"
    exit ;;
esac
exec "{git}" "$@"
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="module")
def undisturbed(stage):
    """How it ends when nobody dies, and which acts there are."""
    return stage.tell(), stage.acts()


def test_nobody_dies(undisturbed):
    ending, acts = undisturbed
    assert ending == Ending(
        beads=dict.fromkeys(NAMES, ("closed", "success")),
        tree=ending.tree,
        convoys=["closed"],
        requests=[f"Bead {name}: landed" for name in NAMES],
        escalations=[],
    )
    assert len(acts) > 100


@pytest.mark.timeout(3600 if EVERYWHERE else 240)
@pytest.mark.parametrize("part", range(PARTS))
def test_one_death_at_any_act(undisturbed, stage, part):
    ending, acts = undisturbed
    chosen = acts if EVERYWHERE else acts[5 :: len(acts) // SAMPLE]
    for number in chosen[part::PARTS]:
        assert stage.tell(death=number) == ending, stage.act(number)


def test_git_and_watcher_die_between_the_renames_of_a_landing(
    undisturbed, stage, tmp_path, monkeypatch
):
    program = tmp_path / "git"
    program.write_text(TORN_GIT.format(folder=tmp_path, git=shutil.which("git")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    ending, _ = undisturbed
    assert stage.tell() == ending
    assert (tmp_path / "torn").is_dir()


LOCKS = (
    "refs/heads/beads.lock", "refs/heads/main.lock", "refs/gt/verdicts.lock",
    "packed-refs.lock", "refs/gt/intent/main.lock", "refs/heads/desk/tess-ter.lock",
    "worktrees/beads/index.lock", "worktrees/beads/HEAD.lock", "HEAD.lock",
)  # fmt: skip


def test_stale_locks_everywhere(undisturbed, stage):
    def leave_locks():
        for name in LOCKS:
            path = stage.rig.repository_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    ending, _ = undisturbed
    assert stage.tell(before=leave_locks) == ending
