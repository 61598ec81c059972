"""A rig that follows its forge's issues, and those who write them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.documents import Bead, Outcome
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import install, rig
from gitgt.services.forge.issues import sync
from gitgt.services.forge.synced import Synced
from gitgt.services.queue import merge_queue
from gitgt.services.town import Town
from tests.support import forge_program
from tests.support.checkout import Checkout
from tests.support.pull_requests import Shop
from tests.support.town import TESS

_PROGRAMS = {"gitlab": "glab", "gitea": "tea"}


class Desk:
    """The rig ``shop`` and the issues of its forge."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.town = shop.town
        self.rig = shop.rig
        self.tracker = shop.forge.tracker

    def at(self, kind: str, *, project: str = "ada/shop", **rules: Any) -> None:
        """Have the forge be of this kind, and the rig want its issues so."""
        words = [sys.executable, forge_program.__file__, str(self.shop.socket)]
        name = _PROGRAMS.get(kind)
        forge = {
            "kind": kind, "host": f"{kind}.com", "project": project, "issues": rules,
            "command": [*words, name] if name else None,
        }  # fmt: skip
        self.shop.settings(forge=forge)

    def sync(self, *, whole: bool = False) -> Synced:
        """Ask the forge once."""
        return sync.sync(self.town.town, self.rig, whole=whole)

    def done(self, *, whole: bool = False) -> list[str]:
        """Ask the forge once, and return what came of it."""
        found = self.sync(whole=whole)
        assert found.trouble == ""
        return [what for _, what in found.done]

    def beads(self) -> list[Bead]:
        """Return the rig's beads, by where their issue is."""
        return sorted(self.town.ledger(self.rig).all(Bead), key=lambda each: each.external)

    def bead(self) -> Bead:
        """Return the one bead that there is."""
        (found,) = self.beads()
        return found

    def asked(self) -> list[str]:
        """Return what the forge was asked since it was last told here."""
        found, self.shop.forge.asked = self.shop.forge.asked, []
        return found

    def change(self, bead: Bead, verb: BeadVerb | None = None, **fields: Any) -> None:
        """Write something about a bead, as the refinery may."""

        def decide(now: Snapshot) -> Change:
            old = now.bead(bead.id)
            new = old.replace(**fields) if verb is None else old.after(verb, **fields)
            return Change(f"change {bead.id}", (new,))

        self.town.clock.advance()
        self.town.town.ledger_at(self.rig).transact(decide, merge_queue.WHO)

    def begin(self, bead: Bead) -> None:
        """Let somebody begin to work on a bead."""
        self.change(bead, BeadVerb.BEGIN, assignee="tess")

    def land(self, bead: Bead, text: str = "apple 4\n") -> str:
        """Let the work on a bead land at the forge; return the commit."""
        commit = self.shop.forge_commit("main", "prices.txt", text)
        closed = {"closed_at": self.town.town.now(), "closed_by": "tess"}
        self.change(bead, BeadVerb.LAND, landed=commit, outcome=Outcome.SUCCESS, **closed)
        return commit


class OtherTown:
    """Another town of the same rig, somewhere else: it shares nothing but the remote."""

    def __init__(self, desk: Desk) -> None:
        root, _ = install.install(desk.town.folder / "another town", TESS, desk.town.clock)
        self.town = Town(root.root, desk.town.clock)
        bare = str(desk.shop.forge.repository)
        self.rig, _ = rig.add(self.town, rig.Wanted("shop", bare), TESS)
        self._desk = desk
        settings = Path(self.rig.settings_name)
        content = (desk.town.town.root / settings).read_bytes()
        (self.town.root / settings).write_bytes(content)
        here = Checkout(self.town.root)
        here.git("add", str(settings))
        here.git("commit", "-q", "-m", "set the rig up")

    def done(self) -> list[str]:
        """Ask the forge about all issues, and return what came of it."""
        found = sync.sync(self.town, self.rig, whole=True)
        assert found.trouble == ""
        return [what for _, what in found.done]

    def beads(self) -> list[Bead]:
        """Return the beads of this town."""
        return list(self.town.ledger_at(self.rig).snapshot().all(Bead))
