"""What commands about formulas have in common: where we stand, and ``--var``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click

from gitgt.cli import context, output
from gitgt.errors import NotATownError, RefusedError
from gitgt.model.formula.form import Finding
from gitgt.services.formula.library import Formulas
from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])


def var_option(function: _Function) -> _Function:
    """Give a command ``--var``, which it gets as ``given``; ``--set`` is the same."""
    return click.option(
        "--var", "--set", "given", metavar="NAME=VALUE", multiple=True,
        help="The value of a variable; may be given again.",
    )(function)  # fmt: skip


def values(given: Iterable[str]) -> dict[str, str]:
    """Return what ``--var`` said, by name.

    Raises:
        RefusedError: one of them says no value.
    """
    found = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise RefusedError(f"{each!r} gives no variable a value", hint="--var name=value")
        found[name.strip()] = value
    return found


def town_or_none() -> Town | None:
    """Return the town that we stand in, if it is one: formulas can be looked at outside."""
    try:
        return context.town()
    except NotATownError:
        return None


def formulas(rig: str | None = None, town: Town | None = None) -> Formulas:
    """Return the formulas that are to be had where we stand, or in *rig*."""
    where = town or town_or_none()
    if where is None:
        return Formulas(None)
    return Formulas(where, where.rig(rig) if rig else where.rig_at(Path.cwd()))


def say_findings(name: str, findings: Iterable[Finding]) -> None:
    """Tell what somebody may want to know about a formula that works."""
    for each in findings:
        where = f"{each.where}: " if each.where else ""
        output.say(f"note: {name}: {where}{each.what}")
