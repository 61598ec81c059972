"""See the watcher's log, and begin it anew."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command("logs")
@click.option("--lines", "-n", type=click.IntRange(min=1), default=50, show_default=True,
              help="How many lines.")  # fmt: skip
@click.option("--follow", "-f", "goes_on", is_flag=True, help="And what comes; ^C ends.")
@click.option("--printed", is_flag=True, help="What it printed when it ran in the background.")
def show(*, lines: int, goes_on: bool, printed: bool) -> None:
    """Show the end of the watcher's log."""
    from gitgt.daemon import logfiles

    path = logfiles.log_of(context.town().gt, printed=printed)
    for line in logfiles.tail(path, lines):
        output.answer(line)
    if goes_on:
        for line in logfiles.follow(path):
            output.answer(line)


@click.command("rotate-logs")
@click.option("--force", "-f", is_flag=True, help="Also those that are small.")
@output.json_option
def rotate(*, force: bool, as_json: bool) -> None:
    """Begin the watcher's logs anew, if they are big.

    The two before are kept.
    """
    from gitgt.daemon import logfiles

    done = logfiles.rotate(context.town().gt, force=force)
    if as_json:
        output.answer_json({"rotated": [str(each) for each in done]})
        return
    for each in done:
        output.answer(f"begun anew: {each}")
    if not done:
        output.answer("nothing changed: no log is big")
