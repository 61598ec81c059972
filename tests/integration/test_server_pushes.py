"""Plain git clients push to a server, whatever way leads there; it says what is wrong."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.checkout import Checkout
from tests.support.receiving import BEAD, TEXT, bare, clone, push
from tests.support.served import WAYS, served

OTHER = "items/a/b/sh-abc13.yaml"
NOW = "hint: nothing was taken in: mend it, and push again"
LEDGER_MERGED = [
    "gt: beads is the ledger: it is merged, never forced [history]",
    "  hint: git gt sync, or git fetch and git merge",
    NOW,
]


def broken(commit):
    """What is said of a status that is none."""
    statuses = "open, hooked, in_progress, blocked, deferred, pinned, closed, tombstone"
    return [
        f"gt: {BEAD}:3: status: 'done' is not one of {statuses} [schema] (in {commit[:12]})",
        NOW,
    ]


def standing(there):
    return there.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()


@pytest.fixture
def ledger(tmp_path):
    """A clone of the ledger of a server that is reached by path."""
    there = bare(tmp_path)
    return clone(str(there.path), tmp_path / "ledger", "beads")


@pytest.fixture
def there(ledger, tmp_path):
    return Checkout(tmp_path / "a server" / "shop.git")


@pytest.mark.parametrize("how", WAYS)
def test_a_push_is_judged_however_it_comes(tmp_path, how):
    there = bare(tmp_path)
    there.git("config", "receive.advertisePushOptions", "true")
    with served(how, there.path, tmp_path) as address:
        ledger = clone(address, tmp_path / "ledger", "beads")
        good = ledger.commit(BEAD, TEXT)
        assert push(ledger, "-o", "an option", "beads") == (0, [])
        stands = standing(there)
        assert f"refs/heads/beads {good}" in stands

        bad = ledger.commit(BEAD, f"{TEXT}status: done\n")
        assert push(ledger, "-o", "an option", "beads") == (1, broken(bad))
        ledger.git("reset", "-q", "--hard", "HEAD~2")
        ledger.commit(OTHER, TEXT.replace("abc12", "abc13"))
        assert push(ledger, "--force", "beads") == (1, LEDGER_MERGED)
        assert push(ledger, ":beads") == (
            1, ["gt: beads is the ledger: deleting it loses all beads [history]", NOW],
        )  # fmt: skip
        assert standing(there) == stands

        code = clone(address, tmp_path / "code")
        code.commit("prices.txt")
        assert push(code, "HEAD:work") == (0, [])


def test_one_bad_ref_refuses_the_whole_push(ledger, there, tmp_path):
    stands = standing(there)
    bad = ledger.commit(BEAD, f"{TEXT}status: done\n")
    ledger.git("fetch", "-q", "origin", "main")
    assert push(ledger, "beads", "FETCH_HEAD:refs/heads/work") == (1, broken(bad))
    assert push(ledger, "FETCH_HEAD:refs/heads/work", "HEAD:refs/gt/wisps") == (
        1,
        [
            "gt: refs/gt/wisps belongs to one clone alone [protected]",
            "  hint: leave it out of the push",
            NOW,
        ],
    )
    assert standing(there) == stands
    assert list((there.path / "objects").glob("tmp_objdir-*")) == []


def test_without_gitgt_code_gets_in_and_beads_do_not(ledger, there, tmp_path):
    ledger.commit(BEAD, TEXT)
    (there.path / "gt" / "command").write_text("#!/bin/sh\necho a stumble >&2\nexit 3\n")
    unjudged = [
        "gt: this push was not judged, and is refused: gitgt does not run on the server",
        "hint: git gt server install, on the server; code can be pushed meanwhile",
    ]
    assert push(ledger, "beads") == (1, ["a stumble", *unjudged])
    (there.path / "gt" / "command").unlink()
    assert push(ledger, "beads") == (1, unjudged)
    code = clone(str(there.path), tmp_path / "code")
    code.commit("prices.txt")
    assert push(code, "main") == (0, [])
    (there.path / "gt-server").unlink()
    assert push(code, "main:work") == (
        1, ["gt: this server has lost its rules", "hint: git gt server install, on the server"],
    )  # fmt: skip


def test_protected_branches_are_neither_rewound_nor_deleted(tmp_path):
    there = bare(tmp_path, protected=["main", "release/*"])
    code = clone(str(there.path), tmp_path / "code")
    code.commit("prices.txt")
    assert push(code, "main", "main:release/1", "main:released") == (0, [])
    code.git("reset", "-q", "--hard", "HEAD~")
    rewound = "is protected: a push must go on from where it stands"
    pull = "hint: git pull, then push again without --force"
    assert push(code, "--force", "main", "main:release/1") == (
        1, [f"gt: main {rewound}", pull, f"gt: release/1 {rewound}", pull],
    )  # fmt: skip
    assert push(code, ":release/1") == (
        1,
        [
            "gt: release/1 is protected: it is not deleted",
            "hint: ask who runs this server",
        ],
    )
    assert push(code, ":released") == (0, [])


def test_a_closed_branch_moves_by_landing_alone(tmp_path):
    there = bare(tmp_path, closed=["main"])
    code = clone(str(there.path), tmp_path / "code")
    tip = code.commit("prices.txt")
    way = "hint: push a branch, and hand it in: its last commit says Closes: and the bead"
    assert push(code, "main") == (
        1, ["gt: main is closed: what landed there is pushed with its ledger", way],
    )  # fmt: skip
    code.git("switch", "-q", "beads")
    code.commit(BEAD, TEXT)
    says = f"the ledger that comes with it does not say that {tip[:12]} landed there"
    assert push(code, "main", "beads") == (
        1, [f"gt: main is closed: {says} [protected]", f"  {way}", NOW],
    )  # fmt: skip


def test_nobody_rewinds_a_protected_branch_by_pushing_what_stands_for_its_commits(tmp_path):
    there = bare(tmp_path, protected=["main"])
    code = clone(str(there.path), tmp_path / "code")
    before, tree = code.head, code.git("rev-parse", "HEAD^{tree}")
    other = code.git("commit-tree", "-m", "Begin anew", tree)
    pretends = code.git("commit-tree", "-m", "Go on", "-p", before, tree)
    push(code, f"{pretends}:refs/replace/{other}")
    assert push(code, "--force", f"{other}:main")[0] == 1
    assert f"refs/heads/main {before}" in standing(there)


def test_of_two_at_once_both_are_judged_and_one_is_first(ledger, there, tmp_path):
    others = [clone(str(there.path), tmp_path / name, "beads") for name in "ab"]
    for number, other in enumerate(others):
        name = f"sh-abc2{number}"
        other.commit(f"items/a/b/{name}.yaml", TEXT.replace("sh-abc12", name))
    pushes = [
        subprocess.Popen(
            ["git", "push", "-q", "origin", "beads"], cwd=other.path, stderr=subprocess.PIPE
        )
        for other in others
    ]
    for each in pushes:
        each.communicate()
    assert sorted(each.returncode for each in pushes) == [0, 1]
    first, second = others if pushes[0].returncode == 0 else others[::-1]
    assert there.git("rev-parse", "beads") == first.head
    second.git("pull", "-q", "--no-rebase", "--no-edit")
    assert push(second, "beads") == (0, [])


def test_a_name_that_would_garble_the_screen_is_spelled_out(ledger, there):
    blob = ledger.git("hash-object", "-w", "--stdin", stdin="x\n")
    tree = ledger.git("mktree", "-z", stdin=f"100644 blob {blob}\tred\x1b[31m\nrow\0")
    old = ledger.git("rev-parse", "HEAD^{tree}")
    rows = ledger.git("ls-tree", "-z", old)
    whole = ledger.git("mktree", "-z", stdin=f"{rows}040000 tree {tree}\titems\0")
    commit = ledger.git("commit-tree", whole, "-p", "HEAD", "-m", "Odd")
    odd = "the name of this file holds a control character"
    assert push(ledger, f"{commit}:refs/heads/beads") == (
        1,
        [
            f"gt: items/red\\x1b[31m\\nrow: {odd} [file] (in {commit[:12]})",
            "  hint: git mv it to one without",
            NOW,
        ],
    )


def test_a_bead_may_be_written_and_taken_in_one_push(ledger):
    ledger.commit(BEAD, TEXT)
    ledger.commit(BEAD, f"{TEXT}status: in_progress\nassignee: Tess Ter\n")
    bad = ledger.commit(BEAD, f"{TEXT}status: done\nassignee: Tess Ter\n")
    assert push(ledger, "beads") == (1, broken(bad))
    assert push(ledger, "beads~:beads") == (0, [])
