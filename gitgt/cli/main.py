"""From words to a command, and from whatever it raises to two lines and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from gitgt.cli import output, pending, rehearsing
from gitgt.cli.catalog import HIDDEN, find, visible
from gitgt.cli.exits import BROKEN_PIPE, BUG, INTERRUPTED, USAGE, mute
from gitgt.cli.loading import command_of
from gitgt.errors import GtError, NotFoundError
from gitgt.ledger import act

# What git exports to hooks and aliases, and with --git-dir. It names one repository; we work
# on several, so it would send questions to the wrong one. What a git hook starts keeps it.
# That a push is in quarantine is kept: who judges it sees to it that it is the right one.
_OF_ONE_REPOSITORY: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)


# No bug of ours, wherever it comes up.
_OF_THE_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def run(words: list[str], *, called: str = "git gt") -> int:
    """Run one command line, and return its exit code."""
    start = Path.cwd() if _stands_somewhere() else Path("/")
    try:
        with _quiet_when_nobody_reads():
            return _dispatch(words, called)
    except GtError as error:
        _complain(error.message, error.hint)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        output.say(error.format_message())
        return USAGE
    except click.ClickException as error:
        _complain(_lowered(error.format_message()), _usage_hint(error, called))
        return error.exit_code if isinstance(error, click.UsageError) else 1
    except (KeyboardInterrupt, click.Abort):
        output.say("")
        return INTERRUPTED
    except BrokenPipeError:
        mute()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last door: a bug ends in a file, not on the screen
        return _confess(error, words, start)


def _dispatch(words: list[str], called: str) -> int:
    words = _moved(words)
    if not words or words == ["help"]:
        raise click.UsageError("which command?")
    if words[0] == "help":
        words = [words[1], "-h"]
    entry = find(words[0])
    if entry is None:
        raise click.UsageError(_unknown(words[0]))
    name = called if called == "git bd" else f"{called} {entry.name}"
    if entry.group == HIDDEN:
        return _invoke(command_of(entry), words[1:], name)
    _forget_the_repository()
    is_to_say = pending.see_to(words)
    act.begin()
    code = _invoke(command_of(entry), words[1:], name)
    if is_to_say:
        pending.say()
    return code


def _invoke(command: click.Command, words: list[str], name: str) -> int:
    """Run a click command without click's own way of dying."""
    settings = {"help_option_names": ["-h", "--help"], **command.context_settings}
    try:
        with (
            rehearsing.stage(words),
            command.make_context(name, list(words), **settings) as context,
        ):
            command.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return 0


def _moved(words: list[str]) -> list[str]:
    """Go where ``-C PATH`` says, as git does, and return the other words."""
    while words[:1] == ["-C"]:
        if len(words) == 1:
            raise click.UsageError("-C needs a path")
        try:
            os.chdir(words[1])
        except OSError as error:
            raise NotFoundError(f"cannot go to {words[1]}: {error.strerror}") from error
        words = words[2:]
    return words


def _forget_the_repository() -> None:
    for name in _OF_ONE_REPOSITORY:
        os.environ.pop(name, None)


def _unknown(word: str) -> str:
    if word.startswith("-"):
        return f"no such option: {word}"
    from difflib import get_close_matches

    close = get_close_matches(word, [entry.name for entry in visible()], n=3)
    meant = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"{word!r} is no command{meant}"


def _usage_hint(error: click.ClickException, called: str) -> str:
    if not isinstance(error, click.UsageError):
        return ""
    return f"{error.ctx.command_path if error.ctx else called} -h"


def _lowered(message: str) -> str:
    """Make click's sentence one of ours: lower case, one line, no full stop."""
    message = " ".join(message.split())
    first_word = message.split(" ", 1)[0]
    message = message if first_word.isupper() else message[:1].lower() + message[1:]
    return message.removesuffix(".")


def _complain(message: str, hint: str) -> None:
    output.say(f"gt: {message}")
    if hint:
        output.say(f"hint: {hint}")


def _confess(error: Exception, words: list[str], start: Path) -> int:
    from gitgt.cli.crash import keep_traceback

    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        _complain(_of_the_disk(error), "")
        return 1
    if isinstance(error, FileNotFoundError) and not _stands_somewhere():
        _complain("the folder that we stand in is gone", "cd somewhere else")
        return 1
    what = " ".join(str(error).split())
    _complain(
        f"a bug in gitgt: {type(error).__name__}{': ' if what else ''}{what}",
        f"please report it, with the traceback {keep_traceback(error, words, start=start)}",
    )
    return BUG


def _of_the_disk(error: OSError) -> str:
    where = f"{error.filename} cannot be used: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}"


def _stands_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def _quiet_when_nobody_reads() -> Iterator[None]:
    """Write what is buffered while a broken pipe can still be caught."""
    try:
        yield
    finally:
        sys.stdout.flush()
