"""What agents can run on here: whether it is there, and is what was tried before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from gitgt.errors import GtError
from gitgt.runtime import jail
from gitgt.runtime.presets import Runtime
from gitgt.services.doctor import probe
from gitgt.services.doctor.probe import Probed
from gitgt.services.jail.choice import Wanted, choice
from gitgt.services.sessions import programs, runtimes
from gitgt.services.sessions.programs import Seen
from gitgt.services.town import Town
from gitgt.values import dataclass


class State(StrEnum):
    """How it stands with a runtime, as far as one sees without running it."""

    OK = "ok"
    PLAIN = "plain"  # a command line, of which nothing is known
    OTHER = "other version"  # than that which the preset was verified with
    UNVERIFIED = "unverified"  # its preset was never run for real
    MISSING = "missing"
    BROKEN = "broken"  # its settings are


@dataclass(frozen=True, slots=True)
class Looked:
    """One runtime, and what was found of it; ``said`` is why it is broken."""

    name: str
    state: State
    seen: Seen | None = None
    said: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        seen = self.seen
        return {
            "name": self.name,
            "state": str(self.state),
            "program": str(seen.program) if seen and seen.program else None,
            "version": (seen.version if seen else "") or None,
            "verified": (seen.runtime.verified if seen else "") or None,
            "said": self.said,
        }


def look(town: Town, names: Sequence[str] = ()) -> list[Looked]:
    """Return how it stands with the runtimes called *names*, or with all.

    Raises:
        NotFoundError: there is none of such a name.
    """
    made: list[Runtime] = []
    broken: list[Looked] = []
    for name in names or sorted(runtimes.everything(town)):
        try:
            made.append(runtimes.named(town, None, name))
        except GtError as error:
            if names:
                raise
            broken.append(Looked(name, State.BROKEN, said=error.message))
    looked = [Looked(each.runtime.name, _state(each), each) for each in programs.look(made)]
    return sorted([*looked, *broken], key=lambda each: each.name)


def _state(seen: Seen) -> State:
    if seen.program is None:
        return State.MISSING
    if seen.runtime.is_plain:
        return State.PLAIN
    if not seen.runtime.verified:
        return State.UNVERIFIED
    is_same = seen.runtime.ships or seen.version == seen.runtime.verified
    return State.OK if is_same else State.OTHER


def no_jail(town: Town) -> str:
    """Return why agents run without a jail here; nothing, if they run in one."""
    if choice(town, town).wanted is Wanted.NONE:
        return "the settings want none"
    return jail.problem()


def probe_each(town: Town, looked: Sequence[Looked], launcher: str) -> Iterator[Probed]:
    """Probe the runtimes that are here, one after the other, and yield how each did.

    What was written is removed, unless something was wrong.
    """
    for each in looked:
        if each.seen is None or each.seen.program is None:
            continue
        folder = Path(tempfile.mkdtemp(prefix="gitgt-probe-"))
        described = runtimes.known(town).get(each.name, {})
        found = probe.probe(each.seen.runtime, described, folder, launcher)
        if found.kept is None:
            shutil.rmtree(folder, ignore_errors=True)
        yield found
