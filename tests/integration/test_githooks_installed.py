"""Installing, repairing and uninstalling: what was there works on, and comes back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gitgt.git import chained, githooks
from gitgt.git.githooks import HOOKS, HookState
from gitgt.git.repository import Repository
from tests.support.checkout import Checkout
from tests.support.hub import everything

_SAYS = '#!/bin/sh\necho "{0} $*" >>"$GT_SAID"\n'


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Where hooks write down that they ran."""
    path = tmp_path / "said by hooks"
    path.touch()
    monkeypatch.setenv("GT_SAID", str(path))
    return path


@pytest.fixture
def repository(rig):
    return Repository.at(rig.path)


def hook(common: Path, name: str, text: str, mode: int = 0o755) -> Path:
    path = common / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def states(repository: Repository) -> dict[str, str]:
    return {each.name: str(each.state) for each in githooks.installed(repository)}


def test_installed_hooks_are_ours(repository):
    assert states(repository) == dict.fromkeys(HOOKS, "missing")

    assert githooks.install(repository)

    assert states(repository) == dict.fromkeys(HOOKS, "ours")


def test_installing_twice_changes_nothing(repository):
    hook(repository.common, "pre-commit", "#!/bin/sh\n")
    githooks.install(repository, town=Path("/a/town"), targets=["refs/heads/main"])
    before = everything(repository.common)
    ref = repository.ref(chained.REF)

    assert not githooks.install(repository, town=Path("/a/town"), targets=["refs/heads/main"])

    assert everything(repository.common) == before
    assert repository.ref(chained.REF) == ref


def test_hooks_that_were_there_run_before_or_after_ours(rig, repository, said):
    for name in HOOKS:
        hook(repository.common, name, _SAYS.format(name))
    githooks.install(repository)

    rig.commit("a", message="One")

    message = ".git/COMMIT_EDITMSG"
    assert said.read_text().splitlines() == [
        "pre-commit ",
        f"prepare-commit-msg {message} message",
        f"commit-msg {message}",
        "reference-transaction prepared",
        "reference-transaction committed",
        "post-commit ",
    ]
    assert states(repository) == dict.fromkeys(HOOKS, "chained")


def test_a_hook_that_refuses_still_does(rig, repository):
    hook(repository.common, "pre-commit", "#!/bin/sh\necho no >&2\nexit 3\n")
    githooks.install(repository)
    rig.write("a", "a")
    rig.git("add", "a")

    refused = rig.attempt("commit", "-m", "One")

    assert (refused.returncode, refused.stderr) == (1, "no\n")


def test_a_hook_reads_what_git_hands_to_it(rig, repository, tmp_path, said):
    hook(repository.common, "pre-push", '#!/bin/sh\ncat >>"$GT_SAID"\n')
    hook(repository.common, "reference-transaction", '#!/bin/sh\ncat >>"$GT_SAID"\n')
    hook(repository.common, "post-rewrite", '#!/bin/sh\ncat >>"$GT_SAID"\n')
    old = rig.head
    githooks.install(repository)

    rig.git("commit", "--amend", "-q", "-m", "Other")
    new = rig.head
    moved = f"{old} {new} HEAD\n{old} {new} refs/heads/main\n"
    assert said.read_text() == f"{moved}{moved}{old} {new}\n"


def test_uninstalling_restores_every_byte(repository):
    hook(repository.common, "pre-commit", "#!/bin/sh\necho 'é'\n", 0o700)
    hook(repository.common, "post-commit", "not executable", 0o644)
    (repository.common / "hooks" / "pre-push").symlink_to("../../scripts/push")
    hook(repository.common, "helper.py", "print()\n")
    before = everything(repository.common)
    githooks.install(repository)
    assert everything(repository.common) != before

    githooks.uninstall(repository)

    assert everything(repository.common) == before
    assert repository.ref(chained.REF) is None


def test_uninstalling_removes_a_folder_that_was_not_there(repository):
    for path in (repository.common / "hooks").iterdir():
        path.unlink()
    (repository.common / "hooks").rmdir()
    before = everything(repository.common)
    githooks.install(repository)

    githooks.uninstall(repository)

    assert everything(repository.common) == before


def test_uninstalling_what_is_not_installed_changes_nothing(repository):
    hook(repository.common, "pre-commit", "#!/bin/sh\n")
    before = everything(repository.common)

    githooks.uninstall(repository)

    assert everything(repository.common) == before


def test_a_hook_finds_what_lies_beside_it(rig, repository, said):
    hook(repository.common, "shared.sh", 'say() { echo "shared $1" >>"$GT_SAID"; }\n', 0o644)
    hook(
        repository.common, "pre-commit", '#!/bin/sh\n. "$(dirname "$0")/shared.sh"\nsay hello\n'
    )
    githooks.install(repository)

    rig.commit("a")

    assert said.read_text() == "shared hello\n"


def test_a_linked_hook_finds_its_script(rig, repository, said):
    rig.write("scripts/check", _SAYS.format("linked")).chmod(0o755)
    (repository.common / "hooks" / "pre-commit").symlink_to("../../scripts/check")
    githooks.install(repository)

    rig.commit("a")

    assert said.read_text() == "linked \n"


def test_a_hook_that_calls_ours_runs_once(rig, repository, said):
    text = _SAYS.format("before") + 'exec .git/hooks/pre-commit "$@"\n'
    hook(repository.common, "pre-commit", text)
    githooks.install(repository)

    rig.commit("a")

    assert said.read_text() == "before \n"


def test_a_folder_that_was_configured_is_chained(rig, repository, said):
    rig.write("my hooks/pre-commit", _SAYS.format("mine")).chmod(0o755)
    rig.write("my hooks/pre-merge-commit", _SAYS.format("merging")).chmod(0o755)
    rig.git("config", "core.hooksPath", "my hooks")
    before = everything(repository.common)
    githooks.install(repository)

    rig.commit("a")
    linked = Checkout(rig.path.parent / "a linked worktree")
    rig.git("worktree", "add", "-q", "-b", "other", str(linked.path))
    linked.write("my hooks/pre-commit", _SAYS.format("linked")).chmod(0o755)
    linked.commit("b")
    rig.git("-c", "core.editor=true", "merge", "-q", "--no-ff", "other")

    assert said.read_text() == "mine \nlinked \nmerging \n"
    assert states(repository)["pre-commit"] == "chained"
    rig.git("worktree", "remove", "--force", str(linked.path))
    githooks.uninstall(repository)
    assert rig.git("config", "core.hooksPath") == "my hooks"
    assert (repository.common / "config").read_bytes() == before["config"][1]


def test_a_global_setting_is_chained_and_left_alone(home, rig, repository, said):
    folder = home / "hooks of mine"
    folder.mkdir()
    (folder / "commit-msg").write_text(_SAYS.format("global"))
    (folder / "commit-msg").chmod(0o755)
    rig.git("config", "--global", "core.hooksPath", "~/hooks of mine")
    before = everything(repository.common)
    githooks.install(repository)

    rig.commit("a", message="One")

    assert said.read_text() == "global .git/COMMIT_EDITMSG\n"
    rig.git("reset", "-q", "--hard", "HEAD~")
    githooks.uninstall(repository)
    now = everything(repository.common)
    assert now["config"] == before["config"]
    assert {name for name in now if "hook" in name} == {
        name for name in before if "hook" in name
    }


def test_a_tool_that_configures_its_folder_later_is_chained(rig, repository, said):
    """As husky does, in whatever worktree npm install runs, and again at each of its runs."""
    hook(repository.common, "pre-commit", _SAYS.format("old"))
    githooks.install(repository)
    rig.write(".husky/_/pre-commit", _SAYS.format("husky")).chmod(0o755)
    for _ in range(2):
        rig.git("config", "core.hooksPath", ".husky/_")
        seen = githooks.signature(repository.common)
        assert states(repository) == {
            name: "foreign" if name == "pre-commit" else "missing" for name in HOOKS
        }
        assert githooks.repair(repository)
        assert githooks.signature(repository.common) != seen
        assert states(repository) == {
            name: "chained" if name == "pre-commit" else "ours" for name in HOOKS
        }

    rig.commit("a")

    assert said.read_text() == "husky \n"
    githooks.uninstall(repository)
    assert rig.git("config", "core.hooksPath") == ".husky/_"
    assert (repository.common / "hooks" / "pre-commit").read_text() == _SAYS.format("old")


def test_when_such_a_tool_goes_the_ordinary_folder_counts_again(rig, repository, said):
    hook(repository.common, "pre-commit", _SAYS.format("old"))
    rig.git("config", "core.hooksPath", ".husky/_")
    githooks.install(repository)
    rig.git("config", "--unset", "core.hooksPath")

    githooks.repair(repository)
    rig.commit("a")

    assert said.read_text() == "old \n"
    assert states(repository)["pre-commit"] == "chained"
    githooks.uninstall(repository)
    assert (repository.common / "hooks" / "pre-commit").read_text() == _SAYS.format("old")


def test_a_hook_written_over_ours_is_chained(rig, repository, said):
    githooks.install(repository)
    hook(repository.common, "commit-msg", _SAYS.format("later"))
    assert states(repository)["commit-msg"] == "foreign"

    githooks.repair(repository)
    rig.commit("a", message="One")

    assert states(repository)["commit-msg"] == "chained"
    assert said.read_text() == "later .git/COMMIT_EDITMSG\n"
    githooks.uninstall(repository)
    assert (repository.common / "hooks" / "commit-msg").read_text() == _SAYS.format("later")


def test_a_tool_that_runs_ours_is_left_in_front(rig, repository, said):
    """As the pre-commit framework does: ours becomes NAME.legacy, which its own hook runs."""
    hook(repository.common, "pre-commit", _SAYS.format("oldest"))
    githooks.install(repository)
    hooks = repository.common / "hooks"
    (hooks / "pre-commit").rename(hooks / "pre-commit.legacy")
    hook(repository.common, "pre-commit", _SAYS.format("framework") + '"$0.legacy" "$@"\n')

    assert not githooks.repair(repository)
    rig.commit("a")

    assert said.read_text() == "framework \noldest \n"
    assert states(repository)["pre-commit"] == "chained"
    githooks.uninstall(repository)
    assert (hooks / "pre-commit.legacy").read_text() == _SAYS.format("oldest")


def test_another_version_of_ours_is_replaced(repository):
    githooks.install(repository)
    path = repository.common / "hooks" / "post-merge"
    path.write_text("#!/bin/sh\n# gitgt hook 0\nexit 1\n")
    assert states(repository)["post-merge"] == "outdated"

    githooks.install(repository)

    assert states(repository)["post-merge"] == "ours"
    assert not chained.folder(repository.common).exists()


def test_what_was_chained_comes_back_from_git(rig, repository, said):
    hook(repository.common, "pre-commit", _SAYS.format("precious"))
    githooks.install(repository)
    for path in (chained.folder(repository.common), repository.common / "gt-hooks"):
        for each in path.iterdir():
            each.unlink()
        path.rmdir()

    githooks.repair(repository)
    rig.commit("a")

    assert said.read_text() == "precious \n"


def test_hooks_in_a_folder_that_is_a_link_are_not_touched(rig, repository, said):
    for path in (repository.common / "hooks").iterdir():
        path.unlink()
    (repository.common / "hooks").rmdir()
    rig.write("tracked/pre-commit", _SAYS.format("tracked")).chmod(0o755)
    (repository.common / "hooks").symlink_to("../tracked")
    before = everything(repository.common)
    githooks.install(repository)

    rig.commit("a")

    assert said.read_text() == "tracked \n"
    assert [path.name for path in (rig.path / "tracked").iterdir()] == ["pre-commit"]
    rig.git("reset", "-q", "--hard", "HEAD~")
    githooks.uninstall(repository)
    assert everything(repository.common)["config"] == before["config"]
    assert HookState.MISSING in [each.state for each in githooks.installed(repository)]


def test_what_was_uninstalled_stays_away_until_it_is_asked_for(repository):
    githooks.install(repository)
    githooks.uninstall(repository)

    assert not githooks.install(repository)
    assert states(repository) == dict.fromkeys(HOOKS, "missing")
    assert githooks.repair(repository)
    assert states(repository) == dict.fromkeys(HOOKS, "ours")


def test_who_repairs_at_the_same_time_puts_nothing_back(rig, repository):
    rig.git("config", "core.hooksPath", ".husky")
    for _ in range(5):
        githooks.install(repository, again=True)
        gone = threading.Event()

        def keep_repairing(gone=gone):
            while not gone.is_set():
                githooks.install(repository)

        watchers = [threading.Thread(target=keep_repairing) for _ in range(2)]
        for each in watchers:
            each.start()
        githooks.uninstall(repository)
        gone.set()
        for each in watchers:
            each.join()

        assert rig.git("config", "core.hooksPath") == ".husky"
        assert states(repository) == dict.fromkeys(HOOKS, "missing")
        assert not githooks.install(repository)
