"""Several targets at once: they share the slots, and none stops another."""

from __future__ import annotations

import json

import pytest

from gitgt.ledger.transact import Change
from gitgt.model.documents import MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, commit, submit
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue import ceiling
from gitgt.services.queue.merge_queue import WHO
from gitgt.services.rig import Rig
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder


class Shop:
    """A rig with the targets main, dev and next; ``FIXME`` is what its gate refuses."""

    def __init__(self, town: TownBuilder) -> None:
        self.town = town
        self.rig: Rig = town.rig()
        self.work = Checkout(town.folder / "work")
        repo = town.repo(self.rig)
        repo.git("worktree", "add", "-q", "--detach", str(self.work.path), "main")
        for name in ("dev", "next"):
            repo.git("update-ref", f"refs/heads/{name}", self.work.commit(name))

    def slots(self, many: int) -> None:
        name = self.rig.settings_name
        text = (self.town.town.root / name).read_text() + f"merge_queue:\n  slots: {many}\n"
        commit.change(self.town.town, lambda: {name: text.encode()}, "Set slots", TESS)

    def ask(self, target: str, name: str, text: str = "fine\n") -> BeadId:
        """Submit a branch with one file."""
        bead = self.town.bead(self.rig, name, target=target)
        mine = {"assignee": "shop/crew/tess"}
        beads.change(self.town.town, bead.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        self.work.git("switch", "-q", "-C", f"crew/{name}", target)
        head = self.work.commit(f"{name}.txt", text)
        submit.submit(self.town.town, Submission(bead.id, f"crew/{name}", head), TESS)
        return bead.id

    def live(self) -> list[str]:
        return [each.branch for each in GateRuns(self.town.town, self.rig).live()]

    def served(self) -> list[str]:
        """Return the target of each gate that was started, in order."""
        lines = (self.town.town.root / ".events.jsonl").read_text().splitlines()
        told = [json.loads(line) for line in lines]
        requests = [
            each["payload"]["requests"] for each in told if each["type"] == "gate.started"
        ]
        by_id = {each.id: each.target for each in self.town.ledger(self.rig).all(MergeRequest)}
        return [by_id[names[0]] for names in requests]

    def landed(self, branch: str) -> list[str]:
        log = self.town.repo(self.rig).git("log", "--first-parent", "--format=%s", branch)
        return [each.partition(" (")[0] for each in log.splitlines() if " (" in each]


@pytest.fixture
def shop(town):
    return Shop(town)


def test_one_slot_goes_round(town, shop):
    for target in ("main", "dev", "next"):
        for number in range(3):
            shop.ask(target, f"{target}-{number}", "FIXME\n" if number == 1 else "fine\n")
    town.turn()
    assert shop.live() == ["main"]
    town.settle()
    assert shop.served()[:6] == ["main", "dev", "next"] * 2
    assert {target: shop.landed(target) for target in ("main", "dev", "next")} == {
        target: [f"{target}-2", f"{target}-0"] for target in ("main", "dev", "next")
    }


def test_a_slot_that_nobody_else_wants_is_lent(town, shop):
    shop.slots(3)
    for number in range(20):
        shop.ask("main", f"main-{number}")
    town.turn()
    assert shop.live() == ["main"] * 3
    shop.ask("dev", "dev-0")
    town.settle()
    assert (len(shop.landed("main")), shop.landed("dev")) == (20, ["dev-0"])


def test_two_slots_are_two_targets(town, shop):
    shop.slots(2)
    for target in ("main", "dev"):
        for number in range(20):
            shop.ask(target, f"{target}-{number}")
    town.turn()
    assert sorted(shop.live()) == ["dev", "main"]


def test_a_target_that_is_red_or_broken_stops_no_other(town, shop):
    shop.work.git("switch", "-q", "--detach", "dev")
    rotten = shop.work.commit("rotten.txt", "FIXME\n")
    town.repo(shop.rig).git("update-ref", "refs/heads/dev", rotten)
    shop.ask("dev", "more")
    broken = shop.ask("next", "broken")
    request = town.request(town.now(broken))
    lost = request.replace(head="1" * 40)
    town.town.ledger_at(shop.rig).transact(lambda _: Change("Lose a head", (lost,)), WHO)
    shop.ask("main", "good")
    town.settle()
    assert shop.landed("main") == ["good"]
    assert [shop.landed(each) for each in ("dev", "next")] == [[], []]
    assert (
        "high",
        "the queue of shop for dev stands still: check is red on the target itself",
    ) in (town.escalations(shop.rig))


def test_rigs_share_what_the_town_allows(town, shop):
    content = b"merge_queue:\n  slots: 1\n"
    commit.change(town.town, lambda: {ceiling.NAME: content}, "One gate at a time", TESS)
    shop.slots(2)
    depot = town.rig("depot")
    for number in range(2):
        shop.ask("main", f"main-{number}", "FIXME\n")
        stock = town.bead(depot, f"stock-{number}", "echo FIXME >stock.txt", "closes Stock")
        town.sling(stock, to="depot")
    rigs = (shop.rig, depot)
    most = 0
    for _ in range(12):
        town.turn()
        most = max(most, sum(len(GateRuns(town.town, each).live()) for each in rigs))
    town.settle()
    assert most == 1
    assert [row.status for row in town.ledger(shop.rig).rows(kind="merge-request")] == (
        ["rejected"] * 2
    )
    assert {row.status for row in town.ledger(depot).rows(kind="merge-request")} == {"rejected"}
