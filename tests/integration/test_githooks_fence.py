"""The fence around agents: their own git commands move their own branch."""

from __future__ import annotations

import pytest

from gitgt.git import signposts
from tests.support.checkout import Checkout
from tests.support.hub import Hub

BRANCH = "polecat/toast/gt-abc12"
AGENT = {"GT_AGENT": "shop/polecats/toast", "GT_BRANCH": BRANCH}
HINT = f'hint: commit on {BRANCH} with a line "Closes: gt-abc12", or run: git gt done\n'
STASH = "hint: the stash is shared by all worktrees: commit on your own branch instead\n"


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path)


@pytest.fixture
def sandbox(hub):
    return hub.sandbox()


def ours(stderr):
    """Return our lines of what git told."""
    return "".join(
        row for row in stderr.splitlines(keepends=True) if row.startswith(("gt: ", "hint: "))
    )


def test_an_agent_works_on_its_branch(sandbox):
    sandbox.write("a", "a")
    sandbox.git("add", "a", env=AGENT)
    sandbox.git("commit", "-q", "-m", "One", env=AGENT)
    sandbox.git("commit", "-q", "--amend", "-m", "Other", env=AGENT)
    sandbox.git("reset", "-q", "--hard", "HEAD~", env=AGENT)
    sandbox.git("merge", "-q", "ORIG_HEAD", env=AGENT)
    sandbox.git("rebase", "-q", "--force-rebase", "HEAD~", env=AGENT)
    sandbox.git("branch", "attempt", env=AGENT)
    sandbox.git("tag", "mark", env=AGENT)
    sandbox.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", env=AGENT)

    assert sandbox.subjects() == ["Other", "Begin"]


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/main",
        "refs/heads/beads",
        "refs/heads/polecat/nux/gt-abc12",
        "refs/heads/desk/tess",
        "refs/heads/crew/tess",
        "refs/heads/integration/gt-epic",
        "refs/notes/gt/work",
        "refs/notes/commits",
        "refs/gt/verdicts",
        "refs/replace/1111111111111111111111111111111111111111",
    ],
)
def test_what_belongs_to_all_stays(sandbox, ref):
    sandbox.commit("a")
    before = sandbox.attempt("rev-parse", "-q", "--verify", ref).stdout

    refused = sandbox.attempt("update-ref", ref, "HEAD", env=AGENT)

    assert refused.returncode == 128
    assert ours(refused.stderr) == f"gt: an agent may not move {ref}\n{HINT}"
    assert sandbox.attempt("rev-parse", "-q", "--verify", ref).stdout == before


def test_a_target_is_not_deleted_either(hub, sandbox):
    for packed in (False, True):
        if packed:
            sandbox.git("pack-refs", "--all")
        old = sandbox.git("rev-parse", "main")
        for more in ((), (old,)):
            refused = sandbox.attempt("update-ref", "-d", "refs/heads/main", *more, env=AGENT)
            assert ours(refused.stderr) == f"gt: an agent may not move refs/heads/main\n{HINT}"
    assert sandbox.git("rev-parse", "main") == old


def test_a_commit_on_a_target_is_refused(hub, sandbox):
    sandbox.git("switch", "-q", "main")
    before = sandbox.head
    sandbox.write("a", "a")
    sandbox.git("add", "a")

    refused = sandbox.attempt("commit", "-q", "-m", "One", env=AGENT)

    assert refused.returncode == 128
    assert ours(refused.stderr) == f"gt: an agent may not move refs/heads/main\n{HINT}"
    assert sandbox.head == before


def test_a_push_into_the_own_repository_is_refused(hub, sandbox):
    sandbox.commit("a")

    refused = sandbox.attempt("push", str(hub.common), "HEAD:main", env=AGENT)

    assert refused.returncode == 128
    assert "gt: an agent may not move refs/heads/main" in refused.stderr


def test_the_shared_stash_is_refused_and_nothing_is_lost(sandbox):
    sandbox.write("README", "changed")

    refused = sandbox.attempt("stash", env=AGENT)

    assert refused.returncode == 128
    assert ours(refused.stderr) == f"gt: an agent may not move refs/stash\n{STASH}"
    assert sandbox.read("README") == "changed"


def test_packing_moves_nothing(sandbox):
    sandbox.commit("a")
    sandbox.git("branch", "polecat/nux/gt-xyz")
    sandbox.git("update-ref", "refs/gt/verdicts", "HEAD")
    before = sandbox.git("for-each-ref")

    for argv in (("pack-refs", "--all"), ("gc", "-q"), ("pack-refs", "--all")):
        done = sandbox.attempt(*argv, env=AGENT)
        assert (done.returncode, done.stderr) == (0, "")

    assert sandbox.git("for-each-ref") == before


def test_people_and_gitgt_itself_are_not_fenced(hub, sandbox):
    sandbox.commit("a")

    sandbox.git("update-ref", "refs/gt/one", "HEAD")
    word = signposts.fence_word(hub.common)
    sandbox.git("update-ref", "refs/gt/two", "HEAD", env={**AGENT, "GT_INTERNAL": word})
    refused = sandbox.attempt(
        "update-ref", "refs/gt/x", "HEAD", env={**AGENT, "GT_INTERNAL": "1"}
    )

    assert refused.returncode == 128
    assert (
        sandbox.git("for-each-ref", "--format=%(refname)", "refs/gt")
        == "refs/gt/one\nrefs/gt/two"
    )
    assert (hub.common / "gt" / "fence").stat().st_mode & 0o777 == 0o600


def test_when_nobody_says_what_the_targets_are_all_branches_might_be(hub, sandbox):
    (hub.common / "gt" / "targets").unlink()

    refused = sandbox.attempt("branch", "attempt", env=AGENT)

    assert ours(refused.stderr) == f"gt: an agent may not move refs/heads/attempt\n{HINT}"
    sandbox.write("a", "a")
    sandbox.git("add", "a")
    sandbox.git("commit", "-q", "-m", "One", env=AGENT)


def test_an_agent_at_a_desk_moves_the_desk(hub):
    desk = hub.desk()
    desk.write("a", "a")
    desk.git("add", "a")

    desk.git("commit", "-q", "-m", "One", env={"GT_AGENT": "mayor"})

    assert desk.subjects() == ["One", "Begin"]


def test_the_fence_stands_behind_a_hook_that_was_there(tmp_path):
    from gitgt.git import githooks

    hub = Hub(tmp_path)
    said = tmp_path / "said"
    (hub.common / "hooks" / "reference-transaction").unlink()
    theirs = hub.common / "hooks" / "reference-transaction"
    theirs.write_text(f"#!/bin/sh\ncat >>'{said}'\n")
    theirs.chmod(0o755)
    githooks.repair(hub.repository)
    tip = Checkout(hub.common).git("rev-parse", "main")

    refused = Checkout(hub.common).attempt("update-ref", "refs/gt/x", tip, env=AGENT)

    assert ours(refused.stderr) == f"gt: an agent may not move refs/gt/x\n{HINT}"
    row = f"{'0' * 40} {tip} refs/gt/x\n"
    assert said.read_text() == row * 2  # prepared, and aborted
