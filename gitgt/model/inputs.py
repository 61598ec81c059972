"""Which paths of a tree a gate sees: globs, read as git reads ``:(glob)`` pathspecs.

``*`` and ``?`` stop at a slash, ``**`` does not; what names a folder takes in all below it, and
``!`` in front takes out again, whatever else was said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from fnmatch import translate
from functools import lru_cache
from typing import Final, Self

from gitgt.values import dataclass

_ANY_FOLDERS: Final = "**"


class Part(Enum):
    """How much of a path is seen."""

    ALL = "all"
    NONE = "none"
    SOME = "some"  # a folder of which something may be


@dataclass(frozen=True, slots=True)
class Inputs:
    """The globs of one gate, in segments."""

    taken: tuple[tuple[str, ...], ...]
    left_out: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, globs: Sequence[str]) -> Self:
        """Read globs; if all of them only take out, they take out of everything."""
        taken = tuple(_segments(each) for each in globs if not each.startswith("!"))
        out = tuple(_segments(each[1:]) for each in globs if each.startswith("!"))
        return cls(taken or ((_ANY_FOLDERS,),), out)

    def of(self, path: str, *, folder: bool) -> Part:
        """Return how much of *path* is seen, of which what it lies in is seen in part."""
        at = tuple(path.split("/"))
        if any(_takes_in(glob, at, folder) for glob in self.left_out):
            return Part.NONE
        is_taken = any(_takes_in(glob, at, folder) for glob in self.taken)
        if not folder:
            return Part.ALL if is_taken else Part.NONE
        if is_taken:
            return Part.SOME if any(_reaches(glob, at) for glob in self.left_out) else Part.ALL
        return Part.SOME if any(_reaches(glob, at) for glob in self.taken) else Part.NONE


def _segments(glob: str) -> tuple[str, ...]:
    return tuple(each for each in glob.split("/") if each not in ("", "."))


def _takes_in(glob: tuple[str, ...], path: tuple[str, ...], folder: bool) -> bool:  # noqa: FBT001
    """Tell whether *glob* names *path*, or all that is in it if it is a folder."""
    whole = folder and glob[-1:] == (_ANY_FOLDERS,)
    return _names(glob, path) or (whole and _names(glob[:-1], path))


@lru_cache(maxsize=4096)
def _names(glob: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Tell whether *glob* names *path*, or a folder that it lies in."""
    if not glob:
        return True  # all of it was used up: the rest lies below
    if not path:
        return False
    if glob[0] == _ANY_FOLDERS:
        below = len(glob) == 1 or _names(glob[1:], path)
        return below or _names(glob, path[1:])
    return _is_like(glob[0], path[0]) and _names(glob[1:], path[1:])


@lru_cache(maxsize=4096)
def _reaches(glob: tuple[str, ...], folder: tuple[str, ...]) -> bool:
    """Tell whether *glob* may name something below *folder*."""
    if not folder or not glob:
        return bool(glob)
    if glob[0] == _ANY_FOLDERS:
        return True
    return _is_like(glob[0], folder[0]) and _reaches(glob[1:], folder[1:])


def _is_like(glob: str, name: str) -> bool:
    return _pattern(glob).match(name) is not None


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
