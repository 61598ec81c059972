"""What needs a person: one entry for each decision, however much was told of it.

A town tells of one trouble many times over: the request was rejected, its author asked for
help, mail about it came back. Whatever is about the same is one decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gitgt.model.documents import Escalation, Severity
from gitgt.model.escalation.cause import LOUDEST_FIRST, is_about_itself
from gitgt.model.wording import fit_line
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to decide. *about* is what tells decisions apart, *command* what resolves it.

    *source* is who found it; *count* how much it stands for.
    """

    what: str
    about: str
    severity: str = Severity.MEDIUM
    since: str = ""
    command: str
    source: str = ""
    count: int = 1

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "what": self.what,
            "about": self.about,
            "severity": str(self.severity),
            "since": self.since,
            "command": self.command,
            "source": self.source,
            "count": self.count,
        }


def distinct(found: Iterable[Entry]) -> list[Entry]:
    """Return one entry for each decision, the loudest first and of those the oldest.

    Of several about the same the first one has the say: sources come the most telling first.
    """
    by_about: dict[str, Entry] = {}
    for each in found:
        known = by_about.get(each.about)
        by_about[each.about] = each if known is None else _joined(known, each)
    return sorted(by_about.values(), key=_order)


def _joined(one: Entry, other: Entry) -> Entry:
    severity = min(one.severity, other.severity, key=_loudness)
    since = min(filter(None, (one.since, other.since)), default="")
    return replace(one, severity=severity, since=since, count=one.count + other.count)


def _order(entry: Entry) -> tuple[int, str, str]:
    return _loudness(entry.severity), entry.since or "~", entry.about


def _loudness(severity: str) -> int:
    return LOUDEST_FIRST.index(Severity(severity))


def of_escalation(found: Escalation, place: str, same: str) -> Entry:
    """Return the entry of an escalation in the ledger of *place*.

    *same* is what its ``about`` comes to: the bead of a request that it names.
    """
    about = str(found.id) if is_about_itself(found) else same or f"{place}/{found.about}"
    return Entry(
        what=fit_line(found.title),
        about=about,
        severity=found.severity,
        since=found.created_at,
        command=f"git gt escalate close {found.id} --reason '...'",
        count=1 + found.repeats,
    )
