"""The gateway: a tap is heard, noted and answered, and then what follows from that is done.

It never breaks a session: what goes wrong here is logged, and nothing is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from gitgt.model.turns import SILENCE, GoOn, Reply, TapEvent
from gitgt.runtime import progress
from gitgt.runtime.progress import Progress
from gitgt.runtime.taps.dialects import Spoken
from gitgt.services.taps import course, post, replies
from gitgt.services.taps.tap import Tap, Then

_DELIVER = (TapEvent.SESSION_START, TapEvent.PROMPT_SUBMIT, TapEvent.TURN_END)


def serve(tap: Tap, say: Callable[[Spoken], None]) -> None:
    """Hear *tap*, *say* what is answered, and do what follows from it."""
    if tap.event is TapEvent.COMPACT_BEFORE and not tap.dialect.compacts:
        return
    before, now = _noted(tap)
    alone = tap.event in _DELIVER and tap.seat.folder.is_dir()
    with post.at_the_box(tap.seat) if alone else nullcontext():
        _answer(tap, now, say)
    if course.is_news(before, now):
        tap.attempt("record", lambda: _record(tap, now), None)


def _answer(tap: Tap, now: Progress, say: Callable[[Spoken], None]) -> None:
    then: list[Then] = []
    silence: Reply = SILENCE
    reply = tap.attempt("answer", lambda: replies.reply(tap, now, then), silence)
    say(tap.dialect.speak(tap.event, tap.told.called, reply))
    if isinstance(reply, GoOn):
        went_on = reply
        then.insert(0, lambda: _go_on(tap, went_on))
    for each in then:
        tap.attempt("what follows", each, None)


def _noted(tap: Tap) -> tuple[Progress, Progress]:
    """Note how far the session is; return how far it was, and how far it is."""
    seen = [Progress()]

    def decide(old: Progress) -> Progress:
        seen.append(old)
        return course.after(old, tap.event, tap.told, now=tap.now)

    if not tap.seat.folder.is_dir():
        return seen[-1], seen[-1]
    now = tap.attempt("note", lambda: progress.change(tap.seat.folder, decide), seen[0])
    return seen[-1], now


def _go_on(tap: Tap, reply: GoOn) -> None:
    folder = tap.seat.folder
    progress.change(folder, lambda old: course.going_on(old, reply, now=tap.now))


def _record(tap: Tap, now: Progress) -> None:
    """Record for good what the program told of itself."""
    from gitgt.services.sessions import session_records

    town = tap.seat.open_town()
    session_records.note_told(
        town, tap.seat.place(town), tap.seat.address, tap.seat.session,
        conversation=now.conversation, transcript=now.transcript, model=now.model,
    )  # fmt: skip
