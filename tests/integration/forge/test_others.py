"""GitLab and Gitea, as they document themselves; through stand-ins for glab and tea.

The real programs cannot be had where this is tested: that they take these words, and that these
forges answer so, is not known.
"""

import sys
from dataclasses import replace

import pytest

from gitgt.model.lifecycle import MergeStatus
from tests.support import forge_program

pytestmark = pytest.mark.slow
KINDS = {"gitlab": "glab", "gitea": "tea"}


@pytest.fixture(params=KINDS)
def kind(request, shop):
    command = [sys.executable, forge_program.__file__, str(shop.socket), KINDS[request.param]]
    shop.as_it_is = {"kind": request.param, "host": "example.com", "command": command}
    shop.settings(forge=shop.as_it_is)
    return request.param


def person(shop, who, method, path, **fields):
    """Let somebody do what people do in a browser."""
    status, _ = shop.forge.call(method, f"/repos/ada/shop/{path}", fields, who)
    assert status < 300


def test_a_life(shop, kind):
    bead = shop.passed("Make apples dearer")
    shop.settings(forge={**shop.as_it_is, "approvals": 1, "style": "squash"})
    first = shop.request(bead).head
    assert shop.done() == [f"pushed {first[:12]}", "opened its pull request"]
    assert (shop.pull().title, shop.pull().draft) == ("Make apples dearer", False)
    assert shop.request(bead).pull_request.endswith("/1")
    assert shop.request(bead).forge_state == "open"

    note = {"path": "prices.txt", "line": 1, "body": "Four is too much."}
    person(
        shop, "bob", "POST", "pulls/1/reviews", event="REQUEST_CHANGES", body="No.",
        comments=[note],
    )  # fmt: skip
    person(shop, "eve", "POST", "issues/1/comments", body="Why?")
    assert shop.done() == ["sent back: bob asked for changes in pull request #1"]
    back = shop.request(bead)
    assert (back.status, back.forge_state) == (MergeStatus.REJECTED, "changes requested")
    assert "bob wrote on prices.txt:1:\n> Four is too much." in back.findings
    assert "eve wrote:\n> Why?" in back.findings
    assert shop.done() == []

    shop.revised(bead, "prices.txt", "apple 3.5\n")
    shop.pass_gates(bead)
    assert shop.done() == [f"pushed {shop.request(bead).head[:12]}"]
    head = shop.pull().head
    person(shop, "ci", "POST", f"statuses/{head}", state="pending", context="ci")
    person(shop, "bob", "POST", "pulls/1/reviews", event="APPROVE")
    assert shop.done() == []
    person(shop, "ci", "POST", f"statuses/{head}", state="success", context="ci")
    assert shop.done() == ["asked to merge #1"]
    landed = shop.pull().merge_commit
    assert shop.done() == [f"landed as {landed[:12]}"]
    assert shop.town.now(bead).landed == landed
    assert len(shop.town.repo(shop.rig).git("rev-parse", f"{landed}^@").splitlines()) == 1


def test_a_red_check_a_fork_and_an_end(shop, kind):
    shop.settings(forge={**shop.as_it_is, "draft": True})
    bead = shop.passed("Make apples dearer")
    shop.sync()
    assert (shop.pull().draft, shop.request(bead).forge_state) == (True, "draft")
    url = "https://ci.example.com/1"
    person(
        shop, "ci", "POST", f"statuses/{shop.pull().head}", state="failure", context="ci",
        target_url=url,
    )  # fmt: skip
    assert shop.done() == ["sent back: a check is red: ci"]
    assert shop.request(bead).findings == f"ci failed: {url}"

    # Somebody has one with the same branch in a fork, and a newer one.
    theirs = replace(shop.pull(), number=2, cross=True, state="MERGED", merge_commit="a" * 40)
    shop.forge.pulls.append(theirs)
    shop.revised(bead, "prices.txt", "apple 5\n")
    shop.pass_gates(bead)
    assert shop.done() == [f"pushed {shop.request(bead).head[:12]}"]
    shop.close_bead(bead, "not needed")
    shop.town.turn()
    assert shop.done()[-1] == "closed #1"
    assert (shop.pull().state, shop.pull().closed_by) == ("CLOSED", "gitgt")


def test_an_answer_of_no_is_understood(shop, kind):
    bead = shop.passed("Make apples dearer")
    shop.forge.failing = [(401, {})]
    name = {"gitlab": "glab", "gitea": "tea"}[kind]
    assert shop.sync().trouble == f"{name} is not logged in at example.com"
    shop.forge.failing = [(429, {"Retry-After": "9"})]
    assert shop.sync().wait == 9
    assert shop.request(bead).status is MergeStatus.QUEUED
