"""The town's settings and plugins: they keep their schemas, and what counts is committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import SettingsError
from gitgt.git.command import attempt
from gitgt.services import settings
from gitgt.services.doctor.finding import Finding, Level
from gitgt.services.plugins import library
from gitgt.services.town import MARKER, RIGS, Rig, Town

_OF_TOWN: Final = {
    MARKER: "town",
    RIGS: "rigs",
    "settings/config.yaml": "settings",
    "settings/agents.yaml": "agents",
    "settings/escalation.yaml": "escalations",
    "settings/prices.yaml": "prices",
    "settings/taps.yaml": "taps",
}
_OF_RIG: Final = {"settings/config.yaml": "rig", "settings/agents.yaml": "agents"}


def valid(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield the settings that break their schema, an unknown key among them."""
    wanted = [("hq", town.root, _OF_TOWN), *((rig.name, rig.path, _OF_RIG) for rig in rigs)]
    for where, folder, files in wanted:
        for name, schema in files.items():
            try:
                settings.read(folder / name, schema)
            except SettingsError as error:
                yield Finding(
                    check="settings", what=error.message, where=where,
                    hint=_way_back(town, folder / name),
                )  # fmt: skip


def _way_back(town: Town, path: Path) -> str:
    name = path.relative_to(town.root)
    return f"mend it, or see what it was: git -C {town.root} log -p -- {name}"


def committed(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield settings that somebody has changed and not committed: what may land, HEAD says."""
    names = ["settings", MARKER, RIGS, *(f"{rig.name}/settings" for rig in rigs)]
    said = attempt(
        "status", "--porcelain", "-z", "--untracked-files=all", "--", *names, cwd=town.root
    ).stdout.decode(errors="replace")
    found = [row[3:] for row in said.split("\0") if row]
    if found:
        yield Finding(
            check="committed",
            what=f"not committed, so gates do not heed it: {', '.join(sorted(found))}",
            level=Level.WARNING,
            hint=f"git -C {town.root} add -A settings && git -C {town.root} commit",
        )


def plugins(town: Town, _: Sequence[Rig]) -> Iterator[Finding]:
    """Yield plugins that never run: those that nobody can read, and those not committed."""
    known = library.shelf(town)
    for broken in known.broken:
        yield Finding(
            check="plugins", what=broken.why, hint=f"mend it, and commit {broken.path}"
        )  # fmt: skip
    for path in library.uncommitted(town, known):
        yield Finding(
            check="plugins", what=f"{path} is not committed, and does not run",
            level=Level.WARNING, hint=f"git -C {town.root} add {path}, and commit it",
        )  # fmt: skip
