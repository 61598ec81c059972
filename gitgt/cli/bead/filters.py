"""The options that say which beads a list, a count or a search is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gitgt.cli import exclusive
from gitgt.cli.one_of import OneOf
from gitgt.ledger.selection import Filter, Span
from gitgt.model import when
from gitgt.model.instant import text_of

if TYPE_CHECKING:
    from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])


class _Priorities(click.ParamType[tuple[int, ...]]):
    """``1``, ``P1``, or a range: ``0-2``."""

    name = "priority"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return all priorities that are meant."""
        first, _, last = value.upper().replace("P", "").partition("-")
        if not (first in _KNOWN and (last or first) in _KNOWN):
            self.fail(f"{value!r} is no priority; 1 is one, 0-2 are three", param, ctx)
        if last and last < first:
            self.fail(f"{value!r} goes backwards; {last}-{first} does not", param, ctx)
        return tuple(range(int(first), int(last or first) + 1))


_KNOWN: Final = ("0", "1", "2", "3", "4")
_TIMES: Final = ("created", "updated", "closed")

_OPTIONS: Final = (
    click.option(
        "--status",
        "-s",
        type=OneOf("gitgt.model.lifecycle:BeadStatus"),
        multiple=True,
        help="Only those in this status.",
    ),
    click.option(
        "--type",
        "-t",
        "types",
        type=OneOf("gitgt.model.documents:WorkType"),
        multiple=True,
        help="Only those of this type.",
    ),
    click.option(
        "--priority",
        "-p",
        "priorities",
        metavar="P[-P]",
        type=_Priorities(),
        help="Only those of this priority, or from one to another: 0-1.",
    ),
    click.option("--assignee", "-a", help="Only those on this agent's hook."),
    click.option("--no-assignee", "unassigned", is_flag=True, help="Only those on nobody's."),
    click.option(
        "--label",
        "-l",
        "labels",
        multiple=True,
        help="Only those with this label; all of them, if several.",
    ),
    click.option("--label-any", "any_label", multiple=True, help="With one of these labels."),
    click.option("--parent", metavar="ID", help="Only the children of this one."),
    click.option("--title", metavar="TEXT", help="Only those with this in their title."),
    *(
        click.option(f"--{name}-{end}", metavar="TIME", help=f"Only those {name} {end} then.")
        for name in _TIMES
        for end in ("after", "before")
    ),
    click.option("--overdue", is_flag=True, help="Only those that should be done by now."),
    click.option("--all", "ended", is_flag=True, help="The closed ones too."),
    click.option("--tombstones", is_flag=True, help="The deleted ones too."),
)


def of_beads(function: _Function) -> _Function:
    """Give a command the options by which beads are chosen."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(town: Town, options: dict[str, Any]) -> Filter:
    """Return the filter that the options are; a time may be a span: 2d is two days ago."""
    exclusive.exclude(assignee=options["assignee"], no_assignee=options["unassigned"])
    now = town.clock()
    spans = {
        name: Span(*(_instant(options, name, end, now) for end in _ENDS)) for name in _TIMES
    }
    return Filter(
        status=options["status"],
        types=options["types"],
        labels=options["labels"],
        any_label=options["any_label"],
        created=spans["created"],
        updated=spans["updated"],
        closed=spans["closed"],
        priorities=options["priorities"] or (),
        assignee=options["assignee"] or "",
        unassigned=options["unassigned"],
        parent=_parent(town, options["parent"]),
        title=options["title"] or "",
        overdue=text_of(now) if options["overdue"] else "",
        ended=options["ended"],
        tombstones=options["tombstones"],
    )


_ENDS: Final = ("after", "before")


def _instant(options: dict[str, Any], name: str, end: str, now: float) -> str:
    said = options[f"{name}_{end}"]
    return text_of(when.ago(said, now)) if said else ""


def _parent(town: Town, said: str | None) -> str:
    from gitgt.services import reading

    return reading.identify(town, said) if said else ""
