"""A bare server alone runs the refinery: what plain clients push is tested, and lands."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from gitgt.services.gates import gate
from gitgt.services.town import Town
from tests.support.commandline import gt
from tests.support.receiving import BEAD, TEXT, bare, clone, push
from tests.support.served import served
from tests.support.town import TESS
from tests.support.waiting import until

pytestmark = pytest.mark.e2e
REQUEST = "items/o/w/sh-mr-own11.yaml"


def bead(status, **more):
    rows = "".join(f"{name}: {value}\n" for name, value in more.items())
    return (
        f"id: sh-abc12\ntype: task\ntitle: Retry\nstatus: {status}\npriority: 2\n{rows}"
        'created_at: "2026-11-22T14:30:00Z"\ncreated_by: Tess Ter\n'
    )


def request(head):
    return (
        "id: sh-mr-own11\ntype: merge-request\ntitle: Retry the push\nsource: sh-abc12\n"
        f'branch: retry\nhead: "{head}"\ntarget: main\nagent: Tess Ter\n'
        'queued_at: "2026-11-22T14:30:00Z"\n'
    )


@pytest.fixture
def there(tmp_path):
    """A server with a refinery, whose main moves by landing alone, and one gate."""
    made = bare(tmp_path, refinery=True, closed=["main"])
    town = Town(tmp_path / "a server" / "shop.town")
    gate.add(town, town.rig("shop"), "check", ["test", "-f", "README"], TESS, timeout=None)
    yield made
    until(lambda: not passes(town.root))


def passes(root: Path):
    """The processes that make a pass in a town."""
    found = []
    for each in psutil.process_iter():
        try:
            if Path(each.cwd()).is_relative_to(root):
                found.append(each)
        except (psutil.Error, OSError):
            continue
    return found


def closed(there):
    return "status: closed" in there.git("show", f"beads:{BEAD}")


def test_a_bead_and_a_request_that_are_pushed_over_http_land(there, tmp_path):
    with served("http", there.path, tmp_path) as address:
        code = clone(address, tmp_path / "code")
        before = code.head
        head = code.commit("prices.txt", message="Retry the push")
        assert push(code, "main:retry") == (0, [])
        ledger = clone(address, tmp_path / "ledger", "beads")
        ledger.commit(BEAD, bead("open"), message="Plan it")
        mine = bead("in_progress", assignee="Tess Ter", merge_request="sh-mr-own11")
        ledger.git("add", str(ledger.write(BEAD, mine)))
        ledger.commit(REQUEST, request(head), message="Ask for it")
        assert push(ledger, "beads") == (0, [])
        landed = until(lambda: (now := there.git("rev-parse", "main")) != before and now)

    assert there.git("log", "-1", "--format=%s", f"{landed}^2") == "Retry the push"
    assert there.git("log", "-1", "--format=%s", "beads", "--") == "land sh-abc12"
    assert until(lambda: closed(there))


def test_what_a_killed_pass_left_the_next_look_finds(there, tmp_path, monkeypatch):
    code = clone(str(there.path), tmp_path / "code")
    before = code.head
    ledger = clone(str(there.path), tmp_path / "ledger", "beads")
    monkeypatch.setenv("GT_TICKING", "1")  # as if each pass were killed before it did anything
    code.commit("prices.txt", message="Retry the push\n\nCloses: sh-abc12")
    assert push(code, "main:retry") == (0, [])
    ledger.commit(BEAD, TEXT)
    assert push(ledger, "beads") == (0, [])
    monkeypatch.delenv("GT_TICKING")
    assert gt("tick", cwd=tmp_path / "a server" / "shop.town").code == 0
    until(lambda: there.git("rev-parse", "main") != before)
    assert until(lambda: closed(there))
