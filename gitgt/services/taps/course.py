"""How far a session is, told by its taps: pure, from what it was and what was said.

A program tells its name for the session and where it writes only now and then; what it once
told stays.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

from gitgt.model.turns import GoOn, TapEvent
from gitgt.runtime.progress import Progress, Turn
from gitgt.runtime.taps.told import Told

_TEXT: Final = "text "
_REMEMBERED: Final = 60
_TURNS: Final = {
    TapEvent.SESSION_START: Turn.READY,
    TapEvent.PROMPT_SUBMIT: Turn.BUSY,
    TapEvent.TOOL_BEFORE: Turn.BUSY,
    TapEvent.TOOL_AFTER: Turn.BUSY,
    TapEvent.COMPACT_BEFORE: Turn.COMPACTING,
    TapEvent.TURN_END: Turn.IDLE,
    TapEvent.SESSION_END: Turn.ENDED,
}


def after(old: Progress, event: TapEvent, told: Told, *, now: float) -> Progress:
    """Return how the session goes on once *event* was told.

    A prompt begins a turn, unless it is what we made the last turn go on with: some programs
    call that a prompt, too.
    """
    turn = _TURNS[event]
    if old.turn is Turn.ENDED and event is not TapEvent.SESSION_START:
        turn = Turn.ENDED  # a straggler
    fresh = event is TapEvent.PROMPT_SUBMIT and mark_of(told.prompt) not in old.said
    return replace(
        old,
        turn=turn,
        at=old.at if turn is old.turn else now,
        conversation=told.conversation or old.conversation,
        transcript=told.transcript or old.transcript,
        model=told.model or old.model,
        continued=0 if fresh else old.continued,
    )


def going_on(old: Progress, reply: GoOn, *, now: float) -> Progress:
    """Return how the session goes on once its turn was made to."""
    said = (*old.said, reply.reason, mark_of(reply.text))[-_REMEMBERED:]
    return replace(old, turn=Turn.BUSY, at=now, continued=old.continued + 1, said=said)


def mark_of(text: str) -> str:
    """Return by what a text is known again that we gave a program to go on with."""
    said = text.strip().encode(errors="replace")
    return f"{_TEXT}{len(said)} {zlib.crc32(said):08x}"  # hashlib would import OpenSSL: 3 ms


def is_news(old: Progress, new: Progress) -> bool:
    """Tell whether the program told of itself what nobody knew."""
    return any(
        getattr(old, name) != getattr(new, name)
        for name in ("conversation", "transcript", "model")
    )
