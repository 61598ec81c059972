"""What commands on one or several beads have in common: their ids, and how they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from gitgt.cli import output
from gitgt.services import reading

if TYPE_CHECKING:
    from gitgt.model.documents import Document
    from gitgt.model.ids import BeadId
    from gitgt.services.several import Changed
    from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])


def several(function: _Function) -> _Function:
    """Give a command one or more ids, which it gets as ``names``."""
    return click.argument("names", metavar="ID...", nargs=-1, required=True)(function)


def named(town: Town, names: Iterable[str]) -> list[BeadId]:
    """Return the ids that *names* are, or are the only beginnings of."""
    return [reading.identify(town, each) for each in names]


def documents(found: Sequence[Document]) -> None:
    """Answer in JSON: one document as it is, several as a list."""
    output.answer_json(documents_fields(found))


def documents_fields(found: Sequence[Document]) -> object:
    """Return what ``documents`` answers."""
    fields = [each.fields() for each in found]
    return fields[0] if len(fields) == 1 else fields


def changed(done: Sequence[Changed], line: str, *, as_json: bool) -> None:
    """Answer with changed beads; in *line*, ``{}`` stands for the id."""
    if as_json:
        documents([each.bead for each in done])
        return
    for each in done:
        name = each.bead.id
        output.answer(
            line.replace("{}", name)
            if each.fresh
            else f"nothing changed: {name} says so already"
        )
