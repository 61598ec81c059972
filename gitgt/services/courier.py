"""Ledgers are exchanged while somebody watches, by a child for each, one at a time a remote.

A remote may take its time, and whoever waits for it must not keep the town waiting: so a child
runs ``git gt sync``, and leaves a note when it has ended. What is remembered in between is
momentary: who deletes it makes every remote be asked at once.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gitgt.errors import BusyError
from gitgt.git import remote
from gitgt.git.signposts import own_command
from gitgt.git.spool import Spool
from gitgt.ledger import verdicts
from gitgt.model import courier as rules
from gitgt.model.courier import Errand, Round
from gitgt.model.dispatch import SessionState
from gitgt.model.ids import TOWN_PREFIX
from gitgt.runtime import notes, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import Ended, Running, Spec
from gitgt.services import settings, sync
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

NAME: Final = "settings/config.yaml"
_KEY: Final = "sync"
_KEPT: Final = ("GT_NETWORK_PATIENCE",)
# Each talk within it has a limit of its own; this ends what hangs in spite of that.
_PATIENCE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Rules:
    """How often remotes are asked: while sessions live, and in between; or not by itself."""

    watched: bool = True
    interval: float = 30.0
    idle_interval: float = 900.0


def rules_of(town: Town) -> Rules:
    """Return what the town's settings say.

    Raises:
        SettingsError: its settings break their schema.
    """
    found = settings.read(town.root / NAME, "settings").get(_KEY, {})
    said = {key: found[key] for key in ("watched", "interval", "idle_interval") if key in found}
    return Rules(**said)


class Courier:
    """Carries the ledgers of one town to their remotes and back."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._folder = town.gt / "courier"
        self._path = town.gt / "courier.json"
        self._addresses: dict[tuple[Path, str, int], str] = {}

    def look(self, names: Collection[str] | None = None) -> Round:
        """Take in how exchanges went, and return what is to be begun now, of *names* if given.

        Raises:
            SettingsError: the town's settings break their schema.
        """
        told = rules_of(self._town)
        found = [
            each
            for each in self._errands(told)
            if names is None or each.name in names or each.began is not None
        ]
        return rules.plan(found, now=self._town.clock())

    @property
    def is_wanted(self) -> bool:
        """Whether the watcher is to do it by itself.

        Raises:
            SettingsError: the town's settings break their schema.
        """
        return rules_of(self._town).watched

    def begin(self, name: str) -> None:
        """Let a child exchange the ledger called *name*, unless one does."""
        rig = None if name == TOWN_PREFIX else self._town.rig(name)
        self._note(name, {"shows": self._shows(rig), "began": self._town.clock()})
        spec = Spec(
            argv=(*own_command(), "sync", "--rig", name, "--json"),
            cwd=self._town.root,
            env=_environment(town_mark(self._town.root)),
            directory=self._folder / name,
            timeout=_PATIENCE,
            wake=(Spool.of(self._town.repository.common).path,),
            note=str(self._town.root),
        )
        with suppress(BusyError):  # somebody else's courier has begun it
            process.spawn(spec)

    def told(self) -> dict[str, dict[str, Any]]:
        """Return how the last exchange of each ledger went: its end, answer and trouble."""
        return {
            name: said
            for name, said in notes.read(self._path, dict).items()
            if isinstance(said, dict) and "ended" in said
        }

    def _errands(self, told: Rules) -> Iterator[Errand]:
        for rig in (None, *self._town.rigs_here().values()):
            where = self._remote_of(rig)
            if where:
                yield self._errand(rig, where, told)

    def _errand(self, rig: Rig | None, where: str, told: Rules) -> Errand:
        name = TOWN_PREFIX if rig is None else rig.name
        began = self._take_in(rig, where)
        said = notes.read(self._path, dict).get(name, {})
        known = self._known(rig, where)
        return Errand(
            name=name,
            address=self._address(rig, where),
            began=began,
            ended=said.get("ended"),
            # Somebody of ours got through to it since: it is back.
            fails=said.get("fails", 0) if said.get("known", known) == known else 0,
            news=said.get("shows") != self._shows(rig),
            every=told.interval if self._is_busy(rig) else told.idle_interval,
            lot=said.get("lot", 0.0),
        )

    def _take_in(self, rig: Rig | None, where: str) -> float | None:
        """Note how an exchange went that has ended; return when one began that goes on."""
        name = TOWN_PREFIX if rig is None else rig.name
        seen = process.look(self._folder / name)
        if seen is None:
            return None
        now = self._town.clock()
        said = notes.read(self._path, dict).get(name, {})
        if isinstance(seen, Running):
            return float(said.get("began", now))
        answer, trouble = _answer(seen) if isinstance(seen, Ended) else (None, "it was killed")
        shutil.rmtree(self._folder / name, ignore_errors=True)
        self._note(
            name,
            {
                "ended": now, "answer": answer, "trouble": trouble,
                "fails": 0 if answer is not None else said.get("fails", 0) + 1,
                "known": self._known(rig, where), "lot": random.random(),
            },
        )  # fmt: skip
        return None

    def _note(self, name: str, more: Mapping[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        known = notes.read(self._path, dict)
        said = {**known, name: {**known.get(name, {}), **more}}
        notes.write_whole(self._path, json.dumps(said), synced=False)

    def _shows(self, rig: Rig | None) -> str:
        """Return a line that is another once there is more to take along."""
        ledger = self._town.ledger_at(rig)
        return f"{ledger.head()} {ledger.repository.ref(verdicts.REF)}"

    def _known(self, rig: Rig | None, where: str) -> str | None:
        """Return where the ledger stood there when we heard of it last."""
        ledger = self._town.ledger_at(rig)
        return ledger.repository.ref(remote.tracking(where, sync.branch_of(ledger)))

    def _is_busy(self, rig: Rig | None) -> bool:
        place: Rig | Town = self._town if rig is None else rig
        seen = sessions.look_all(place).values()
        return any(each.state is SessionState.RUNNING for each in seen)

    def _remote_of(self, rig: Rig | None) -> str:
        """Return the remote that a ledger is shared through; empty if it is not."""
        if rig is not None:
            return rig.remote if rig.shared else ""
        return sync.TOWNS_REMOTE if self._address(None, sync.TOWNS_REMOTE) else ""

    def _address(self, rig: Rig | None, where: str) -> str:
        """Return where that is; git is asked only when its configuration is another."""
        repository = self._town.ledger_at(rig).repository
        config = repository.common / "config"
        key = (repository.common, where, config.stat().st_mtime_ns)
        if key not in self._addresses:
            self._addresses[key] = remote.address(repository, where)
        return self._addresses[key]


def _environment(mark: str) -> dict[str, str]:
    """Return a person's own environment, with which git knows who they are."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GT_") or k in _KEPT}
    return {**ours, process.TOWN_MARK: mark}


def _answer(seen: Ended) -> tuple[dict[str, Any] | None, str]:
    """Return what ``git gt sync --json`` said, or else why there was no exchange."""
    try:
        text = seen.output.read_text(errors="replace")
    except OSError:
        text = ""
    if seen.ok:
        with suppress(ValueError, IndexError):
            rows = [each for each in text.splitlines() if each.startswith("[")]
            found = json.loads(rows[-1])[0]
            return dict(found), ""
    rows = [each for each in text.splitlines() if each.startswith("gt: ")]
    return None, (rows[0].removeprefix("gt: ") if rows else "git gt sync came to no end")
