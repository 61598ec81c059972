"""The options that stand for fields of a bead, when it is made and when it is changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click

from gitgt.model import plan, when
from gitgt.model.documents import WorkType
from gitgt.model.instant import text_of

_TIMES: Final = ("due_at", "defer_until")
_Function = TypeVar("_Function", bound=Callable[..., object])

_OPTIONS: Final = (
    click.option(
        "--type",
        "-t",
        type=click.Choice([each.value for each in WorkType]),
        help="What kind of work it is.",
    ),
    click.option(
        "--priority", "-p", type=click.IntRange(0, 4), help="0 is the most urgent, 2 is usual."
    ),
    click.option("--description", "-d", help="What is to be done; - reads stdin."),
    click.option("--design", help="How it is to be done."),
    click.option("--acceptance", help="How one can tell that it is done."),
    click.option("--notes", help="Whatever else is known."),
    click.option("--owner", metavar="WHO", help="Who answers for it."),
    click.option(
        "--patience", metavar="TIME", help="How long nothing need be heard of its agent: 4h."
    ),
    click.option("--estimate", metavar="TIME", help="How long it takes: 90 (minutes), 1.5h."),
    click.option("--parent", metavar="ID", help="The epic that it is a part of."),
    click.option("--target", metavar="BRANCH", help="The branch to land on, if not the rig's."),
    click.option("--external", metavar="REF", help="Its name in another tracker."),
    click.option("--due", "due_at", metavar="TIME", help="When it is due."),
    click.option(
        "--defer", "defer_until", metavar="TIME", help="When it is to be looked at again."
    ),
)


def of_a_bead(function: _Function) -> _Function:
    """Give a command an option for each field that people set."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(options: Mapping[str, Any], *, now: float) -> dict[str, Any]:
    """Return those that were given, as fields; times may be said from *now* on."""
    found = {name: value for name, value in options.items() if value is not None}
    if found.get("description") == "-":
        found["description"] = sys.stdin.read().rstrip("\n")
    if "estimate" in found:
        found["estimate"] = plan.minutes(found["estimate"]) if found["estimate"] else 0
    for name in _TIMES:
        if found.get(name):
            found[name] = text_of(when.ahead(found[name], now))
    return {**found, "type": WorkType(found["type"])} if "type" in found else found
