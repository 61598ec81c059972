"""The town as it stood: what its ledgers and its settings said at a moment.

Read like the town of now, by the same services. What no history holds, such as sessions and
gates at work, nobody knows of then; see ``status.then``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.git import spoken
from gitgt.git.command import attempt, line
from gitgt.ledger.past import PastLedger
from gitgt.model import when
from gitgt.model.instant import text_of
from gitgt.services import moments, settings
from gitgt.services.town import RIGS, Rig, Town
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.git.repository import Repository
    from gitgt.ledger.transact import Ledger

TOWN: Final = "hq"


@dataclass
class Then(Town):
    """A town as of a moment; *commits* are where its ledgers stood, by the rig's name."""

    at: float = 0.0
    commits: Mapping[str, str] = field(default_factory=dict)
    _rigs: Mapping[str, Rig] = field(default_factory=dict)

    def rigs(self) -> dict[str, Rig]:
        """Return the rigs that were registered."""
        return dict(self._rigs)

    def _open(self, repository: Repository, branch: str) -> Ledger:
        where = repository.common
        if where not in self._ledgers:
            now = super()._open(repository, branch)
            if where not in self._stood:
                raise NotFoundError(f"there was no ledger in {where} at {text_of(self.at)}")
            self._ledgers[where] = PastLedger(now, self._stood[where], self.at)
        return self._ledgers[where]

    @cached_property
    def _stood(self) -> dict[Path, str]:
        """Where each ledger stood, by its repository."""
        places = {
            TOWN: self.repository.common,
            **{name: rig.repository_path for name, rig in self._rigs.items()},
        }
        return {places[name]: commit for name, commit in self.commits.items() if name in places}

    def _has_ledger(self, rig: Rig) -> bool:
        return rig.is_here and rig.name in self.commits

    def said(self, name: str, schema: str) -> dict[str, Any]:
        """Return the settings that the town's own branch had under *name*."""
        return _said(self, self.at, name, schema)

    def stood(self, rig: Rig) -> str:
        """Return where the target of *rig* stood, by the times of its commits; else empty."""
        common = rig.repository_path
        found = attempt("rev-list", *_before(self.at), rig.target, cwd=common)
        return found.stdout.decode().strip()

    @property
    def moment(self) -> dict[str, Any]:
        """The moment, and where the ledgers stood, as plain values."""
        return {"at": text_of(self.at), "commits": dict(self.commits)}


def town_at(town: Town, text: str) -> Then:
    """Return *town* as it stood at a moment: a time, or a commit or ref of one of its ledgers.

    Where a commit is named, its ledger stands there, and the others where they stood then.

    Raises:
        RefusedError: *text* is no moment, or one to come.
        NotFoundError: the town did not exist yet.
    """
    named = _named(town, text)
    at = max(time for _, time in named.values()) if named else _instant(town, text)
    began = _began(town)
    if at < began:
        raise NotFoundError(
            f"{text!r} is before the town: it began at {text_of(began)}",
            hint=f"--at {text_of(began)}",
        )
    if at > town.clock():
        raise RefusedError(f"{text!r} is still to come", hint="--at is for what was")
    rigs = _rigs(town, at)
    found = {TOWN: _head(town.ledger, at)}
    found |= {name: _head(town.ledger_at(rig), at) for name, rig in rigs.items() if rig.is_here}
    found |= {name: commit for name, (commit, _) in named.items()}
    commits = {name: commit for name, commit in found.items() if commit}
    return Then(town.root, lambda: at, town.draw, at=at, commits=commits, _rigs=rigs)


def not_yet(town: Town, text: str, at: str, error: NotFoundError) -> NotFoundError:
    """Return what is said to somebody who asks for *text*, which was not there *at* a time."""
    from gitgt.services import reading

    try:
        found = reading.show(town, text)
    except RefusedError:
        return error
    made = getattr(found, "created_at", "")
    return NotFoundError(
        f"{found.id} was not there at {at}: it was made at {made}",
        hint=f"git gt bead show {found.id} --at {made}",
    )


def _named(town: Town, text: str) -> dict[str, tuple[str, float]]:
    """Return the ledgers that know *text* as a commit of theirs, each with it and its time."""
    found: dict[str, tuple[str, float]] = {}
    for rig, ledger in town.ledgers():
        common = ledger.repository.common
        said = attempt("rev-parse", "--verify", "--quiet", "--end-of-options",
            f"{text}^{{commit}}", cwd=common)  # fmt: skip
        commit = said.stdout.decode().strip()
        if said.ok and moments.is_of(ledger, commit):
            time = line("show", "--no-patch", "--format=%ct", commit, cwd=common)
            found[TOWN if rig is None else rig.name] = (commit, float(time))
    return found


def _instant(town: Town, text: str) -> float:
    now = town.clock()
    try:
        return when.ago(text, now)
    except RefusedError:
        found = None
        if when.is_spoken(text):
            found = spoken.instant(text, now, town.root)
        if found is None:
            raise RefusedError(
                f"{text!r} is no moment of this town",
                hint="a time like 2h, yesterday or 2026-11-22T14:30, or a commit of a ledger",
            ) from None
        return found


def _began(town: Town) -> float:
    roots = ("log", "--max-parents=0", "--format=%ct", "HEAD")
    return min(map(float, line(*roots, cwd=town.root).split()))


def _rigs(town: Town, at: float) -> dict[str, Rig]:
    """Return the rigs that the settings named then."""
    found = _said(town, at, RIGS, "rigs").get("rigs", {})
    return {name: town.rig_from(name, fields) for name, fields in found.items()}


def _said(town: Town, at: float, name: str, schema: str) -> dict[str, Any]:
    commit = line("rev-list", *_before(at), "HEAD", cwd=town.root)
    content = town.repository.read(commit, name) if commit else None
    return {} if content is None else settings.parse(content, schema, f"{commit[:12]}:{name}")


def _before(at: float) -> tuple[str, ...]:
    return ("-1", "--first-parent", f"--before=@{int(at)}")


def _head(ledger: Ledger, at: float) -> str:
    """Return where a ledger stood; empty if it held nothing yet, or is not here."""
    if not ledger.exists:
        return ""
    commit = moments.at_time(ledger, at)
    return commit if moments.is_of(ledger, commit) else ""
