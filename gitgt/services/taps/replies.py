"""What is answered to each event: the facts are looked up here, ``model.turns`` decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gitgt.model.turns import (
    SILENCE,
    Deny,
    Ending,
    Reply,
    Source,
    TapEvent,
    Tell,
    Work,
    at_the_end,
    is_of_mail,
    is_said,
    needs_no_look,
)
from gitgt.runtime.progress import Progress
from gitgt.services.taps import post
from gitgt.services.taps.tap import Tap, Then

_Replier = Callable[[Tap, Progress, list[Then]], Reply]


def reply(tap: Tap, now: Progress, then: list[Then]) -> Reply:
    """Return what is answered to *tap*; what is to be done once it was is added to *then*."""
    return _OF_EACH.get(tap.event, _nothing)(tap, now, then)


def _nothing(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    return SILENCE


def _tool(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    """Judge a tool that is about to be used; what it would throw away is saved."""
    from gitgt.model.guard import judge, judge_file, saves_first

    told, without = tap.told, tap.without
    if not told.command:
        refused = judge_file(told.path, without=without)
        return Deny(refused.text) if refused else SILENCE
    refused = judge(told.command, tap.seat.ground(told.cwd, tap.environ), without=without)
    if refused:
        return Deny(refused.text)
    if saves_first(told.command):
        _save(tap)
    return SILENCE


def _save(tap: Tap) -> None:
    from gitgt.git import snapshot

    worktree = tap.seat.worktree
    if worktree is not None and worktree.is_dir():
        snapshot.snapshot(worktree, tap.seat.address)


def _start(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    """Tell who it is and what is on its hook; post too, where a prompt brings none."""
    told = tap.attempt("prime", lambda: _prime(tap), "")
    if tap.dialect.hears(TapEvent.PROMPT_SUBMIT):
        return Tell(told)
    found = _post(tap)
    then.append(found.delivered)
    return Tell("\n\n".join(each for each in (told, found.text) if each))


def _prime(tap: Tap) -> str:
    from gitgt.services import prime

    source = str(Source.said(tap.told.source))
    town = tap.seat.open_town()
    return prime.text(town, tap.seat.address, source=source, session=tap.seat.session)


def _prompt(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    found = _post(tap)
    then.append(found.delivered)
    return Tell(found.text)


def _turn_end(tap: Tap, now: Progress, then: list[Then]) -> Reply:
    if needs_no_look(continued=now.continued) or not tap.dialect.goes_on:
        return SILENCE
    found = _post(tap)
    seen = Ending(
        role=tap.seat.role,
        work=Work() if found.text else _work(tap),
        mail=found.text,
        ids=found.ids,
    )
    reply = at_the_end(seen, continued=now.continued, said=now.said)
    if found.text and (is_of_mail(reply, seen) or is_said(seen, now.said)):
        then.append(found.delivered)
    return reply


def _work(tap: Tap) -> Work:
    if not tap.seat.bead:
        return Work()
    from gitgt.services.taps import standing

    return standing.of(tap.seat)


def _post(tap: Tap) -> post.Post:
    """Return what waits, if the model can be told of it now."""
    if not tap.dialect.hears(tap.event):
        return post.EMPTY
    return tap.attempt("look for post", lambda: post.waiting(tap.seat), post.EMPTY)


def _compact(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    then.append(lambda: _see_to_compaction(tap))
    return SILENCE


def _see_to_compaction(tap: Tap) -> None:
    """Let whoever works beside people hand over to somebody fresh; others leave a note."""
    from gitgt.services.handoff import compaction, over
    from gitgt.services.handoff.seat import seat_of

    town = tap.seat.open_town()
    left = compaction.compacting(town, tap.seat.address)
    if left is not None and left.runs:
        over.end(seat_of(town, tap.seat.address))


def _end(tap: Tap, now: Progress, then: list[Then]) -> Reply:  # noqa: ARG001 - as all are
    """Count what a conversation took that is left while its program goes on.

    Where the program ends as well, that wakes the bookkeeper, and nobody need wait here.
    """
    if Source.said(tap.told.source) is Source.CLEAR:
        then.append(lambda: _count(tap))
    return SILENCE


def _count(tap: Tap) -> None:
    from gitgt.services.costs import counting

    town = tap.seat.open_town()
    counting.count(town, tap.seat.place(town))


_OF_EACH: Final[dict[TapEvent, _Replier]] = {
    TapEvent.SESSION_START: _start,
    TapEvent.PROMPT_SUBMIT: _prompt,
    TapEvent.TOOL_BEFORE: _tool,
    TapEvent.COMPACT_BEFORE: _compact,
    TapEvent.TURN_END: _turn_end,
    TapEvent.SESSION_END: _end,
}
