"""``git gt verify``: in a clone, in a pipeline, in a hook of one's own; no town is needed."""

from __future__ import annotations

import json
import re

import pytest

from gitgt.cli.main import run
from tests.support.checkout import Checkout
from tests.support.outputs import validator
from tests.support.pushed import Pusher, path_of
from tests.support.replicas import Store, bead

LIME = "gt-lime1"
TWO = """\
items/l/i/gt-lime1.yaml:3: title: 1 is a number, not text; quote it [schema] (in {bad})
  hint: title: "1"
items/l/i/gt-lime1.yaml:4: status: 'opne' is not one of open, hooked, in_progress, blocked, \
deferred, pinned, closed, tombstone; did you mean open? [schema] (in {bad})
"""
FORCED = """\
beads is the ledger: it is merged, never forced [history]
  hint: git gt sync, or git fetch and git merge
"""
NOT_HERE = """\
gt: nothing is no commit that is here
hint: git fetch; git branch -a lists branches
"""
HOOK = """\
#!/bin/sh
while read old new ref; do
    git gt verify "$old..$new" --ref "$ref" || exit 1
done
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A bare repository with a ledger, and one bad commit on another branch."""
    store = Store(tmp_path_factory.mktemp("served") / "a server.git")
    good = store.clone("beads").write(bead(LIME))
    ada = Pusher(store, good)
    text = ada.text(path_of(LIME)).replace("status: open", "status: opne")
    ada.commit({path_of(LIME): text.replace(f"title: {LIME}", "title: 1")})
    repo = Checkout(store.repository.common)
    repo.git("update-ref", "refs/heads/beads", good)
    repo.git("update-ref", "refs/heads/bad", ada.head)
    return repo


@pytest.fixture
def typed(served, monkeypatch, capsys):
    """Type a command line there; what comes back is its exit code, stdout and stderr."""

    def type_(*words, at=served.path):
        monkeypatch.chdir(at)
        code = run(["verify", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_


def test_what_is_judged_and_told_for_people(served, typed):
    good, bad = served.git("rev-parse", "beads", "bad").split()

    assert typed() == (0, f"beads: all rules are kept to {good[:12]}\n", "")
    assert typed(f"{'0' * 40}..beads")[:2] == typed("beads")[:2] == typed()[:2]
    assert typed("beads..beads") == (0, "beads: nothing is new\n", "")
    assert typed("beads..bad") == (
        1,
        TWO.format(bad=bad[:12]),
        "gt: beads: 2 rules are broken\n",
    )
    assert typed("bad..beads") == (1, FORCED, "gt: beads: a rule is broken\n")


def test_what_is_told_to_programs(served, typed):
    good, bad = served.git("rev-parse", "beads", "bad").split()
    code, out, _ = typed("beads..bad", "--json")
    told = json.loads(out)
    validator("verified").validate(told)

    assert (code, told["ref"], told["old"], told["new"]) == (1, "refs/heads/beads", good, bad)
    assert told["broken"][0] == {
        "path": path_of(LIME), "line": 3, "rule": "schema", "commit": bad,
        "said": "title: 1 is a number, not text; quote it", "hint": 'title: "1"',
    }  # fmt: skip
    assert typed("beads..bad", "--format", "json") == (code, out, _)
    assert typed("beads..bad", "--format", "github")[1].splitlines()[0] == (
        "::error file=items/l/i/gt-lime1.yaml,line=3,title=gitgt%3A schema::"
        'title: 1 is a number, not text; quote it%0Atitle: "1"'
    )
    gitlab = json.loads(typed("beads..bad", "--format", "gitlab")[1])
    assert re.fullmatch("[0-9a-f]{64}", gitlab[0].pop("fingerprint"))
    assert gitlab[0] == {
        "description": 'title: 1 is a number, not text; quote it\ntitle: "1"',
        "check_name": "gitgt/schema",
        "severity": "blocker",
        "location": {"path": path_of(LIME), "lines": {"begin": 3}},
    }
    sarif = json.loads(typed("beads..bad", "--format", "sarif")[1])["runs"][0]
    assert [each["ruleId"] for each in sarif["results"]] == ["schema", "schema"]
    assert sarif["invocations"] == [{"executionSuccessful": True}]
    assert json.loads(typed("beads..beads", "--format", "gitlab")[1]) == []


def test_a_clone_without_the_history_is_never_told_that_all_is_well(served, typed, tmp_path):
    good, bad = served.git("rev-parse", "beads", "bad").split()
    clone = Checkout(tmp_path)
    clone.git("clone", "-q", "--depth=1", "-b", "beads", f"file://{served.path}", "cut off")
    cut = tmp_path / "cut off"
    hint = "hint: git fetch --unshallow\n"

    assert typed(at=cut) == (
        75, "", f"gt: the history is cut off, so its beginning is not here\n{hint}"
    )  # fmt: skip
    said = (
        f"the history between {'1' * 12} and {good[:12]} is not here, so only the files were "
        "judged as they are, not who did what to them"
    )
    assert typed(f"{'1' * 40}..HEAD", at=cut) == (75, "", f"gt: {said}\n{hint}")
    assert typed("--format=github", "1" * 40 + "..HEAD", at=cut)[1] == (
        f"::error title=gitgt%3A unjudged::{said}\n"
    )
    sarif = json.loads(typed("--format=sarif", f"{'1' * 40}..HEAD", at=cut)[1])["runs"][0]
    assert sarif["invocations"][0]["executionSuccessful"] is False
    assert typed("nothing..HEAD", at=cut) == (75, "", NOT_HERE)
    assert typed("--ref=other", at=cut)[0] == 75
    assert typed(at=tmp_path)[0] == 75

    Checkout(cut).git("fetch", "-q", "--unshallow")
    assert typed(at=cut)[:2] == (0, f"beads: all rules are kept to {good[:12]}\n")
    assert bad not in typed(at=cut)[1]


def test_a_servers_own_hook_can_ask_while_the_push_is_in_quarantine(served, tmp_path):
    server = Checkout.clone(served.path, tmp_path / "pushed to")
    bare = Checkout(tmp_path / "pushed to" / ".git")
    server.git("config", "receive.denyCurrentBranch", "ignore")
    server.git("branch", "beads", "origin/beads")
    hook = server.path / ".git" / "hooks" / "pre-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)
    person = Checkout.clone(server.path, tmp_path / "a person's")
    person.git("switch", "-q", "beads")
    path = person.path / path_of(LIME)
    before = bare.git("count-objects", "-v")

    text = path.read_text()
    path.write_text(text.replace("status: open", "status: hooked"))
    person.git("commit", "-qam", "I am at it")
    done = person.attempt("push", "-q", "origin", "beads")
    assert done.returncode == 1
    said = [row.removeprefix("remote: ").rstrip() for row in done.stderr.splitlines()]
    what = f"{path_of(LIME)}:4: {LIME}: a bead needs assignee to become hooked"
    assert said[:3] == [
        f"{what} [content] (in {person.head[:12]})",
        "  hint: assignee: RIG/polecats/NAME",
        "gt: beads: a rule is broken",
    ]
    assert bare.git("count-objects", "-v") == before

    path.write_text(text.replace(f"title: {LIME}", "title: Sell limes"))
    person.git("commit", "-qam", "Mend it")
    person.git("push", "-q", "origin", "beads")
    assert bare.git("rev-parse", "beads") == person.head
