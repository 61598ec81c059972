"""What beads and issues have to do with each other, without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.git.remote import tracking
from gitgt.model.documents import Bead
from gitgt.model.issues.trace import Trace
from gitgt.services.forge.asking import digest_of
from gitgt.services.forge.issues.sync import home_of, memory_of
from gitgt.services.forge.issues.telling import Due
from gitgt.services.forge.proposing import REMOTE
from gitgt.services.forge.settings import Place, place_of
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_TOLD = {"closed": "closed there", "unlabelled": "label is off", "gone": "gone there"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A bead and its issue, and how they are with each other, in words."""

    rig: str
    bead: Bead
    number: int
    state: str

    @property
    def url(self) -> str:
        """Where the issue is."""
        return self.bead.external


def standings(town: Town, rig: Rig, *, ended: bool) -> Iterator[Standing]:
    """Yield the beads of a rig that follow an issue; those that ended too, if asked."""
    place = place_of(town, rig)
    if place is None or place.issues is None:
        return
    due = _due(town, rig, place)
    untold = {bead.id for bead, *_ in due.all()}
    for bead in due.beads():
        if ended or not bead.is_closed or bead.id in untold:
            trace = Trace.of(bead)
            assert trace is not None  # who has none is not among them
            state = _state(bead, trace, is_due=bead.id in untold)
            yield Standing(rig.name, bead, trace.number, state)


def about_issues(
    town: Town, rig: Rig, place: Place, known: dict[str, tuple[tuple[str | None, ...], str]]
) -> str:
    """Return what is to be told below the issues of a rig; empty if nothing is.

    *known* keeps the answer while neither the ledger nor the forge's branch moves.
    """
    ledger = town.ledger_at(rig)
    there = ledger.repository.ref(tracking(REMOTE, rig.branch))
    seen = (ledger.head(), there, repr(place))
    if rig.name not in known or known[rig.name][0] != seen:
        facts = [
            repr((str(bead.id), *map(str, words), closes, bead.landed))
            for bead, words, closes in _due(town, rig, place).all()
        ]
        known[rig.name] = (seen, digest_of(facts) if facts else "")
    return known[rig.name][1]


def _due(town: Town, rig: Rig, place: Place) -> Due:
    assert place.issues is not None  # else nobody asks
    memory = memory_of(town.ledger_at(rig).repository, place, place.issues)
    return Due(town, rig, place.issues, home_of(place, memory))


def _state(bead: Bead, trace: Trace, *, is_due: bool) -> str:
    if is_due:
        return "to be told"
    if parted := trace.parted or trace.told:
        return _TOLD.get(parted, parted)
    if bead.landed:
        return "told and closed" if trace.closed == bead.landed else "waits for its code"
    return "followed"
