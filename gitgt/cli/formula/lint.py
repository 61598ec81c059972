"""``git gt formula lint``."""

from __future__ import annotations

from dataclasses import asdict

import click

from gitgt.cli import context, output
from gitgt.cli.formula import given
from gitgt.errors import GtError, RefusedError
from gitgt.model.formula.form import Finding, Severity
from gitgt.model.formula.lint import lint
from gitgt.services.formula.library import Formulas

_SHOWN = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.IGNORED: "ignored"}


@click.command()
@click.argument("names", metavar="[NAME|FILE]...", nargs=-1)
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@context.rig_option
@output.json_option
def command(*, names: tuple[str, ...], strict: bool, rig: str | None, as_json: bool) -> None:
    """Check formulas: all that are to be had here, or those that are named.

    Each finding says file, line and key, what is wrong, and the way out. Errors fail.
    """
    known = given.formulas(rig)
    wanted = names or tuple(place.name for place in known.every())
    found = [(name, *each) for name in wanted for each in _findings(known, name)]
    if as_json:
        output.answer_json([_fields(name, line, each) for name, line, each in found])
    else:
        for _, line, each in found:
            _answer(line, each)
    bad = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    wrong = sum(each.severity in bad for _, _, each in found)
    if wrong:
        raise RefusedError(f"{wrong} thing{'' if wrong == 1 else 's'} to mend")
    if not as_json:
        count = len(wanted)
        output.answer(f"{count} formula{' is' if count == 1 else 's are'} in order")


def _findings(known: Formulas, name: str) -> list[tuple[str, Finding]]:
    try:
        loaded = known.load(name)
    except GtError as error:
        return [(error.message, Finding(Severity.ERROR, "", error.message, error.hint))]
    found = list(loaded.findings)
    if not any(each.severity is Severity.ERROR for each in found):
        found += lint(loaded.formula, known.get)
    told = [(loaded.told(each), loaded.placed(each)) for each in found]
    if any(each.severity is Severity.ERROR for each in found):
        return told
    try:
        return told + known.about_overlay(name)
    except GtError as error:
        return [*told, (error.message, Finding(Severity.ERROR, "", error.message, error.hint))]


def _answer(line: str, finding: Finding) -> None:
    output.answer(f"{_SHOWN[finding.severity]}: {line}")
    if finding.hint:
        output.answer(f"  hint: {finding.hint}")


def _fields(name: str, line: str, finding: Finding) -> dict[str, object]:
    return {
        "formula": name,
        "told": line,
        **asdict(finding),
        "severity": _SHOWN[finding.severity],
    }
