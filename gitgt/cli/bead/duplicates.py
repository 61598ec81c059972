"""``git gt bead duplicates``."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@context.rig_option
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="How much alike they are at least; 1 is the same words.",
)
@click.option("--all", "ended", is_flag=True, help="Among the closed ones, too.")
@click.option("--limit", "-n", type=click.IntRange(min=1), default=50, help="At most so many.")
@click.option(
    "--merge",
    nargs=2,
    metavar="ID INTO",
    help="Close ID as a duplicate of INTO.",
)
@output.json_option
def command(
    *,
    rig: str | None,
    least: float,
    ended: bool,
    limit: int,
    merge: tuple[str, str] | None,
    as_json: bool,
) -> None:
    """List pairs of beads that may be the same work, or merge two of them.

    What is alike is judged by the words of titles and texts; whether it is the same, by you.
    """
    from gitgt.ledger.selection import Filter
    from gitgt.services import duplicates

    town = context.town()
    if merge:
        _merge(*merge, as_json=as_json)
        return
    places = context.ledgers_for(town, rig)
    found = duplicates.candidates(town, places, Filter(ended=ended), least=least)[:limit]
    if as_json:
        output.answer_json([{"beads": [a, b], "score": score} for a, b, score in found])
        return
    titles = _titles([name for pair in found for name in pair[:2]])
    output.table(
        [(f"{score:.2f}", a, titles[a], b, titles[b]) for a, b, score in found],
        head=("alike", "id", "title", "id", "title"),
    )


def _titles(names: list[str]) -> dict[str, str]:
    from gitgt.services import reading

    town = context.town()
    return {name: reading.show(town, name).title for name in names}


def _merge(bead: str, into: str, *, as_json: bool) -> None:
    from gitgt.services import duplicates, reading

    town = context.town()
    name, other = reading.identify(town, bead), reading.identify(town, into)
    closed = duplicates.merge(town, name, other, context.me())
    if as_json:
        output.answer_json(closed.fields())
    else:
        output.answer(f"closed {name} as a duplicate of {other}")
    context.after_writing(town)
