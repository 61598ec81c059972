"""``git gt fsck``: is everything in the ledgers as it should be?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError
from gitgt.services import fsck
from gitgt.services.fsck import Finding
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@click.command()
@context.rig_option
@click.option("--fix", is_flag=True, help="Make good what can be without losing anything.")
@click.option("--full", is_flag=True, help="Let git check every object, too.")
@output.json_option
def command(*, rig: str | None, fix: bool, full: bool, as_json: bool) -> None:
    """Look for what is wrong in the ledgers.

    Whatever is wrong is set aside and disturbs nothing else; here it is told. The exit code is
    1 if something is left. With --fix, files are moved to where they belong and written in the
    canonical form, in one commit; nothing is ever deleted.
    """
    town = context.town()
    told = [_checked(town, each, full=full, fix=fix) for each in context.ledgers_for(town, rig)]
    if as_json:
        output.answer_json([each.fields() for each in told])
    else:
        for each in told:
            _tell(each)
    if wrong := [found for each in told for found in each.findings]:
        raise _refusal(wrong)


@dataclass(frozen=True, slots=True)
class _Told:
    """What was done in one ledger, and what is wrong with it."""

    ledger: str
    done: tuple[str, ...]
    findings: list[Finding]

    def fields(self) -> dict[str, Any]:
        return asdict(self)


def _checked(town: Town, rig: Rig | None, *, full: bool, fix: bool) -> _Told:
    where = "hq" if rig is None else rig.name
    with output.progress(f"checking {where}") as drawn:
        found = fsck.fsck(town, rig, full=full, step=drawn.step)
        if not fix or not any(each.mends for each in found):
            return _Told(where, (), found)
        done = fsck.repair(town, rig, found, context.me()).done
        return _Told(where, done, fsck.fsck(town, rig, full=full, step=drawn.step))


def _tell(told: _Told) -> None:
    for line in told.done:
        output.answer(f"{told.ledger}: {line}")
    for each in told.findings:
        output.answer(f"{told.ledger}: {each.rule}: {each.where}: {each.what}")
        for line in each.hint.splitlines():
            output.answer(f"  hint: {line}")
    if not told.findings:
        output.answer(f"{told.ledger}: all is well")


def _refusal(findings: list[Finding]) -> RefusedError:
    mends = sum(each.mends for each in findings)
    many = "1 thing is" if len(findings) == 1 else f"{len(findings)} things are"
    hint = f"git gt fsck --fix mends {mends}" if mends else ""
    return RefusedError(f"{many} wrong", hint=hint)
