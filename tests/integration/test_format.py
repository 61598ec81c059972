"""The format is a promise: old ledgers are read for ever, later ones are never damaged."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gitgt.errors import NewerDataError
from gitgt.git.repository import Repository
from gitgt.ledger import genesis, layout, migrations
from gitgt.ledger.documents import load
from gitgt.ledger.transact import LEDGER, Change, Ledger
from gitgt.services import fsck
from tests.support.checkout import Checkout
from tests.support.handwork import Handwork, path_of, some
from tests.support.town import TESS, Clock
from tests.support.world import ROOT

GOLDEN = sorted((ROOT / "fixtures/ledgers").glob("*.stream"))


class Place:
    """As much of a town as fsck asks for."""

    def __init__(self, ledger):
        self.ledger = ledger

    def ledger_at(self, _):
        return self.ledger

    def ledger_of(self, bead):
        from gitgt.errors import RefusedError

        raise RefusedError(f"no ledger for {bead}")


@pytest.mark.parametrize("stream", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_ledger_says_what_it_said(tmp_path, stream):
    here = Checkout(tmp_path)
    here.git("init", "-q", "--bare", ".")
    here.git("fast-import", "--quiet", stdin=stream.read_text())
    ledger = Ledger(Repository(tmp_path), clock=Clock())
    now = ledger.snapshot()
    wanted = json.loads(stream.with_suffix(".json").read_text())
    assert now.commit == wanted["head"]
    assert here.git("rev-list", "--max-parents=0", "beads") == genesis.root(ledger.repository)
    found = {
        path: load(now.repository.blob(blob), path).fields()
        for path, blob in now.repository.files(now.commit).items()
        if layout.is_item(path)
    }
    assert found == wanted["documents"]
    assert {row.id for row in now.rows()} == {each["id"] for each in found.values()}
    odd = [each.rule for each in fsck.fsck(Place(ledger), None)]
    # It was written when one bead could hang on another in two ways of one type.
    assert set(odd) <= {"schemas", "pin", "dangling", "invariant"}
    ledger.transact(lambda _: Change("go on", (some("gt-zzzz9"),)), TESS)
    assert ledger.snapshot().bead("gt-zzzz9").title == "Title of gt-zzzz9"


# --- migrations


def louder(fields):
    """What a step could be: a title is called a headline, loudly."""
    return {("headline" if key == "title" else key): value for key, value in fields.items()}


def test_a_migration_is_one_commit_a_version_and_loses_nothing(tmp_path):
    hand = Handwork(tmp_path)
    hand.give(some("gt-aaaa1", header="mine", ext={"a": [1]}), some("gt-bbbb2"))
    head = hand.ledger.head()
    repository = hand.ledger.repository
    broken = repository.write_blob(b"title: [\n")
    tree = repository.write_tree(head, {path_of("gt-cccc3"): broken, "README": broken})
    who = repository._git.default_signature
    repository._git.create_commit(LEDGER, who, who, "Vandalism", tree, [head])

    steps = {1: louder, 2: dict}
    commits = migrations.migrate(hand.ledger, TESS, new=3, steps=steps)

    assert len(commits) == 2
    log = hand.desk.git("log", "-2", "--format=%s", "beads").splitlines()
    assert log == ["bring the ledger to format 3", "bring the ledger to format 2"]
    assert repository.read(commits[1], "ledger.yaml").startswith(b"format: 3\nprefix: gt\n")
    told = repository.read(commits[1], path_of("gt-aaaa1")).decode()
    assert told.startswith("# mine\nid: gt-aaaa1\n")
    assert "headline: Title of gt-aaaa1" in told
    assert repository.read(commits[1], path_of("gt-cccc3")) == b"title: [\n"
    assert repository.read(commits[1], "README") == b"title: [\n"
    assert migrations.migrate(hand.ledger, TESS, new=3, steps=steps) == []


def test_a_ledger_of_a_later_format_is_read_where_it_can_be_and_never_written(tmp_path):
    hand = Handwork(tmp_path)
    hand.give(some("gt-aaaa1"), some("gt-bbbb2"))
    migrations.migrate(hand.ledger, TESS, new=2, steps={1: dict})
    head = hand.ledger.head()

    assert hand.ledger.snapshot().bead("gt-aaaa1") == some("gt-aaaa1")
    for attempt in (
        lambda: hand.ledger.transact(lambda _: Change("x", (some("gt-cccc3"),)), TESS),
        lambda: fsck.fsck(Place(hand.ledger), None),
        hand.commit,
    ):
        hand.desk.write(path_of("gt-dddd4"), "title: New\n")
        with pytest.raises(NewerDataError) as told:
            attempt()
        assert told.value.exit_code == 78
    assert hand.ledger.head() == head


# --- another tool, which knows docs/ledger.md and nothing else

OTHER_TOOL = r"""
import json, re, subprocess, sys
from ruamel.yaml import YAML

ORDER = sys.argv[2].split()
WORDS = "y n yes no on off true false null".split()

def git(*argv, text=""):
    return subprocess.run(
        ["git", *argv], input=text, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()

def read(path):
    return YAML(typ="safe", pure=True).load(git("cat-file", "blob", f"{head}:{path}"))

def scalar(value):
    if not isinstance(value, str):
        return json.dumps(value)
    plain = re.fullmatch(r"[A-Za-z/][ -~]*", value) and ": " not in value and " #" not in value
    if plain and value[-1] not in " :" and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)

def written(fields):
    rows = []
    for key in sorted(fields, key=ORDER.index):
        value = fields[key]
        if isinstance(value, list):
            rows += [f"{key}:", *(f"  - {scalar(each)}" for each in value)]
        else:
            rows.append(f"{key}: {scalar(value)}")
    return "".join(f"{row}\n" for row in rows)

head = git("rev-parse", "beads")
assert read("ledger.yaml")["format"] == 1
paths = git("ls-tree", "-r", "--name-only", head, "items").splitlines()
print(json.dumps({path: read(path)["title"] for path in paths}))

old = read(sys.argv[1])
old.update(status="closed", closed_at="2026-11-22T15:00:00Z", outcome="success")
prefix = read("ledger.yaml")["prefix"]
name = f"{prefix}-tool1"
new = dict(id=name, type="task", title="Yes: made elsewhere", status="open", priority=2,
           created_at="2026-11-22T15:00:00Z", created_by="tool", labels=["yes", "zoo"])
git("read-tree", head)
for path, fields in ((sys.argv[1], old), (f"items/t/o/{name}.yaml", new)):
    blob = git("hash-object", "-w", "--stdin", text=written(fields))
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
clock = int(re.search(r"^Gt-Clock: (\d+)$", git("log", "-1", "--format=%B", head), re.M)[1])
message = f"close one, make one\n\nGt-Beads: {name}\nGt-Clock: {clock + 1}\n"
commit = git("commit-tree", git("write-tree"), "-p", head, text=message)
git("update-ref", "refs/heads/beads", commit, head)
"""


def test_another_tool_reads_and_writes_with_git_and_a_yaml_parser_alone(tmp_path):
    assert "gitgt" not in OTHER_TOOL
    hand = Handwork(tmp_path)
    hand.give(some("gt-aaaa1", labels=["no", "x y"]), some("gt-bbbb2"))
    page = (ROOT / "docs/ledger.md").read_text()
    fields = page.partition("<!-- generated: fields bead -->")[2].partition("<!-- end -->")[0]
    order = [line.split("`")[1] for line in fields.splitlines() if line.startswith("| `")]

    argv = [sys.executable, "-I", "-c", OTHER_TOOL, path_of("gt-aaaa1"), " ".join(order)]
    done = subprocess.run(
        argv, cwd=tmp_path / "repo.git", check=True, capture_output=True, text=True
    )

    assert json.loads(done.stdout) == {
        path_of(name): f"Title of {name}" for name in ("gt-aaaa1", "gt-bbbb2")
    }
    now = hand.ledger.snapshot()
    one = now.bead("gt-aaaa1")
    assert (one.status, one.labels) == ("closed", ("no", "x y"))
    assert now.bead("gt-tool1").title == "Yes: made elsewhere"
    assert fsck.fsck(Place(hand.ledger), None) == []
    hand.give(some("gt-cccc3"))
    assert "Gt-Clock: 5" in hand.desk.git("log", "-1", "--format=%b", "beads")
