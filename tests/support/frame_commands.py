"""Commands that end in every way a command can end, for the tests of the frame."""

from __future__ import annotations

import click

from gitgt.cli import output
from gitgt.errors import BusyError, NewerDataError, RefusedError

_ENDS: dict[str, BaseException] = {
    "refused": RefusedError("cannot sling a bead that is closed", hint="git gt bead reopen"),
    "busy": BusyError("somebody else is at it"),
    "newer": NewerDataError("format 9 is newer than this gitgt"),
    "interrupted": KeyboardInterrupt(),
    "aborted": click.Abort(),
    "nobody-reads": BrokenPipeError(),
    "bug": KeyError("nux\nnux"),
    "left": click.exceptions.Exit(1),
}


@click.command()
@click.argument("how", type=click.Choice([*_ENDS, "well"]))
@output.json_option
def ending(how: str, *, as_json: bool) -> None:
    """End in some way."""
    if how in _ENDS:
        raise _ENDS[how]
    output.answer_json({"ended": how}) if as_json else output.answer(f"ended {how}")


@click.group()
def group() -> None:
    """Hold a command."""


group.add_command(ending)
