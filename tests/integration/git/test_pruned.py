"""A tree of some paths, beside what git's own pathspecs say."""

from __future__ import annotations

import pytest

from gitgt.git.pruned import Pruner
from gitgt.git.repository import Repository
from gitgt.model.inputs import Inputs
from tests.support.checkout import Checkout


@pytest.fixture
def project(tmp_path):
    made = Checkout.init(tmp_path / "project")
    for name in ("src/a.py", "src/deep/b.py", "docs/a b.md", "docs/x/ü.py", "src.txt", "s/c"):
        made.write(name, f"{name}\n")
    (made.path / "src" / "link").symlink_to("../docs")
    run = made.write("tests/run", "#!/bin/sh\n")
    run.chmod(0o755)
    made.git("add", ".")
    made.git("commit", "-q", "-m", "Fill")
    return made


def listed(project, *argv):
    argv = ("-c", "core.quotePath=false", *argv)
    return project.git(*argv).splitlines()


@pytest.mark.parametrize(
    "globs",
    [
        ["src/**"], ["src"], ["*"], ["**"], ["**/*.py"], ["s*"], ["docs/*", "tests"],
        ["src/**/b.py"], ["README", "tests/run"], ["**", "!docs"], ["**", "!**/*.py"],
        ["src", "!src/deep/**"], ["nothing"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("through", ["git", "libgit2"])
def test_what_is_left_is_what_git_would_name(project, globs, through):
    repository = Repository(project.path / ".git")
    if through == "libgit2":
        repository.differences(None, project.git("rev-parse", "HEAD"))  # which opens it
    left = Pruner(repository).pruned(
        project.git("rev-parse", "HEAD^{tree}"), Inputs.parse(globs)
    )
    specs = [
        f":(exclude,glob){each[1:]}" if each.startswith("!") else f":(glob){each}"
        for each in globs
    ]
    # docs/* names the folder docs/x, and so all that is in it; git's glob wants it said twice.
    specs += [f"{each}/**" for each in specs]
    named = listed(project, "ls-files", "--stage", "--", *specs)
    rows = listed(project, "ls-tree", "-r", left)
    assert [row.replace(" blob ", " ") for row in rows] == [
        row.replace(" 0\t", "\t") for row in named
    ]
    project.git("fsck", "--strict")


def test_a_change_of_what_is_not_seen_changes_nothing(project):
    repository = Repository(project.path / ".git")
    inputs = Inputs.parse(["src/**", "tests"])

    def left() -> str:
        return Pruner(repository).pruned(project.git("rev-parse", "HEAD^{tree}"), inputs)

    before = left()
    project.commit("docs/new.md", "new\n")
    assert left() == before
    project.commit("src/a.py", "changed\n")
    assert left() != before
    assert Pruner(repository).pruned(left(), inputs) == left()


def test_a_submodule_below_a_glob_counts(project):
    repository = Repository(project.path / ".git")
    commit = project.git("rev-parse", "HEAD")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{commit},vendor/lib")
    project.git("commit", "-q", "-m", "Vendor")
    tree = project.git("rev-parse", "HEAD^{tree}")
    for globs in (["vendor/**"], ["vendor/lib/**"], ["vendor/lib"]):
        left = Pruner(repository).pruned(tree, Inputs.parse(globs))
        assert listed(project, "ls-tree", "-r", left) == [f"160000 commit {commit}\tvendor/lib"]
    assert Pruner(repository).pruned(tree, Inputs.parse(["src"])) != tree
