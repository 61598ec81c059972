"""How a program is received that begins on a terminal: its questions are answered, once.

Only what its preset says is answered, only before it is ready, each question once; and only
what it shows is looked at. When it is ready, what could not be an argument is typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from gitgt.model.activity import shows
from gitgt.runtime.terminal.vt import View
from gitgt.values import dataclass

# A program without a sign counts as ready when it has shown the same for so many seconds.
STILL: float = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Strike these keys: the question of that number is asked."""

    question: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """It is ready: type what is to be typed."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done yet."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It took longer than it may."""


Step = Answer | Ready | Wait | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What to do until a program is ready, and then.

    ``dialogs`` are pairs of a pattern and the keys that answer it, ``title`` and ``text`` the
    patterns that say that it is ready. Then ``paste`` is typed, ``submit`` struck, and
    ``after`` started.
    """

    dialogs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    title: str = ""
    text: str = ""
    paste: str = ""
    submit: tuple[str, ...] = ("Enter",)
    patience: float = 180.0
    after: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Mapping[str, Any] | None) -> Self | None:
        """Read what ``asdict`` made, after its way through JSON."""
        if fields is None:
            return None
        dialogs = tuple((match, tuple(keys)) for match, keys in fields["dialogs"])
        lists = {name: tuple(fields[name]) for name in ("submit", "after")}
        return cls(**{**fields, **lists, "dialogs": dialogs})

    def next(
        self, view: View, answered: frozenset[int], *, told: bool, still: float, waited: float
    ) -> Step:
        """Return what to do at the sight of *view*.

        *told*: its taps said that it has begun. *still* is for how many seconds nothing has
        changed there, *waited* since when it was started. Some programs say that they have
        begun, and then ask.
        """
        asked = [n for n, (match, _) in enumerate(self.dialogs) if re.search(match, view.text)]
        for number in asked:
            if number not in answered:
                return Answer(number, self.dialogs[number][1])
        if not asked and (told or self._is_ready(view, still)):
            return Ready()
        return GiveUp() if waited > self.patience else Wait()

    def _is_ready(self, view: View, still: float) -> bool:
        if self.title or self.text:
            return shows((self.title, self.text), view.title, view.text)
        return bool(view.text) and still >= STILL
