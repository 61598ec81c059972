"""Several beads changed at once: one commit for each ledger, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from gitgt.ledger.transact import Change
from gitgt.model.change import marked

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.ledger.transact import Decide, Ledger
    from gitgt.model.actor import Actor
    from gitgt.model.documents import Bead
    from gitgt.model.ids import BeadId
    from gitgt.services.town import Town

_NAMED: Final = 6  # more ids than this make no subject


class Changed(NamedTuple):
    """A bead as it stands, and whether it is another than before."""

    bead: Bead
    fresh: bool


class Told(NamedTuple):
    """What history says of a change: the beginning of its subject, the event, the reason."""

    said: str
    event: str
    why: str = ""


Step = Callable[["Bead", "Snapshot"], "Bead"]
Write = Callable[["Ledger", "Decide"], "Snapshot"]


def change(
    town: Town, names: Iterable[BeadId], who: Actor, step: Step, told: Told,
    write: Write | None = None,
) -> list[Changed]:  # fmt: skip
    """Do *step* with each of *names*; return them as they stand, in the order of the names.

    In each ledger it is one commit. *write* is how a ledger is written, if not as usual.

    Raises:
        RefusedError: one of them may not be changed so; then none of its ledger is.
    """
    wanted = list(dict.fromkeys(names))
    done: dict[str, Changed] = {}
    for ledger, ours in _by_ledger(town, wanted):
        found = _Decision(ours, step, now=town.now(), by=who.address)
        decide = found.decide(_subject(told, ours), told.event)
        after = write(ledger, decide) if write else ledger.transact(decide, who)
        for each in ours:
            done[each] = Changed(after.bead(each), each in found.fresh)
    return [done[each] for each in wanted]


def _by_ledger(town: Town, names: Sequence[BeadId]) -> Iterator[tuple[Ledger, list[BeadId]]]:
    found: dict[int, tuple[Ledger, list[BeadId]]] = {}
    for each in names:
        ledger = town.ledger_of(each)
        found.setdefault(id(ledger), (ledger, []))[1].append(each)
    yield from found.values()


class _Decision:
    """What is to become of some beads of one ledger, and which it changed at last."""

    def __init__(self, names: Sequence[BeadId], step: Step, *, now: str, by: str) -> None:
        self._names = names
        self._step = step
        self._now = now
        self._by = by
        self.fresh: set[str] = set()

    def decide(self, subject: str, event: str) -> Decide:
        """Return the decision under the line that history will show."""

        def decided(now: Snapshot) -> Change | None:
            pairs = [(old, self._after(old, now)) for old in map(now.bead, self._names)]
            self.fresh = {old.id for old, new in pairs if old != new}
            new = tuple(after for _, after in pairs)
            return Change(subject, new, event=event) if self.fresh else None

        return decided

    def _after(self, old: Bead, now: Snapshot) -> Bead:
        return marked(old, self._step(old, now), now=self._now, by=self._by)


def _subject(told: Told, names: Sequence[str]) -> str:
    some = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{told.said} {some}{more}" + (f": {told.why}" if told.why else "")
