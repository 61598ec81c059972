"""The one list of what needs a person: what each source knows, one entry for each decision.

A source is a function of the town. Those that know the way out best come first: theirs is the
command that is shown. One that fails is an entry itself, and keeps no other from being heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from gitgt.errors import GtError
from gitgt.model.documents import Severity
from gitgt.model.todo import Entry, distinct
from gitgt.model.wording import fit_line
from gitgt.services.todo import brakes, calls, dogs, letters, requests, vital, work
from gitgt.services.town import Town

Source = Callable[[Town], Iterable[Entry]]
SOURCES: Final[tuple[tuple[str, Source], ...]] = (
    ("freeze", brakes.frozen),
    ("refinery", brakes.queues),
    ("scheduler", brakes.scheduler),
    ("rigs", brakes.rigs),
    ("witness", brakes.witnesses),
    ("deacon", brakes.deacon),
    ("gates", requests.without_gates),
    ("doctor", vital.errors),
    ("requests", requests.escalated),
    ("held", requests.held),
    ("ledger", work.unreadable),
    ("work", work.blocked),
    ("formula gates", work.waiting_for_leave),
    ("budget", work.budgets),
    ("warrants", dogs.unanswered),
    ("plugins", dogs.spoilt),
    ("mail", letters.undeliverable),
    ("delivery", letters.undelivered),
    ("escalations", calls.open_ones),
)


def entries(town: Town, sources: Iterable[tuple[str, Source]] = SOURCES) -> list[Entry]:
    """Return what needs a person, the loudest first."""
    return distinct(each for name, source in sources for each in _heard(town, name, source))


def _heard(town: Town, name: str, source: Source) -> Iterator[Entry]:
    try:
        yield from (replace(each, source=name) for each in source(town))
    except GtError as error:
        yield Entry(
            what=fit_line(f"nobody knows what of {name} needs you: {error.message}"),
            about=f"todo/{fit_line(error.message)}",
            severity=Severity.HIGH,
            command=error.hint or "git gt doctor",
            source=name,
        )
