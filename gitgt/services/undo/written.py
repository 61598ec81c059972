"""What somebody wrote, as the histories of ledgers and settings tell it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.git import refs
from gitgt.git.command import git
from gitgt.ledger import act
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.model.ids import TOWN_PREFIX
from gitgt.model.instant import text_of
from gitgt.model.undo import Course, Written, course
from gitgt.services.town import Town

UNDOES: Final = "Gt-Undoes"
REDOES: Final = "Gt-Redoes"
SETTINGS: Final = "settings"
# A hundred acts of several commits each, and what took them back.
_MOST: Final = 2000
_FORMAT: Final = "%H%x00%P%x00%ct%x00%an%x00%B%x00%x00"


def of(town: Town, who: Actor) -> Course:
    """Return what *who* can take back, and what they can do again."""
    found = [each for place, where in _places(town) for each in _in(place, *where, who)]
    return course(sorted(found, key=lambda each: each.at))


def _places(town: Town) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Yield where acts are written, each with its repository and ref."""
    for rig, ledger in town.ledgers():
        if ledger.exists:
            yield rig.name if rig else TOWN_PREFIX, (ledger.repository.common, ledger.ref)
    common = town.repository.common
    yield SETTINGS, (common, refs.head_of(common) or "HEAD")


def _in(place: str, common: Path, ref: str, who: Actor) -> Iterator[Written]:
    """Yield what *who* wrote in one place, the oldest first."""
    said = git(
        "log", "--first-parent", "--reverse", f"--max-count={_MOST}", "--fixed-strings",
        f"--author={who.address} <", f"--format={_FORMAT}", ref, "--",
        cwd=common,
    )  # fmt: skip
    for row in said.decode(errors="replace").split("\0\0\n"):
        if row.count("\0") < 4:
            continue
        commit, parents, seconds, name, message = row.split("\0", 4)
        if name == who.address and parents:
            yield _written(place, commit, Event.parse(message), float(seconds))


def _written(place: str, commit: str, event: Event, seconds: float) -> Written:
    said = event.trailers
    return Written(
        place=place,
        commit=commit,
        act=said.get(act.TRAILER) or commit,
        at=event.at or said.get("Gt-At", "") or text_of(seconds),
        subject=event.subject,
        undoes=said.get(UNDOES, ""),
        redoes=said.get(REDOES, ""),
    )
