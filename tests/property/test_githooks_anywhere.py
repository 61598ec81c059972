"""The hooks of git do what they do in whatever repository, worktree, folder and set-up."""

from __future__ import annotations

import itertools
import shlex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitgt.git import githooks, markers, refs
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from tests.support.checkout import Checkout

_COUNT = itertools.count()
# What stands in gitgt's place: it writes down what it was asked, and commits something itself;
# should it be asked about that, only a few times.
_ASKED = """\
#!/bin/sh
echo "$2" >>{asked}
[ "$2" = post-commit ] && [ "$(wc -l <{asked})" -lt 9 ] || exit 0
git commit -q --allow-empty -m "Of its own"
"""
_THEIRS = "#!/bin/sh\necho ran >>{said}\n"


def in_main(folder, name):
    return Checkout.init(folder / name)


def in_linked(folder, name):
    """Return a worktree beside a main one."""
    rig = Checkout.init(folder / "project")
    rig.git("worktree", "add", "-q", "-b", "side", str(folder / name))
    return Checkout(folder / name)


def beside_bare(folder, name):
    """Return a worktree of a repository that has no main one, as in a town."""
    rig = Checkout.init(folder / "project")
    rig.git("clone", "-q", "--bare", ".", str(folder / f"{name}.git"))
    bare = Checkout(folder / f"{name}.git")
    bare.git("worktree", "add", "-q", "-b", "side", str(folder / name))
    return Checkout(folder / name)


def in_submodule(folder, name):
    inner, outer = Checkout.init(folder / "inner"), Checkout.init(folder / name)
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(inner.path), "s b"
    )
    return Checkout(outer.path / "s b")


def exported(checkout):
    """Return how a program says where the repository is."""
    place = {
        "GIT_DIR": str(refs.git_dir_of(checkout.path)),
        "GIT_WORK_TREE": str(checkout.path),
    }
    return Checkout(checkout.path.parent), place


def chain(checkout, common, how, said):
    """Give the repository a hook of its own, before ours are installed."""
    text = _THEIRS.format(said=shlex.quote(str(said)))
    folder = {
        "none": None,
        "hooks": common / "hooks",
        "beside": checkout.path / "my hooks",
        "elsewhere": common.parent / "their hooks",
    }[how]
    if folder is None:
        return
    folder.mkdir(exist_ok=True)
    (folder / "post-commit").write_text(text)
    (folder / "post-commit").chmod(0o755)
    if how != "hooks":
        configured = "my hooks" if how == "beside" else str(folder)
        Checkout(common).git("config", "core.hooksPath", configured)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("some where")


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(
    where=st.sampled_from((in_main, in_linked, beside_bare, in_submodule)),
    name=st.sampled_from(("plain", "a b", "it's", 'a "b"', "über $HOME", "two\nlines")),
    theirs=st.sampled_from(("none", "hooks", "beside", "elsewhere")),
    is_desk=st.booleans(),
    is_exported=st.booleans(),
)
def test_27_hooks_do_the_same_wherever_they_run(
    place, where, name, theirs, is_desk, is_exported
):
    """One note, and what was there before runs once; only a desk's commit asks gitgt.

    What gitgt then commits itself is not asked about again. How long hooks take is measured in
    ``benchmarks/hooks.py``; it is short because an ordinary commit asks nobody.
    """
    folder = place / str(next(_COUNT))
    folder.mkdir()
    checkout = where(folder, name)
    git_dir = refs.git_dir_of(checkout.path)
    repository = Repository(refs.common_dir(git_dir))
    asked, said = folder / "asked", folder / "said"
    chain(checkout, repository.common, theirs, said)
    githooks.install(repository, town=folder, targets=[])
    command = repository.gt / "command"
    command.write_text(_ASKED.format(asked=shlex.quote(str(asked))))
    command.chmod(0o755)
    if is_desk:
        markers.mark_desk(git_dir)
    Spool.of(repository.common).take()
    said.write_text("")
    typed, env = exported(checkout) if is_exported else (checkout, {})

    checkout.write("a", "a")
    typed.git("--literal-pathspecs", "add", "a", env=env)
    typed.git("commit", "-q", "-m", "One", env=env)

    commits = ["Of its own", "One"] if is_desk else ["One"]
    log = checkout.git("log", f"-{len(commits)}", "--format=%s").splitlines()
    assert log == commits
    # A submodule's repository does not know where it is checked out: the note names itself.
    noted = repository.common if where is in_submodule else checkout.path
    assert Spool.of(repository.common).take() == [str(noted)]
    assert _lines(asked) == (["pre-commit", "post-commit"] if is_desk else [])
    assert len(_lines(said)) == (0 if theirs == "none" else len(commits))


def _lines(path):
    return path.read_text().splitlines() if path.exists() else []
