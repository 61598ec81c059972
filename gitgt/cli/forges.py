"""Asking the forges of several rigs, one after the other, and telling what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gitgt.cli import context, output
from gitgt.errors import GtError

if TYPE_CHECKING:
    from gitgt.services.forge.synced import Synced
    from gitgt.services.town import Rig, Town


def ask(
    town: Town,
    rig: str | None,
    sync: Callable[[Rig], Synced],
    *,
    nobody: str,
    as_json: bool,
    dry: bool = False,
) -> None:
    """Ask the forge of *rig*, or of each there is; say *nobody* where none is to be asked.

    Raises:
        GtError: one could not be asked; the others were.
    """
    failed: list[GtError] = []
    done: list[Synced] = []
    for each in [town.rig(rig)] if rig else [*town.rigs_here().values()]:
        try:
            with output.progress(f"asking the forge of {each.name}"):
                done.append(sync(each))
        except GtError as error:
            failed.append(error)
    if as_json:
        output.answer_json([each.fields() for each in done])
    else:
        for line in [line for each in done for line in _lines(each)] or [nobody]:
            output.answer(line)
    if not dry and any(each.done for each in done):
        context.after_writing(town)
    if failed:
        raise failed[0]


def _lines(synced: Synced) -> Iterator[str]:
    if not synced.forge:
        return
    for name, what in synced.done:
        yield f"{name or synced.rig}: {what}"
    if synced.trouble:
        yield f"{synced.rig}: {synced.trouble}"
    elif not synced.done:
        yield f"{synced.rig}: nothing new at {synced.forge}"
