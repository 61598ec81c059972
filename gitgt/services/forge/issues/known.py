"""Which bead is which issue: by the mark that an import leaves, or by the forge's own name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitgt.ledger import genesis
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Bead
from gitgt.model.issues.issue import Issue
from gitgt.model.issues.trace import Trace
from gitgt.services.exchange.foreign import Foreign
from gitgt.services.exchange.names import Names, mark_of
from gitgt.services.exchange.sources import READERS


class Home:
    """Where a project's issues are: as the settings say it, or as the forge did last.

    A project that was renamed answers to both names.
    """

    def __init__(self, place: str, seen: str = "") -> None:
        self._place = f"{place}/".casefold()
        self.seen = seen

    def learn(self, issues: Iterable[Issue]) -> None:
        """Remember how the forge calls the place where *issues* are."""
        for each in issues:
            self.seen = _folder(each.url)

    def has(self, bead: Bead) -> bool:
        """Tell whether the issue of *bead* is here, and not one of another project."""
        url = str(mark_of(bead).get("id", ""))
        bare = url.partition("://")[2].casefold()
        return bare.startswith(self._place) or (bool(self.seen) and _folder(url) == self.seen)


def _folder(url: str) -> str:
    return url.rpartition("/")[0].replace("/-/work_items", "/-/issues")


class Known:
    """The beads of one ledger that came from the issues of one forge."""

    def __init__(self, now: Snapshot, source: str) -> None:
        prefix = str(genesis.settings(now.repository, now.commit)["prefix"])
        self.names = Names(now, prefix, lambda _: False)
        self._source = source
        self._by_key: dict[str, str] = {}
        for bead, trace in self.followers():
            if trace.key:
                self._by_key.setdefault(trace.key, bead.id)

    def followers(self) -> Iterator[tuple[Bead, Trace]]:
        """Yield the beads that follow an issue, as they were at first sight."""
        for bead in self.names.beads.values():
            trace = Trace.of(bead) if isinstance(bead, Bead) else None
            if trace is not None and mark_of(bead).get("from") == self._source:
                assert isinstance(bead, Bead)
                yield bead, trace

    def of(self, issue: Issue, record: Foreign) -> str:
        """Return the bead of an issue; empty if there is none yet."""
        found = self.names.of(self._source, record.name)
        return found or self._by_key.get(issue.key, "")

    def settle(self, records: Iterable[Foreign]) -> None:
        """Give those that are new an id: the same in every town."""
        self.names.settle(records)

    def bead(self, name: str) -> Bead | None:
        """Return a bead as it was at first sight."""
        found = self.names.beads.get(name)
        return found if isinstance(found, Bead) else None


def foreign(source: str, issue: Issue) -> Foreign:
    """Return an issue as an import would have it, but open: its state is another question.

    Raises:
        RefusedError: it is none that a bead could be made of.
    """
    found = READERS[source](issue.record, issue.url)
    gone = ("status", "closed_at", "outcome")
    fields = {name: value for name, value in found.fields.items() if name not in gone}
    return Foreign(
        found.source, found.name, found.where, found.record, {**fields, "status": "open"},
        kept=found.kept,
    )  # fmt: skip
