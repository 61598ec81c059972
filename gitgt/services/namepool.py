"""What the polecats of a rig are called: names of the rig's own first, then those of a theme.

Which names are taken is nowhere noted: the identities say so, of those too that have retired. A
theme of the town's own is a file, ``settings/themes/NAME.txt``, with a name on each line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent
from gitgt.model.namepool import THEMES, first_free
from gitgt.services import commit, settings
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_USUAL: Final = "mad-max"
_FOLDER: Final = "settings/themes"
_THEME: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")
_MOST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The names of a rig: its own, its theme's, which of all are taken, and which is next."""

    rig: str
    theme: str
    own: tuple[str, ...]
    names: tuple[str, ...]
    taken: tuple[str, ...]
    following: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig, "theme": self.theme, "own": list(self.own),
            "names": list(self.names), "taken": list(self.taken), "next": self.following,
        }  # fmt: skip


def of(town: Town, rig: Rig) -> Pool:
    """Return the names of a rig."""
    theme, own = _chosen(rig)
    taken = _taken(town.ledger_at(rig).snapshot())
    names = _names(town, theme)
    return Pool(
        rig=rig.name, theme=theme, own=own, names=names, taken=tuple(sorted(taken)),
        following=first_free((*own, *names), taken),
    )  # fmt: skip


def free(town: Town, rig: Rig, now: Snapshot) -> str:
    """Return the name for the next polecat of a rig."""
    theme, own = _chosen(rig)
    return first_free((*own, *_names(town, theme)), _taken(now))


def themes(town: Town) -> dict[str, tuple[str, ...]]:
    """Return the themes that there are, the town's own last, and the names of each."""
    folder = town.root / _FOLDER
    own = {
        path.stem: _read(path)
        for path in sorted(folder.glob("*.txt"))
        if _THEME.fullmatch(path.stem)
    }
    return {**THEMES, **own}


def set_theme(town: Town, rig: Rig, theme: str, who: Actor) -> bool:
    """Let the polecats of a rig be named from *theme* from now on; tell whether that is news.

    Raises:
        NotFoundError: there is no such theme.
    """
    _named(town, theme)
    return _change(town, rig, {"namepool": theme}, f"name polecats of {rig.name} {theme}", who)


def add(town: Town, rig: Rig, names: Sequence[str], who: Actor) -> bool:
    """Give a rig names of its own, which come before its theme's.

    Raises:
        RefusedError: one can be no name.
    """
    _, own = _chosen(rig)
    new = [each for each in map(ids.parse_member, names) if each not in own]
    subject = f"name polecats of {rig.name} {', '.join(new)}"
    return bool(new) and _change(town, rig, {"names": [*own, *new]}, subject, who)


def reset(town: Town, rig: Rig, who: Actor) -> bool:
    """Let a rig have no names of its own any more; those who have one keep it."""
    subject = f"name polecats of {rig.name} as its theme says"
    return _change(town, rig, {"names": None}, subject, who)


def create(town: Town, theme: str, names: Sequence[str], who: Actor) -> bool:
    """Make a theme of the town's own, or give it other names.

    Raises:
        RefusedError: it can be no theme, or one of its names no name.
    """
    if theme in THEMES or not _THEME.fullmatch(theme):
        raise RefusedError(
            f"{theme!r} cannot be a theme of your own",
            hint="lower-case letters, digits and hyphens, and none that comes with gitgt",
        )
    found = list(dict.fromkeys(map(ids.parse_member, names)))
    if not 0 < len(found) <= _MOST:
        raise RefusedError(f"a theme has 1 to {_MOST} names, not {len(found)}")
    text = "".join(f"{each}\n" for each in found).encode()
    path = f"{_FOLDER}/{theme}.txt"
    return commit.change(town, lambda: {path: text}, f"make the theme {theme}", who)


def delete(town: Town, theme: str, who: Actor) -> None:
    """Let a theme of the town's own go.

    Raises:
        NotFoundError: there is none of that name.
        RefusedError: a rig uses it.
    """
    path = f"{_FOLDER}/{theme}.txt"
    if theme in THEMES or not (town.root / path).is_file():
        raise NotFoundError(f"the town has no theme {theme!r} of its own", hint=_known(town))
    users = [each.name for each in town.rigs().values() if _chosen(each)[0] == theme]
    if users:
        raise RefusedError(
            f"{', '.join(users)} use {theme}", hint=f"git gt namepool set {_USUAL}"
        )
    commit.change(town, lambda: {path: None}, f"drop the theme {theme}", who)


def _chosen(rig: Rig) -> tuple[str, tuple[str, ...]]:
    said = settings.read(rig.path / "settings/config.yaml", "rig")
    return said.get("namepool", _USUAL), tuple(said.get("names", ()))


def _names(town: Town, theme: str) -> tuple[str, ...]:
    """Return the names of a theme; of one that was lost those of the usual one."""
    if theme in THEMES:
        return THEMES[theme]
    return _read(town.root / _FOLDER / f"{theme}.txt") or THEMES[_USUAL]


def _named(town: Town, theme: str) -> tuple[str, ...]:
    known = themes(town)
    if theme not in known:
        raise NotFoundError(f"there is no theme {theme!r}", hint=_known(town))
    return known[theme]


def _known(town: Town) -> str:
    return f"themes: {', '.join(themes(town))}"


def _read(path: Path) -> tuple[str, ...]:
    """Return the names in a file that anybody may have edited; what can be none is left out."""
    try:
        rows = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(dict.fromkeys(each for each in map(str.strip, rows) if ids.is_member(each)))


def _taken(now: Snapshot) -> set[str]:
    return {agent.address.rpartition("/")[2] for agent in now.all(Agent)}


def _change(
    town: Town, rig: Rig, said: Mapping[str, object], subject: str, who: Actor
) -> bool:  # fmt: skip
    def decide() -> commit.Files:
        present = settings.read(town.root / rig.settings_name, "rig")
        new = {key: each for key, each in {**present, **said}.items() if each is not None}
        content = settings.emit(new)
        settings.parse(content, "rig", rig.settings_name)
        return {rig.settings_name: content}

    return commit.change(town, decide, subject, who)
