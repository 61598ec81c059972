"""A gate may do what it likes: it harms nothing but its own slot."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitgt.model.gate import Verdict
from tests.support.checkout import Checkout

CLEAN = '[ "$(cat price)" = 9 ] && [ -z "$(git status --porcelain --ignored)" ]'


def everything(shop) -> list[str]:
    """Return what a gate must not be able to change."""
    rig, town = Checkout(shop.repository.common), Checkout(shop.town.root)
    refs = [
        line
        for line in rig.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        if "refs/gt/verdicts" not in line
    ]
    return [
        *refs,
        rig.git("config", "--list", "--local"),
        rig.git("worktree", "list", "--porcelain"),
        rig.git("fsck", "--unreachable", "--no-progress"),
        town.git("rev-parse", "HEAD"),
        town.git("status", "--porcelain"),
        (shop.repository.common / "HEAD").read_text(),
        str(sorted(path.name for path in (shop.repository.common / "hooks").iterdir())),
        str(shop.work.git("for-each-ref")),
    ]


def objects(shop) -> set[str]:
    """Return the objects of the rig, but for those of verdicts."""
    rig = Checkout(shop.repository.common)
    there = rig.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    verdicts = rig.git("rev-list", "--objects", "refs/gt/verdicts", "--not", "--branches")
    return set(there.split()) - {row.split()[0] for row in verdicts.splitlines()}


WITH_GIT = [
    "git update-ref -d refs/heads/main",
    "git update-ref -d refs/heads/beads; git branch -D main beads",
    "git gc --prune=now -q; git prune --expire=now; git reflog expire --expire=now --all",
    "git repack -a -d -q; git prune-packed; rm -rf .git/objects",
    "git worktree remove --force .; git worktree prune --expire=now",
    "git config core.bare true; git config core.worktree /; git config remote.o.url /",
    "git push origin HEAD:main; git push --all; git fetch --all",
    "git symbolic-ref HEAD refs/heads/evil; git checkout -q --orphan evil",
    "git add -A; git stash -q -u; git stash drop -q",
    "echo 0 >price; git stash -q; git reset -q --hard HEAD~1; git commit -qam x",
    "git tag -f v9; git notes add -m x; git replace HEAD HEAD~1; git bisect start -q",
    "git submodule add -q ./ sub; git maintenance register; git update-server-info",
    "git config --global user.name Mallory; git config --global core.hooksPath /tmp",
]
WITH_FILES = [
    "mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch /tmp/never' >.git/hooks/post-checkout",
    "rm -rf .git; git init -q; git add -A; git commit -qm x --author='A <a@b>'",
    "rm -rf .git; git add -A; git commit -qm mine; git reset -q --hard HEAD~1",
    "rm -rf .[!.]* *",
    "cd .. && rm -rf slot-0",
    "cd .. && rm -rf slot-0 && ln -s ../.repo.git slot-0",
    "mkdir -p a/b; touch a/b/c; chmod 000 price a/b a .",
    "rm price; ln -s /etc/hostname price",
]


@pytest.mark.parametrize("scripts", [WITH_GIT, WITH_FILES], ids=["git", "files"])
def test_a_destructive_gate_harms_nothing_but_its_own_slot(shop, scripts, home):
    settings = home / ".gitconfig"
    settings.write_text("[core]\n\tpager = cat\n")
    assert shop.judge(CLEAN).verdict is Verdict.PASS  # so that there is a slot to break
    before, stored = everything(shop), objects(shop)
    for script in scripts:
        shop.judge(f"{{ {script}; }} >/dev/null 2>&1")
        assert everything(shop) == before, script
        assert objects(shop) == stored, script
        assert settings.read_text() == "[core]\n\tpager = cat\n"
        assert shop.judge(f"{CLEAN} # after {script}").verdict is Verdict.PASS, script


def test_a_gate_reads_history(shop):
    shop.work.git("tag", "-a", "-m", "One", "v1.0")
    shop.work.git("push", "-q", str(shop.repository.common), "v1.0")
    commit = shop.commit("price", "10\n")
    said = shop.log(
        "git describe; git log --format=%s; git rev-parse HEAD; git status --short; "
        "git show v1.0:price; git for-each-ref --format='%(refname)'",
        commit,
    )
    short = commit[:7]
    assert said == (
        f"v1.0-1-g{short}\nWrite price\nWrite price\nBegin\n{commit}\n9\n"
        "refs/heads/main\nrefs/remotes/origin/main\nrefs/tags/v1.0\n"
    )


def test_a_commit_of_a_gate_is_gone_with_its_slot(shop):
    script = (
        "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x; git rev-parse HEAD"
    )
    made = shop.log(script).strip()
    assert Checkout(shop.repository.common).attempt("cat-file", "-e", made).returncode


def test_a_gate_that_is_killed_while_it_is_put_in_its_slot_leaves_no_lock(shop):
    assert shop.judge("true").verdict is Verdict.PASS
    lock = shop.repository.gt / "slots" / "slot-0" / "index.lock"
    lock.touch()
    assert shop.judge(CLEAN).verdict is Verdict.PASS
    assert not lock.exists()


def test_a_slot_of_the_old_kind_is_made_anew(shop):
    rig = Checkout(shop.repository.common)
    rig.git("worktree", "add", "-q", "--detach", str(shop.slot), "main")
    assert shop.judge(CLEAN).verdict is Verdict.PASS
    assert str(shop.slot) not in rig.git("worktree", "list")


def test_what_a_gate_writes_beside_its_slot_is_removed(shop):
    assert shop.judge('touch "$TMPDIR/big"').verdict is Verdict.PASS
    assert not Path(shop.repository.gt / "tmp" / "slot-0").exists()
