"""``git gt gate sync``: exchange probes and verdicts with a forge's runners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.services.gates.probe_round import Done


@click.command("sync")
@click.argument("rig")
@output.json_option
def ask(*, rig: str, as_json: bool) -> None:
    """Hand probes to the forge's runners now, and read what they say.

    The watcher does so by itself, as long as a gate is at work there.
    """
    from gitgt.services.gates import probe_round

    town = context.town()
    with output.progress(f"asking the forge of {rig}"):
        done = probe_round.sync(town, town.rig(rig))
    if as_json:
        output.answer_json(done.fields())
    else:
        for line in _lines(done):
            output.answer(line)
    if done.answered or done.removed:
        context.after_writing(town)


def _lines(done: Done) -> Iterator[str]:
    yield from (f"pushed the probe {commit[:12]}" for commit in done.pushed)
    for name, commit, said in done.answered:
        why = f": {output.one_line(said.why)}" if said.why else ""
        yield f"{name} on {commit[:12]}: {said.verdict}{why}"
    yield from (f"removed the probe {commit[:12]}" for commit in done.removed)
    if done.trouble:
        yield f"{done.rig}: {output.one_line(done.trouble)}"
    elif done.waiting:
        gates = "1 gate" if done.waiting == 1 else f"{done.waiting} gates"
        yield f"{done.rig}: {gates} at work on the forge's runners"
    else:
        yield f"{done.rig}: nothing at work on the forge's runners"
