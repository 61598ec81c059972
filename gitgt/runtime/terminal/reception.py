"""Receive a program that begins on a terminal, as its greeting says, until it is ready.

The supervisor lets it look again and again, and only until then.
"""

from __future__ import annotations

from typing import Final

from gitgt.errors import GtError
from gitgt.runtime import progress
from gitgt.runtime.notes import write_whole
from gitgt.runtime.process import TOWN_MARK, Spec, start_detached
from gitgt.runtime.progress import Progress, Turn
from gitgt.runtime.terminal.greeting import Answer, GiveUp, Ready, Wait
from gitgt.runtime.terminal.stages import Stage
from gitgt.runtime.terminal.vt import View

UNREADY: Final = "unready"
_LOOK_EVERY: Final = 0.25


class Reception:
    """Looks at one terminal until its program is ready."""

    def __init__(self, spec: Spec, stage: Stage) -> None:
        self._spec = spec
        self._stage = stage
        self._answered: frozenset[int] = frozenset()
        self._looked = 0.0
        self._seen: View | None = None
        self._changed = 0.0
        self._is_over = spec.greeting is None

    @property
    def again_in(self) -> float | None:
        """In how many seconds it wants to look; None if never."""
        return None if self._is_over else _LOOK_EVERY

    def look(self, waited: float) -> None:
        """Look, *waited* seconds after the start, and do what is to be done."""
        if self._is_over or waited - self._looked < _LOOK_EVERY:
            return
        self._looked = waited
        view = self._stage.view()
        if view is None:
            return
        if view != self._seen:
            self._seen, self._changed = view, waited
        try:
            self._act(view, waited)
        except GtError as error:
            self._end(error.message)

    def _act(self, view: View, waited: float) -> None:
        greeting = self._spec.greeting
        assert greeting is not None
        turn = progress.read(self._spec.directory).turn
        still = waited - self._changed
        # Copilot calls its first tap, and then asks whether the folder is to be trusted.
        is_settled = turn is Turn.READY and not greeting.dialogs
        told = is_settled or turn not in (Turn.STARTING, Turn.READY)
        match greeting.next(view, self._answered, told=told, still=still, waited=waited):
            case Answer(question, keys):
                self._answered |= {question}
                self._stage.paste("", keys)
            case Ready():
                self._receive(told=turn is not Turn.STARTING)
            case GiveUp():
                self._end(f"it was not ready after {greeting.patience:.0f} seconds")
            case Wait():
                return

    def _receive(self, *, told: bool) -> None:
        greeting = self._spec.greeting
        assert greeting is not None
        self._is_over = True
        if greeting.paste:
            self._stage.paste(greeting.paste, greeting.submit)
        if not told:
            progress.change(self._spec.directory, _ready)
        if greeting.after:
            start_detached(greeting.after, self._spec.env.get(TOWN_MARK, ""))

    def _end(self, why: str) -> None:
        self._is_over = True
        write_whole(self._spec.directory / UNREADY, why)


def _ready(before: Progress) -> Progress:
    return before if before.turn is not Turn.STARTING else Progress(turn=Turn.READY)
