"""``git gt doctor``: what is wrong here, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.errors import EnvironmentProblemError

if TYPE_CHECKING:
    from gitgt.services.doctor.checkup import Round
    from gitgt.services.doctor.finding import Finding

_COLORS = {"error": "red", "warning": "yellow"}


@click.command("check")
@click.option("--rig", metavar="RIG", help="Only this rig, and the town.")
@click.option("--fix", is_flag=True, help="Make good what can be without losing anything.")
@click.option("--online", is_flag=True, help="Also ask remotes whether they answer.")
@click.option("--verbose", "-v", is_flag=True, help="Tell also what is well.")
@output.json_option
def command(*, rig: str | None, fix: bool, online: bool, verbose: bool, as_json: bool) -> None:
    """Look whether all is well here.

    Everything that is wrong comes with what to type. With --fix, what can be is made good;
    nothing is ever stopped or deleted. The exit code is 1 if something does not work.
    """
    from gitgt.services.doctor import checkup

    town = context.town()
    where = town.rig(rig) if rig else None
    if fix:
        context.person("making it good is")
    with output.progress("looking") as drawn:
        checks = checkup.CHECKS if online else checkup.USUAL
        seen = checkup.make(town, where, fix=fix, checks=checks, step=drawn.step)
    if as_json:
        found = [each.fields() for each in seen.findings]
        output.answer_json({"done": list(seen.done), "findings": found})
    else:
        for line in _lines(seen, verbose=verbose):
            output.answer(line)
    if seen.errors:
        raise _refusal(seen)


def _lines(seen: Round, *, verbose: bool) -> Iterator[str]:
    yield from seen.done
    for each in seen.findings:
        yield from _told(each)
    wrong = {each.check for each in seen.findings}
    if verbose:
        yield from (f"{each}: well" for each in seen.checks if each not in wrong)
    if not seen.findings:
        yield "all is well"


def _told(found: Finding) -> Iterator[str]:
    level = output.paint(found.level, _COLORS[found.level])
    yield f"{found.where}: {found.check}: {level}: {output.one_line(found.what)}"
    for line in found.hint.splitlines():
        yield f"  {line}"


def _refusal(seen: Round) -> EnvironmentProblemError:
    count = len(seen.errors)
    mends = sum(each.mends for each in seen.findings)
    many = "1 thing does" if count == 1 else f"{count} things do"
    hint = f"git gt doctor --fix mends {mends}" if mends else ""
    return EnvironmentProblemError(f"{many} not work", hint=hint)
