"""``git gt patrol``: what the witness's rounds find and do, and what came of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output, witness
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.model.health.findings import Step
    from gitgt.services.town import Town

command = Noun(
    "See what is odd about the agents of a rig.",
    {
        "scan": "gitgt.cli.patrol:scan",
        "new": "gitgt.cli.patrol:new",
        "report": "gitgt.cli.patrol:report",
        "digest": "gitgt.cli.patrol:digest",
    },
    usual="scan",
)


@click.command()
@context.rig_option
@click.option("--notify", is_flag=True, help="Tell the mayor by mail what is found.")
@click.option("--verbose", "-v", is_flag=True, help="With the evidence.")
@output.json_option
def scan(*, rig: str | None, notify: bool, verbose: bool, as_json: bool) -> None:
    """List what is odd about agents; nothing is done about it.

    What the witness makes of it stands beside it.
    """
    from gitgt.services.witness import notices
    from gitgt.services.witness import scan as scanning

    town = context.town()
    found = [(each, scanning.steps(town, each)) for each in witness.rigs(town, rig)]
    _show([step for _, steps in found for step in steps], verbose=verbose, as_json=as_json)
    if notify:
        for each, steps in found:
            notices.tell(town, each, steps)


@click.command()
@context.rig_option
@click.option("--role", type=click.Choice(["witness"]), help="Whose: the witness's.")
@output.json_option
def new(*, rig: str | None, role: str | None, as_json: bool) -> None:  # noqa: ARG001 - one role
    """Go on a round now, and list what was done."""
    from gitgt.services.witness import rounds

    town = context.town()
    done: list[Step] = []
    for each in witness.rigs(town, rig):
        done += [*rounds.go(town, each).done, *rounds.save(town, each)]
    _show(done, verbose=True, as_json=as_json)
    context.after_writing(town)


def _show(steps: Sequence[Step], *, verbose: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json([each.fields() for each in steps])
        return
    if not verbose:
        rows = [_row(each) for each in steps]
        output.table(rows, head=("kind", "agent", "bead", "act"))
        return
    for each in steps:
        output.answer("  ".join(_row(each)))
        for line in each.finding.evidence:
            output.answer(f"  {line}")


def _row(step: Step) -> tuple[str, ...]:
    finding = step.finding
    return (str(finding.kind), finding.address, finding.bead or "-", step.act.word)


@click.command()
@context.rig_option
@click.option("--since", default="1h", metavar="TIME", help="From when on; 1h is usual.")
@output.json_option
def report(*, rig: str | None, since: str, as_json: bool) -> None:
    """List what the witness did lately, the latest last."""
    from gitgt.model import when
    from gitgt.services.witness import digest

    town = context.town()
    first = when.ago(since, town.clock())
    did = [act for each in witness.rigs(town, rig) for act in digest.acts(town, each, first)]
    if as_json:
        output.answer_json([each.fields() for each in did])
        return
    rows = [(each.at, each.kind, each.address, each.bead or "-", each.act) for each in did]
    output.table(rows, head=("at", "kind", "agent", "bead", "act"))


@click.command()
@context.rig_option
@click.option("--yesterday", is_flag=True, help="Of yesterday.")
@click.option("--date", default="", metavar="DATE", help="Of another day: 2026-11-22.")
@output.json_option
def digest(*, rig: str | None, yesterday: bool, date: str, as_json: bool) -> None:
    """Count what became of the agents of a rig on one day.

    Days are those of UTC. It is counted anew each time.
    """
    from gitgt.services.witness import digest as digests

    if yesterday and date:
        raise click.UsageError("--yesterday or --date, not both")
    town = context.town()
    since = _beginning(town, date) - (digests.DAY if yesterday else 0.0)
    found = [digests.of(town, each, since) for each in witness.rigs(town, rig)]
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.blocks([f"{each.rig}  {each.day}", *_counted(each.counts)] for each in found)


def _counted(counts: dict[str, int]) -> list[str]:
    said = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    return [f"  {', '.join(said) or 'nothing happened'}"]


def _beginning(town: Town, date: str) -> float:
    """Return when a day began; today, where none is named."""
    from gitgt.model import when
    from gitgt.services.witness.digest import DAY

    if date:
        return when.ago(date, town.clock())
    return town.clock() // DAY * DAY
