"""A ledger: the documents as they stand, and the one judgement that every write has to pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from gitgt.model.actor import Actor
from gitgt.model.change import check_change, marked
from gitgt.model.documents import Bead, Document, Escalation, MergeRequest
from gitgt.model.ids import BeadId, base36

D = TypeVar("D", bound=Document)
HELD = ("hooked", "in_progress")
WITH_THE_REFINERY = ("queued", "blocked", "escalated")
UNANSWERED = ("open", "acked")
LIVE_REQUEST = ("queued", "blocked", "conflict", "rejected", "escalated")


class Ledger:
    """The documents of one rig, or of the town, found by kind and status."""

    def __init__(self, prefix: str, heard: Callable[[Document | None, Document], None]) -> None:
        self.prefix = prefix
        self.documents: dict[str, Document] = {}
        self.moves = 0
        self._heard = heard
        self._by: dict[tuple[type, str], dict[str, None]] = {}
        self._requests: dict[str, dict[str, None]] = {}
        self._submitted: dict[str, dict[str, None]] = {}
        self._calls: dict[str, dict[str, None]] = {}
        self._held: list[tuple[str, str]] | None = None
        self._made = 0

    def new_id(self, kind: str = "") -> BeadId:
        """Return an id that nothing has."""
        self._made += 1
        middle = f"-{kind}" if kind else ""
        return BeadId(f"{self.prefix}{middle}-{base36(self._made, 5)}")

    def write(self, who: Actor, now: str, *documents: Document) -> None:
        """Let *documents* stand so from now on, all at once.

        Raises:
            IllegalTransitionError, NotAllowedError, RefusedError: as for any write.
        """
        done = []
        for each in documents:
            old = self.documents.get(each.id)
            new = marked(old, each, now=now, by=who.address)
            check_change(old, new, who.standing)
            done.append((old, new))
        self.moves += 1
        for old, new in done:
            self._place(old, new)
            self._heard(old, new)

    def _place(self, old: Document | None, new: Document) -> None:
        name = str(new.id)
        if old is not None and old.status != new.status:
            del self._by[type(old), str(old.status)][name]
        self._by.setdefault((type(new), str(new.status)), {})[name] = None
        if isinstance(new, MergeRequest):
            self._requests.setdefault(new.source, {})[name] = None
            self._keep(self._submitted, new.source, name, is_so=new.status in WITH_THE_REFINERY)
        if isinstance(new, Escalation):
            self._keep(self._calls, new.about, name, is_so=new.status in UNANSWERED)
        if isinstance(new, Bead | MergeRequest):
            self._held = None
        self.documents[name] = new

    @staticmethod
    def _keep(index: dict[str, dict[str, None]], of: str, name: str, *, is_so: bool) -> None:
        """Keep *name* among those *of* something while it is so, and no empty place."""
        if is_so:
            index.setdefault(of, {})[name] = None
        elif name in index.get(of, ()):
            del index[of][name]
            if not index[of]:
                del index[of]

    def all(self, kind: type[D], *statuses: str) -> Iterator[D]:
        """Yield the documents of a kind that have one of these statuses."""
        for status in statuses:
            for name in tuple(self._by.get((kind, str(status)), ())):
                yield self.documents[name]  # type: ignore[misc]

    def count(self, kind: type[Document], *statuses: str) -> int:
        """Return how many documents of a kind have one of these statuses."""
        return sum(len(self._by.get((kind, str(status)), ())) for status in statuses)

    def bead(self, name: str) -> Bead:
        """Return a bead."""
        found = self.documents[name]
        assert isinstance(found, Bead)
        return found

    def request(self, name: str) -> MergeRequest:
        """Return a merge request."""
        found = self.documents[name]
        assert isinstance(found, MergeRequest)
        return found

    def request_of(self, bead: str) -> MergeRequest | None:
        """Return the request of *bead* that has not ended."""
        for name in self._requests.get(bead, ()):
            if self.documents[name].status in LIVE_REQUEST:
                return self.request(name)
        return None

    def requests_of(self, bead: str) -> list[MergeRequest]:
        """Return all requests that there ever were for *bead*."""
        return [self.request(name) for name in self._requests.get(bead, ())]

    def is_submitted(self, bead: str) -> bool:
        """Tell whether *bead* is with the refinery, and so off its hook."""
        return bead in self._submitted

    def calls_about(self, about: str) -> list[Escalation]:
        """Return the calls about something that nobody has closed."""
        return [self.documents[name] for name in self._calls.get(about, ())]  # type: ignore[misc]

    def held(self) -> list[tuple[str, str]]:
        """Return address and bead of everything on a hook."""
        if self._held is None:
            self._held = [
                (each.assignee, str(each.id))
                for each in self.all(Bead, *HELD)
                if each.assignee and not self.is_submitted(each.id)
            ]
        return self._held

    def held_anew(self) -> list[tuple[str, str]]:
        """Return the same, from nothing that was kept."""
        with_it = {
            each.source
            for each in self.documents.values()
            if isinstance(each, MergeRequest) and each.status in WITH_THE_REFINERY
        }
        return [
            (each.assignee, str(each.id))
            for each in self.all(Bead, *HELD)
            if each.assignee and each.id not in with_it
        ]
