"""``git gt costs``: what agents took of which model, and what that cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from gitgt.cli import context, output
from gitgt.model.money import GROUPS
from gitgt.model.session_record import BUCKETS

if TYPE_CHECKING:
    from gitgt.model.money import Sum

_DAY: Final = 24 * 60 * 60


@click.command()
@click.option(
    "--by", type=click.Choice(GROUPS), default="agent", show_default=True, help="Of what."
)
@click.option("--by-role", "by", flag_value="role", help="The same as --by role.")
@click.option("--by-rig", "by", flag_value="rig", help="The same as --by rig.")
@click.option("--today", "days", flag_value=1, type=int, help="Of sessions that began today.")
@click.option("--week", "days", flag_value=7, type=int, help="Of these seven days.")
@click.option("--since", metavar="DATE", help="Of sessions that began on that day or later.")
@click.option("--rig", metavar="RIG", help="Only this rig's.")
@click.option("--bead", metavar="BEAD", help="Only for this bead.")
@output.json_option
def command(
    *, by: str, days: int | None, since: str | None, rig: str | None, bead: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Show what agents took, and what that cost.

    A ``?`` and a ``+`` stand for what nobody knows: it is not nothing.
    """
    from gitgt.model.instant import text_of
    from gitgt.services.costs import counting, report

    town = context.town()
    where = town.rig(rig) if rig else None
    counting.count_all(town, where)
    if days:
        since = text_of(town.clock() - (days - 1) * _DAY)[:10]
    found = report.items(town, where, since=since or "")
    found = [each for each in found if not bead or each.record.bead == bead]
    told = report.report(town, found, by)
    if as_json:
        parts = [_fields(each) for each in told.parts]
        output.answer_json({"by": by, "parts": parts, "whole": _fields(told.whole)})
        return
    rows = [_cells(each, each.key or "-") for each in told.parts]
    if rows:
        rows.append(_cells(told.whole, "all"))
    head = (by, "sessions", "input", "output", "cache read", "cache write", "cost")
    output.table(rows, head=head)


def _fields(found: Sum) -> dict[str, Any]:
    return {
        "key": found.key,
        "sessions": found.sessions,
        **{name: getattr(found.usage, name) for name in BUCKETS},
        "dollars": found.dollars,
        "whole": found.is_whole,
        "models": list(found.models),
    }


def _cells(found: Sum, key: str) -> tuple[str, ...]:
    from gitgt.model.money import shown

    tokens = (getattr(found.usage, name) for name in BUCKETS)
    return (
        key,
        str(found.sessions),
        *("?" if each is None else f"{each:,}" for each in tokens),
        shown(found.dollars, is_whole=found.is_whole),
    )
