"""The quick door of taps: ``git-gt tap EVENT --dialect D``, called by agents' programs.

Some programs take exit code 2 for *do not use that tool*. So a mistake in these words, which
stand in some settings file, is answered with 1; and whatever goes wrong behind them with 0.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Final

    from gitgt.services.taps.tap import Tap

_USAGE: Final = 1
# Programs wait for their taps, and show that they do; this long, if something hangs here.
_PATIENCE: Final = 8
_UNTIL_SAID: Final = 1.0
_LONGEST_LOG: Final = 256 * 1024


class _LateError(BaseException):
    """It took too long. No handler of exceptions may catch it on its way out."""


def answer(words: list[str]) -> int:
    """Answer one tap, and return the exit code."""
    try:
        event, dialect, without = _parsed(words)
    except LookupError as error:
        sys.stderr.write(f"gt: {error.args[0]}\nhint: git gt hooks repair\n")
        return _USAGE
    said: list[int] = []
    try:
        _limited(lambda: _serve(event, dialect, without, said))
    except (Exception, _LateError) as error:  # noqa: BLE001 - no fault of ours breaks a session
        _log(f"tap {event}", error)
    return said[-1] if said else 0


def _parsed(words: list[str]) -> tuple[str, str, list[str]]:
    """Return event, dialect and the rules that do not count.

    Raises:
        LookupError: these words mean nothing.
    """
    from gitgt.model.turns import TapEvent
    from gitgt.runtime.taps.dialects import DIALECTS

    given = dict(zip(words[1::2], words[2::2], strict=False))
    without = [each for each in given.pop("--without", "").split(",") if each]
    dialect = given.pop("--dialect", "")
    if not words or words[0] not in [*TapEvent] or len(words) % 2 == 0:
        raise LookupError(f"{' '.join(words[:1])!r} is no event that a tap is called for")
    if given:
        raise LookupError(f"{' '.join(given)!r} is no option of a tap")
    if dialect not in DIALECTS:
        raise LookupError(f"{dialect!r} is no dialect of taps")
    if without and (unknown := {*without} - _rules()):
        raise LookupError(f"{', '.join(sorted(unknown))!r} is no rule of the guards")
    return words[0], dialect, without


def _rules() -> set[str]:
    from gitgt.model.guard import Rule

    return {*Rule}


def _serve(event: str, dialect: str, without: list[str], said: list[int]) -> None:
    """Answer a tap; the exit code that goes with what was said is added to *said*."""
    import time

    from gitgt.model.turns import TapEvent
    from gitgt.runtime.taps import told
    from gitgt.runtime.taps.dialects import DIALECTS, Spoken
    from gitgt.services.taps import gateway
    from gitgt.services.taps.seat import Seat
    from gitgt.services.taps.tap import Tap

    seat = Seat.of(os.environ)
    content = _heard()
    if seat is None:  # a person's own session
        return

    def say(spoken: Spoken) -> None:
        sys.stderr.write(spoken.err)
        sys.stderr.flush()
        try:
            sys.stdout.write(spoken.out)
            sys.stdout.flush()
        except OSError:  # what is left of it is not to fail once more at the end
            from gitgt.cli.exits import mute

            mute()
            raise
        said.append(spoken.code)

    tap: Tap = Tap(
        event=TapEvent(event),
        dialect=DIALECTS[dialect],
        told=told.heard(content),
        seat=seat,
        environ=os.environ,
        now=time.time(),
        log=_log,
        without=tuple(without),
    )
    gateway.serve(tap, say)


def _heard() -> bytes:
    """Return what is on standard input, if there is one that is no terminal."""
    from gitgt.runtime.taps import told

    try:
        file = sys.stdin.fileno()
        return b"" if os.isatty(file) else told.listened(file, patience=_UNTIL_SAID)
    except (OSError, ValueError):
        return b""


def _limited(act: Callable[[], None]) -> None:
    """Run *act* for so long at the most."""

    def late(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - called so
        raise _LateError(f"it took longer than {_PATIENCE} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        act()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _log(what: str, error: BaseException) -> None:
    """Write down what went wrong, where the town's log is; nothing more can be done."""
    import contextlib
    import time
    import traceback

    with contextlib.suppress(OSError):
        folder = f"{os.environ.get('GT_TOWN_ROOT', '')}/.git/gt/log"
        if not os.path.isdir(os.path.dirname(folder)):
            return
        os.makedirs(folder, exist_ok=True)
        path = f"{folder}/taps.log"
        if os.path.exists(path) and os.path.getsize(path) > _LONGEST_LOG:
            os.replace(path, f"{path}.1")
        who = os.environ.get("GT_AGENT", "-")
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            trace = "".join(traceback.format_exception(error))
            file.write(f"{at} {who} {what}\n{trace}\n")
