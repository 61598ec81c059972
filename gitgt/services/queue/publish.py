"""How what passed gets to the target that counts: here, or at a remote that has the last word.

What a remote declines is left to the forge if there is one: that is another role's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, Protocol

from gitgt.errors import EnvironmentProblemError
from gitgt.git import landing, signing
from gitgt.git.landing import Landed
from gitgt.git.patient import PATIENCE
from gitgt.git.publish import Way
from gitgt.git.repository import Repository
from gitgt.git.signing import Signer
from gitgt.model.queue.merge_chain import Link
from gitgt.services import settings
from gitgt.services.queue import merge_queue
from gitgt.services.queue.holding import Holding
from gitgt.services.queue.merge_queue import Mover, Target
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_KEY: Final = "merge_queue"


class ParkedError(EnvironmentProblemError):
    """Nothing may land before a person has judged what became of the target."""


class Publisher(Protocol):
    """What lands on one target, and knows where the target stands that counts."""

    @property
    def how(self) -> Publishing:
        """What the rig's settings say of how things land."""
        ...

    def is_behind(self) -> bool:
        """Tell whether ``catch_up`` is due, however fresh what is known may be."""
        ...

    def catch_up(self) -> Landed:
        """Bring target and ledger here to where they stand; say what became of checkouts.

        Raises:
            UnreachableError: whoever knows does not answer.
            ParkedError: what happened to the target is for a person to judge.
        """
        ...

    def decides(self, *, ask: bool) -> bool:
        """Tell whether what becomes of requests is for this town to decide now.

        Where several share the target one does at a time. Who has it is asked if it may be.
        """
        ...

    def give_back(self) -> None:
        """Let others decide: nothing waits here any more."""
        ...

    def land(self, base: str, links: Sequence[Link]) -> Landed:
        """Let *links* land, which were tested on *base*.

        Raises:
            LedgerConflictError: target or ledger moved on: look again, and then try again.
            UnreachableError: what has become of it is not known; ``catch_up`` finds out.
            DeclinedError: it was refused, and would be again.
            CannotSignError: it is to be signed, and could not be.
        """
        ...


@dataclass(frozen=True)
class Publishing:
    """What the committed settings of a rig say of how things land."""

    town: Town
    rig: Rig
    said: Mapping[str, Any]

    @property
    def direct(self) -> bool:
        """Whether what lands is pushed, where the rig has a remote that takes it."""
        return bool(self.said.get("land", "direct") == "direct")

    @property
    def here_alone(self) -> bool:
        """Whether nothing that lands leaves this clone."""
        return bool(self.said.get("land", "direct") == "local")

    @property
    def within(self) -> float:
        """For how many seconds a remote, or who signs, is waited for."""
        return float(self.said.get("network_timeout", PATIENCE))

    @property
    def hooks(self) -> bool:
        """Whether the repository's own hooks run for a push."""
        return bool(self.said.get("run_hooks", False))

    @cached_property
    def signer(self) -> Signer | None:
        """With what is signed: by the settings, else by git in the rig, else in the town.

        Agents share the rig's configuration of git; the settings are out of their reach.
        """
        if found := self.said.get("sign"):
            return Signer(
                found.get("format", "openpgp"), found["key"], found.get("program", "")
            )
        places = (self.rig.repository_path, self.town.root)
        return next((made for each in places if (made := signing.configured(each))), None)


def publishing(town: Town, rig: Rig) -> Publishing:
    """Return how things land on *rig*.

    Raises:
        SettingsError: its settings break their schema.
    """
    found = settings.read_committed(town.root, rig.settings_name, "rig")
    return Publishing(town, rig, found.get(_KEY, {}))


def signed(
    town: Town, target: Target, base: str, links: Sequence[Link], how: Publishing
) -> Sequence[Link]:
    """Return *links* as they land: signed, if that is wanted.

    Raises:
        CannotSignError: they could not be signed.
    """
    if how.signer is None:
        return links
    repository = _repository(town, target)
    commits = [link.commit for link in links]
    made = signing.sign(repository, base, commits, how.signer, within=how.within)
    return [replace(link, commit=made[link.commit]) for link in links]


@dataclass(frozen=True, slots=True)
class Local:
    """Lands here, and nowhere else; where a forge lands, one town at a time speaks with it."""

    town: Town
    target: Target
    how: Publishing
    holding: Holding | None = None

    def is_behind(self) -> bool:
        """Tell whether a landing was published, when that was still done."""
        return self.target.ref in landing.published(_repository(self.town, self.target))

    def catch_up(self) -> Landed:
        """Bring to its end what was published: the ledger tells whether it has landed."""
        repository, landed = _repository(self.town, self.target), Landed()
        head = self.town.ledger_at(self.target.rig).head()
        for intent in landing.end_published(repository, self.target.ref):
            target, own = intent.moves[0], intent.moves[-1]
            if own.new is not None and repository.is_ancestor(own.new, head):
                landed = landing.land(repository, [target], "end what was published")
        return landed

    def decides(self, *, ask: bool) -> bool:
        """Tell whether no other town does."""
        return self.holding is None or self.holding.is_ours(self._way, ask=ask)

    def give_back(self) -> None:
        """Let others decide."""
        if self.holding is not None:
            self.holding.give_back(self._way)

    @property
    def _way(self) -> Way:
        return Way(remote=self.target.rig.remote, within=self.how.within)

    def land(self, base: str, links: Sequence[Link]) -> Landed:
        """Let *links* land."""
        return land(self.town, self.target, base, links, self.how, by=landing.land)


def _repository(town: Town, target: Target) -> Repository:
    return town.ledger_at(target.rig).repository


def land(
    town: Town, target: Target, base: str, links: Sequence[Link], how: Publishing, *, by: Mover
) -> Landed:  # fmt: skip
    """Sign *links*, if that is wanted, and let them land."""
    return merge_queue.land(town, target, base, signed(town, target, base, links, how), by=by)
