"""What an agent has not committed is saved, and its worktree is not touched by that."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gitgt.errors import GitFailedError, NotFoundError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.snapshot import branch, restore, snapshot, snapshots
from tests.support.checkout import Checkout

TOAST = "shop/polecats/toast"
WIP = f"refs/gt/wip/{TOAST}"


@pytest.fixture
def toast(rig, tmp_path):
    """A sandbox: a linked worktree on its own branch."""
    path = tmp_path / "polecats" / "to ast"
    rig.write(".gitignore", "*.log\nbuild/\n")
    rig.write("src/a.py", "a = 1\n")
    rig.write("src/b.py", "b = 1\n")
    rig.git("add", "-A")
    rig.git("commit", "-q", "-m", "Lay out")
    rig.git("worktree", "add", "-q", "-b", "polecat/toast/gt-abc12", str(path))
    return Checkout(path)


def _files(checkout, commit):
    return checkout.git("ls-tree", "-r", "--name-only", commit).splitlines()


def _dirty(toast):
    toast.write("src/a.py", "a = 2\n")
    (toast.path / "src/b.py").unlink()
    toast.write("new/file with space", "new\n")
    toast.write("debug.log", "noise\n")


def test_what_is_not_committed_is_in_the_snapshot(toast):
    _dirty(toast)
    saved = snapshot(toast.path, TOAST)

    assert saved.is_new
    assert saved.left_out == ()
    assert toast.git("rev-parse", WIP) == saved.commit
    assert _files(toast, saved.commit) == [
        ".gitignore",
        "README",
        "new/file with space",
        "src/a.py",
    ]
    assert toast.git("show", f"{saved.commit}:src/a.py") == "a = 2"


def test_the_snapshot_stands_on_what_the_agent_stood_on_and_says_whose_it_is(toast):
    _dirty(toast)
    saved = snapshot(toast.path, TOAST)

    assert toast.git("log", "-1", "--format=%P|%an|%ae|%cn|%B", saved.commit) == (
        f"{toast.head}|{TOAST}|shop.polecats.toast@gitgt.invalid|{TOAST}|"
        f"Work in progress of {TOAST}\n\n"
        "Not committed on polecat/toast/gt-abc12.\n"
    )


def test_a_clean_worktree_needs_none(toast):
    toast.write("debug.log", "ignored\n")

    assert snapshot(toast.path, TOAST) is None
    assert snapshots(Repository.at(toast.path)) == []


def test_a_touched_file_is_not_a_changed_one(toast):
    os.utime(toast.path / "src/a.py")

    assert snapshot(toast.path, TOAST) is None


def test_nothing_new_is_not_saved_again(toast):
    _dirty(toast)
    first = snapshot(toast.path, TOAST)
    again = snapshot(toast.path, TOAST)

    assert (again.commit, again.is_new) == (first.commit, False)


def test_the_snapshot_before_stays_reachable(toast):
    toast.write("src/a.py", "a = 2\n")
    first = snapshot(toast.path, TOAST).commit
    toast.write("src/a.py", "a = 3\n")
    second = snapshot(toast.path, TOAST).commit

    assert toast.git("log", "-1", "--format=%P", second).split() == [toast.head, first]
    assert toast.git("show", f"{WIP}^2:src/a.py") == "a = 2"


def test_the_same_files_on_another_commit_are_another_snapshot(toast):
    toast.write("src/a.py", "a = 2\n")
    first = snapshot(toast.path, TOAST).commit
    toast.git("commit", "-q", "--allow-empty", "-m", "Go on")
    second = snapshot(toast.path, TOAST)

    assert second.is_new
    assert toast.git("log", "-1", "--format=%P", second.commit).split() == [toast.head, first]


def _index(toast):
    path = Path(toast.git("rev-parse", "--git-path", "index"))
    return hashlib.sha256((toast.path / path).read_bytes()).hexdigest()


def test_the_agents_index_stays_as_it_is(toast):
    _dirty(toast)
    toast.write("staged", "staged\n")
    toast.git("add", "staged")
    toast.write("staged", "and changed\n")
    before = (_index(toast), toast.git("status", "--porcelain"))
    saved = snapshot(toast.path, TOAST)

    assert (_index(toast), toast.git("status", "--porcelain")) == before
    assert toast.git("show", f"{saved.commit}:staged") == "and changed"


def test_it_works_while_the_agents_git_holds_the_index(toast):
    toast.write("src/a.py", "a = 2\n")
    lock = toast.path / toast.git("rev-parse", "--git-path", "index.lock")
    lock.touch()

    assert snapshot(toast.path, TOAST).is_new
    assert lock.exists()


def test_it_works_in_the_middle_of_a_merge(toast, rig):
    toast.commit("src/a.py", "a = 'ours'\n")
    rig.commit("src/a.py", "a = 'theirs'\n")
    assert toast.attempt("merge", "-q", "main").returncode == 1
    before = toast.git("status", "--porcelain")
    saved = snapshot(toast.path, TOAST)

    assert toast.git("status", "--porcelain") == before == "UU src/a.py"
    assert toast.git("show", f"{saved.commit}:src/a.py").startswith("<<<<<<< HEAD")
    assert toast.attempt("rev-parse", "-q", "--verify", "MERGE_HEAD").returncode == 0


def test_a_file_changed_within_the_tick_of_the_index_is_seen(toast):
    for number in range(5):
        toast.write("src/a.py", f"a = {number}\n")
        toast.git("add", "src/a.py")
        toast.write("src/a.py", f"a = {9 - number}\n")
        saved = snapshot(toast.path, TOAST)
        assert toast.git("show", f"{saved.commit}:src/a.py") == f"a = {9 - number}"


def test_before_the_first_commit_there_is_no_parent(tmp_path):
    fresh = Checkout(tmp_path)
    fresh.git("init", "-q")
    fresh.write("begun", "x\n")
    saved = snapshot(tmp_path, TOAST)

    assert fresh.git("log", "--format=%P|%s", saved.commit) == f"|Work in progress of {TOAST}"
    assert _files(fresh, saved.commit) == ["begun"]
    assert not snapshot(tmp_path, TOAST).is_new


@pytest.mark.parametrize("commits", [0, 1])
def test_a_repository_within_is_left_out_and_told(toast, commits):
    inner = Checkout(toast.path / "vendor/in ner")
    inner.path.mkdir(parents=True)
    inner.git("init", "-q")
    inner.write("x", "x\n")
    if commits:
        inner.commit("x")
    toast.write("src/a.py", "a = 2\n")
    saved = snapshot(toast.path, TOAST)

    assert saved.left_out == ("vendor/in ner",)
    assert "vendor/in ner" not in _files(toast, saved.commit)
    assert "src/a.py" in _files(toast, saved.commit)


def test_what_vanishes_while_it_is_saved_does_not_cost_the_rest(toast, tmp_path, monkeypatch):
    """A test run in the sandbox makes and removes files all the time; git gives up on one."""
    toast.write("src/a.py", "a = 2\n")
    _git_that_fails_to_add(tmp_path, monkeypatch, times=1)

    saved = snapshot(toast.path, TOAST)
    assert toast.git("show", f"{saved.commit}:src/a.py") == "a = 2"


def test_what_git_does_not_take_at_all_is_not_called_saved(toast, tmp_path, monkeypatch):
    toast.write("src/b.py", "b = 2\n")
    toast.git("add", "src/b.py")
    toast.write("src/a.py", "a = 2\n")
    _git_that_fails_to_add(tmp_path, monkeypatch, times=100)

    with pytest.raises(GitFailedError, match="unable to stat 'gone'"):
        snapshot(toast.path, TOAST)
    assert toast.git("for-each-ref", "refs/gt") == ""


def _git_that_fails_to_add(folder, monkeypatch, *, times):
    """Put a git in front of the real one that dies, as git does when a file vanishes."""
    real = shutil.which("git")
    (folder / "bin").mkdir()
    tally = folder / "tally"
    program = folder / "bin/git"
    program.write_text(
        f"""#!/bin/sh
case " $* " in *" add --all "*)
    echo >>'{tally}'
    if [ $(wc -l <'{tally}') -le {times} ]; then
        echo "fatal: unable to stat 'gone': No such file or directory" >&2
        exit 128
    fi
esac
exec '{real}' "$@"
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


def test_a_change_within_a_submodule_is_told(toast, tmp_path):
    part = Checkout.init(tmp_path / "part")
    toast.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part.path), "part"
    )
    toast.git("commit", "-q", "-m", "Add a part")
    Checkout(toast.path / "part").write("README", "changed\n")
    toast.write("src/a.py", "a = 2\n")

    assert snapshot(toast.path, TOAST).left_out == ("part",)


def test_names_modes_and_links_survive(toast):
    odd = os.fsdecode(b"caf\xe9\n:(top)*")
    (toast.path / odd).write_text("odd\n")
    (toast.path / "run").write_text("#!/bin/sh\n")
    (toast.path / "run").chmod(0o755)
    (toast.path / "link").symlink_to("nowhere")
    toast.write("crlf", b"a\r\nb\r\n")
    saved = snapshot(toast.path, TOAST)

    rows = toast.git("ls-tree", "-r", "-z", saved.commit).split("\0")
    modes = {row.split("\t")[1]: row[:6] for row in rows if row}
    assert (modes[odd], modes["run"], modes["link"]) == ("100644", "100755", "120000")
    crlf = subprocess.run(
        ["git", "cat-file", "blob", f"{saved.commit}:crlf"],
        cwd=toast.path, capture_output=True, check=True,
    )  # fmt: skip
    assert crlf.stdout == b"a\r\nb\r\n"


@pytest.mark.parametrize(
    "setting",
    ["core.safecrlf=true", "status.showUntrackedFiles=no", "core.fsmonitor=true",
     "core.splitIndex=true", "commit.gpgSign=true", "advice.addEmbeddedRepo=true", "core.quotePath=false"],  # noqa: E501 - one message
)  # fmt: skip
def test_no_setting_of_a_user_gets_in_the_way(toast, setting):
    toast.git("config", *setting.split("="))
    toast.write("new", b"a\r\nb\n")
    saved = snapshot(toast.path, TOAST)

    assert "new" in _files(toast, saved.commit)


def test_too_much_is_refused(toast):
    toast.write("big", b"x" * 3_000_000)

    with pytest.raises(RefusedError) as told:
        snapshot(toast.path, TOAST, limit=2_000_000)
    assert told.value.message == f"{toast.path} holds 2 MiB that are not committed"
    assert told.value.hint == "let git ignore what is no work, or commit it"
    assert snapshots(Repository.at(toast.path)) == []


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="is no checkout"):
        snapshot(tmp_path, TOAST)


def test_nothing_is_left_lying_about(toast):
    _dirty(toast)
    snapshot(toast.path, TOAST)

    assert list(Repository.at(toast.path).gt.glob("wip-*")) == []


def test_everybodys_last_snapshot_is_listed(toast, rig):
    _dirty(toast)
    saved = snapshot(toast.path, TOAST)
    rig.write("mine", "x\n")
    mine = snapshot(rig.path, "shop/crew/max")

    listed = snapshots(Repository.at(rig.path))
    assert {(kept.who, kept.commit) for kept in listed} == {
        (TOAST, saved.commit),
        ("shop/crew/max", mine.commit),
    }


class TestRestore:
    @pytest.fixture
    def saved(self, toast):
        """A snapshot whose worktree was lost and made anew."""
        _dirty(toast)
        commit = snapshot(toast.path, TOAST).commit
        toast.git("reset", "-q", "--hard")
        toast.git("clean", "-qfdx")
        return commit

    def test_everything_is_back_and_not_committed(self, toast, saved):
        restore(toast.path, saved)

        assert toast.git("status", "--porcelain", "-uall") == (
            ' M src/a.py\n D src/b.py\n?? "new/file with space"'
        )
        assert toast.read("new/file with space") == "new\n"

    def test_what_is_not_committed_now_is_not_overwritten(self, toast, saved):
        toast.write("src/a.py", "precious\n")

        with pytest.raises(RefusedError, match="has changes that are not committed"):
            restore(toast.path, saved)
        assert toast.read("src/a.py") == "precious\n"

    def test_a_file_that_git_ignores_is_not_overwritten(self, toast, saved):
        toast.commit(".gitignore", "new/\n")
        toast.write("new/file with space", "precious\n")

        with pytest.raises(RefusedError, match="is in the way"):
            restore(toast.path, saved)
        assert toast.read("new/file with space") == "precious\n"
        assert toast.git("status", "--porcelain") == ""

    def test_it_is_merged_into_what_came_after(self, toast, saved):
        toast.commit("later", "later\n")
        restore(toast.path, saved)

        assert (toast.read("later"), toast.read("src/a.py")) == ("later\n", "a = 2\n")
        assert not (toast.path / "src/b.py").exists()

    def test_where_it_does_not_merge_nothing_happens(self, toast, saved):
        toast.commit("src/a.py", "a = 3\n")

        with pytest.raises(RefusedError) as told:
            restore(toast.path, saved)
        assert "src/a.py has changed since" in told.value.message
        assert told.value.hint == "recover it into a branch of its own"
        assert toast.git("status", "--porcelain") == ""

    def test_it_may_have_a_branch_of_its_own(self, toast, saved):
        branch(Repository.at(toast.path), "recovered/toast", saved)

        assert toast.git("rev-parse", "recovered/toast") == saved

    @pytest.mark.parametrize("name", ["main", "a..b", "-x", "a b"])
    def test_a_branch_that_is_there_or_cannot_be_is_refused(self, toast, saved, name):
        before = toast.git("rev-parse", "main")

        with pytest.raises(RefusedError):
            branch(Repository.at(toast.path), name, saved)
        assert toast.git("rev-parse", "main") == before
