"""When a rig's forge is asked again, and the process that asks it.

A forge may take its time, and whoever waits for it must not keep the town waiting: so a child
asks, and leaves a note when it has ended. What is remembered between two questions is
momentary: who deletes it makes the forge be asked at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.signposts import own_command
from gitgt.model.pull_request import wait_before
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.notes import write_whole
from gitgt.runtime.process import Ended, Running, Spec
from gitgt.services.forge import proposing
from gitgt.services.forge.settings import Place
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# However much there is to ask, it has an end.
_PATIENCE: Final = 1800.0
_KEPT: Final = ("GT_NETWORK_PATIENCE", "GT_FORGE_PATIENCE")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: by which noun's verb ``sync``, and what names its notes here."""

    noun: str
    notes: str


PULL_REQUESTS: Final = Question("pr", "forge")
ISSUES: Final = Question("issues", "forge-issues")


class Asking:
    """The questions of one kind to the forge of one rig."""

    def __init__(self, town: Town, rig: Rig, question: Question) -> None:
        self._town = town
        self._rig = rig
        self._question = question
        gt = town.ledger_at(rig).repository.gt
        self._folder = gt / question.notes
        self._path = gt / f"{question.notes}.json"

    def goes_on(self) -> bool:
        """Tell whether the forge is being asked; take in how it went if it has been.

        Raises:
            EnvironmentProblemError: whoever asked came to an end of another kind.
        """
        seen = process.look(self._folder)
        if seen is None or isinstance(seen, Running):
            return seen is not None
        answer = _answer(seen) if isinstance(seen, Ended) else None
        shutil.rmtree(self._folder, ignore_errors=True)
        if isinstance(seen, Ended) and seen.stopped:
            self._path.unlink(missing_ok=True)  # by us: whoever comes next asks
            return False
        known = self._read()
        failed = answer is None or bool(answer["trouble"])
        known["fails"] = known.get("fails", 0) + 1 if failed else 0
        known["wait"] = answer["wait"] if answer is not None else None
        self._write(known)
        if answer is None and isinstance(seen, Ended):
            raise EnvironmentProblemError(
                f"asking the forge of {self._rig.name} failed ({seen.code})",
                hint=f"git gt {self._question.noun} sync {self._rig.name}",
            )
        return False

    def due_in(self, about: str, poll: float | None) -> float | None:
        """Return in how many seconds the forge is to be asked; None if there is no reason.

        *about* is what the question is about: once it is another, it is asked at once. The
        same one, and one about nothing new, is asked again after *poll*, if ever.
        """
        known, now = self._read(), self._town.clock()
        at = known.get("at", 0.0)
        if known.get("fails", 0):
            wait = known.get("wait") or wait_before(known["fails"])
        elif about and known.get("about") != about:
            return 0.0
        elif poll is None:
            return None
        else:
            wait = poll
        return 0.0 if at > now else max(0.0, at + wait - now)

    def start(self, about: str) -> None:
        """Let a child ask the forge."""
        self._write({**self._read(), "at": self._town.clock(), "about": about})
        wiring = sessions.wiring(self._rig, self._town)
        process.spawn(
            Spec(
                argv=(*own_command(), self._question.noun, "sync", self._rig.name, "--json"),
                cwd=self._town.root,
                env=_environment(town_mark(self._town.root)),
                directory=self._folder,
                timeout=_PATIENCE,
                wake=wiring.wake,
                note=str(self._rig.path),
                watcher=wiring.watcher,
                after=wiring.after,
            )
        )

    def _read(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def _write(self, known: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(known))


def about_pull_requests(town: Town, rig: Rig, place: Place) -> str:
    """Return what is to be asked about the pull requests of *rig*; empty if nothing is."""
    now = town.ledger_at(rig).snapshot()
    facts = [repr(place)]
    for each in proposing.at_the_forge(now, at_once=place.rules.at_once):
        said = (each.id, each.status, each.head, each.proposed, each.number, each.forge_state)
        facts.append(repr((*map(str, said), len(each.comments))))
    return digest_of(facts) if len(facts) > 1 else ""


def digest_of(facts: Iterable[str]) -> str:
    """Return what tells these facts from others."""
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _environment(mark: str) -> dict[str, str]:
    """Return a person's own environment, with which their programs know who they are."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GT_") or k in _KEPT}
    return {**ours, process.TOWN_MARK: mark}


def _answer(seen: Ended) -> dict[str, Any] | None:
    """Return what the verb ``sync`` said; None if it said nothing."""
    try:
        found = json.loads(seen.output.read_bytes().splitlines()[-1])[0]
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) and seen.ok else None
