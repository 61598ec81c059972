"""Bad trees, pushed with plain plumbing: set aside, told, and nothing else suffers."""

from __future__ import annotations

import subprocess

import pytest

from gitgt.git.repository import Repository
from gitgt.ledger import genesis
from gitgt.ledger.transact import LEDGER
from gitgt.services import fsck
from gitgt.services.fsck import cache
from tests.support.checkout import Checkout
from tests.support.handwork import path_of, some
from tests.support.town import TESS, Clock


class OneLedger:
    """As much of a town as fsck asks for: a ledger, and whose ids are whose."""

    def __init__(self, folder):
        from gitgt.ledger.transact import Ledger

        self.git = Checkout(folder)
        self.git.git("init", "-q", "--bare", ".")
        self.ledger = Ledger(Repository(folder), clock=Clock())
        genesis.begin(self.ledger.repository, LEDGER, prefix="gt", project="f" * 40)

    def ledger_at(self, _):
        return self.ledger

    def ledger_of(self, bead):
        from gitgt.errors import NotFoundError

        raise NotFoundError(f"no ledger for {bead}")

    def give(self, *documents):
        from gitgt.ledger.transact import Change

        self.ledger.transact(lambda _: Change("give", documents), TESS)

    def push(self, *rows):
        """Add entries, each ``(mode, object, path)``, to the ledger's tree by plumbing."""
        stdin = "".join(f"{mode} {oid}\t{path}\0" for mode, oid, path in rows)
        index = {"GIT_INDEX_FILE": str(self.git.path / "scratch")}
        self.git.git("read-tree", "beads", env=index)
        subprocess.run(
            ["git", "update-index", "-z", "--index-info"],
            cwd=self.git.path,
            env={**self._environment(), **index},
            input=stdin.encode(errors="surrogateescape"),
            check=True,
        )
        tree = self.git.git("write-tree", env=index)
        made = self.git.git("commit-tree", tree, "-p", "beads", "-m", "Plumbing")
        self.git.git("update-ref", "refs/heads/beads", made)

    def _environment(self):
        import os

        return dict(os.environ)

    def blob(self, content):
        return self.ledger.repository.write_blob(content)

    def file(self, path, content):
        self.push(("100644", self.blob(content), path))

    def told(self, **options):
        return [(each.rule, each.where, each.what) for each in fsck.fsck(self, None, **options)]

    def rules(self):
        return sorted({rule for rule, _, _ in self.told()})

    def mend(self):
        return fsck.repair(self, None, fsck.fsck(self, None), TESS).done


ONE, TWO = "gt-aaaa1", "gt-bbbb2"


@pytest.fixture
def one(tmp_path):
    made = OneLedger(tmp_path)
    made.give(some(ONE), some(TWO))
    return made


def test_a_ledger_as_it_should_be(one):
    assert one.told(full=True) == []
    assert one.mend() == ()


GOOD = b"""\
id: gt-cccc3
type: task
title: C
status: open
priority: 2
created_at: "2026-11-22T14:30:00Z"
created_by: ada
"""
EDGE = b'dependencies:\n  - type: blocks\n    "on": %s\n'
HUGE = b"title: x\nnotes: |\n" + b"  word\n" * 500_000
BAD = {
    "binary": (path_of("gt-cccc3"), b"\x00\xff\x89PNG\r\n", "unreadable"),
    "empty": (path_of("gt-cccc3"), b"", "unreadable"),
    "yaml": (path_of("gt-cccc3"), b"title: [\n", "unreadable"),
    "schema": (path_of("gt-cccc3"), GOOD.replace(b"open", b"done"), "unreadable"),
    "nested": (path_of("gt-cccc3"), b"[" * 100_000, "unreadable"),
    "bomb": (path_of("gt-cccc3"), b"a: &a [x]\nb: [*a, *a]\n", "unreadable"),
    "huge": (path_of("gt-cccc3"), HUGE, "unreadable"),
    "other id": (path_of("gt-cccc4"), GOOD, "unreadable"),
    "folder": ("items/z/z/gt-cccc3.yaml", GOOD, "misplaced"),
    "top": ("items/gt-cccc3.yaml", GOOD, "misplaced"),
    "doubled": (f"items/z/z/{ONE}.yaml", GOOD.replace(b"gt-cccc3", ONE.encode()), "doubled"),
    "name": ("items/c/c/notes.txt", b"hello", "no-bead"),
    "backup": (path_of("gt-cccc3") + "~", GOOD, "no-bead"),
    "long name": ("items/c/c/" + "x" * 3000 + ".yaml", GOOD, "no-bead"),
    "prefix": (path_of("xy-cccc3"), GOOD.replace(b"gt-", b"xy-"), "foreign"),
    "kind": (path_of("gt-mr-cccc3"), GOOD.replace(b"gt-", b"gt-mr-"), "invariant"),
    "hooked": (path_of("gt-cccc3"), GOOD.replace(b"open", b"hooked"), "invariant"),
    "gate": (path_of("gt-cccc3"), GOOD.replace(b"task", b"formula-gate"), "formula-gate"),
    "form": (path_of("gt-cccc3"), GOOD.replace(b"title: C", b"title:   'C'"), "form"),
    "parent": (
        path_of("gt-cccc3"),
        GOOD.replace(b"created_at", b"parent: gt-none1\ncreated_at"),
        "dangling",
    ),
    "blocker": (
        path_of("gt-cccc3"),
        GOOD + EDGE % b"zz-none1",
        "dangling",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "content", "rule"), BAD.values(), ids=BAD)
def test_what_is_bad_is_told_by_its_rule_and_disturbs_nothing_else(one, path, content, rule):
    one.file(path, content)
    told = one.told()
    assert [each[0] for each in told] == [rule]
    assert told[0][1].startswith(path)
    now = one.ledger.snapshot()
    assert now.bead(ONE) == some(ONE)
    assert {ONE, TWO} <= {row.id for row in now.rows(kind="bead")}
    one.give(some("gt-dddd4"))
    assert one.ledger.snapshot().bead("gt-dddd4").title == "Title of gt-dddd4"


def test_links_submodules_folders_and_names_that_are_no_text(one):
    link = one.blob(b"/etc/passwd")
    head = one.git.git("rev-parse", "beads")
    one.push(
        ("120000", link, path_of("gt-cccc3")),
        ("160000", head, path_of("gt-dddd4")),
        ("120000", link, "README"),
        ("100644", one.blob(GOOD), "items/c/c/gt-eeee5.yaml/deeper/gt-eeee5.yaml"),
        ("100644", link, "items/\udcff\udcfe.yaml"),
        ("100644", link, "notes\udcff"),
        ("100644", one.blob(b"x"), "/".join(["items", *["d"] * 1500, "x"])),
    )
    assert one.rules() == ["no-bead", "no-file", "unreadable"]
    now = one.ledger.snapshot()
    for name in ("gt-dddd4", "gt-eeee5"):
        assert now.find(name) is None
    one.give(some("gt-eeee5"))
    assert one.ledger.snapshot().bead("gt-eeee5").title == "Title of gt-eeee5"
    assert one.ledger.snapshot().bead(ONE) == some(ONE)


def test_items_that_is_a_file(one):
    one.git.git("update-ref", "refs/heads/beads", one.git.git("rev-parse", "beads~1"))
    one.file("items", b"no folder")
    assert one.told() == []
    one.give(some(ONE))
    assert one.ledger.snapshot().bead(ONE) == some(ONE)


def test_beads_that_wait_for_each_other_are_told(one):
    text = one.ledger.repository.read(one.ledger.head(), path_of(ONE))
    one.file(path_of(ONE), text + EDGE % TWO.encode())
    other = text.replace(ONE.encode(), TWO.encode())
    one.file(path_of(TWO), other + EDGE % ONE.encode())
    assert one.told() == [("cycle", path_of(ONE), f"{ONE} -> {TWO} -> {ONE}")]


def test_what_can_be_mended_is_mended_in_one_commit_and_stays_so(one):
    one.file("items/z/z/gt-cccc3.yaml", b"# mine\n" + GOOD)
    one.file(path_of("gt-dddd4"), GOOD.replace(b"cccc3", b"dddd4").replace(b": C", b": 'C'"))
    one.file("items/notes", b"kept")
    one.git.git("update-ref", "-d", "refs/heads/desk/none")
    before = one.git.git("rev-list", "--count", "beads")
    assert one.mend() == (
        f"moved items/z/z/gt-cccc3.yaml to {path_of('gt-cccc3')}",
        f"wrote {path_of('gt-dddd4')} in the canonical form",
    )
    assert one.git.git("rev-list", "--count", "beads") == str(int(before) + 1)
    assert one.git.git("log", "-1", "--format=%an: %s", "beads") == (
        "Tess Ter: mend 2 files of the ledger"
    )
    assert one.ledger.snapshot().bead("gt-cccc3").header == "mine"
    assert one.told() == [("no-bead", "items/notes", "is no bead id with .yaml after it")]
    assert one.mend() == ()


def test_an_index_that_says_something_else_is_dropped(one):
    one.ledger.snapshot().rows()
    with one.ledger.index.at(one.ledger.head()) as db:
        db.commit()
        db.execute("update doc set title = 'A lie' where id = ?", (ONE,))
        db.commit()
        db.execute("begin")
    assert one.rules() == ["index"]
    assert one.mend() == ("dropped the index; the next question makes it anew",)
    assert one.told() == []
    assert [row.title for row in one.ledger.snapshot().rows(id=ONE)] == [f"Title of {ONE}"]


def test_schemas_of_another_version_are_published_anew(one):
    one.file("schemas/bead.schema.json", b"{}")
    assert one.rules() == ["schemas"]
    assert one.mend() == ("published schemas/bead.schema.json",)
    assert one.told() == []


def test_refs_and_worktrees_that_are_odd(one):
    head = one.ledger.head()
    one.git.git("update-ref", "refs/gt/pin/gt-mr-none1", head)
    one.git.git("update-ref", "refs/gt/intent/main", head)
    one.git.git("worktree", "add", "-q", str(one.git.path / "there"), "beads")
    one.git.git("worktree", "add", "-q", str(one.git.path / "gone"), "-b", "desk/x", "beads")
    subprocess.run(["rm", "-r", str(one.git.path / "gone")], check=True)
    assert one.rules() == ["branch", "intent", "pin", "worktree"]


def test_a_history_that_is_no_ledgers(one):
    tree = one.git.git("rev-parse", "beads^{tree}")
    made = one.git.git("commit-tree", tree, "-m", "An orphan")
    one.git.git("update-ref", "refs/heads/beads", made)
    assert one.rules() == ["ledger"]


def test_an_object_that_is_gone_is_told_and_the_others_are_read(one):
    blob = one.git.git("rev-parse", f"beads:{path_of(ONE)}")
    (one.git.path / "objects" / blob[:2] / blob[2:]).unlink()
    rules = one.rules()
    assert rules == ["git", "object"]
    cache.drop(one.ledger.index, one.ledger.repository)
    assert {row.id: bool(row.error) for row in one.ledger.snapshot().rows()} == {
        ONE: True,
        TWO: False,
    }
    assert one.ledger.snapshot().bead(TWO) == some(TWO)
