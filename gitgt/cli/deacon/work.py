"""Work that was given back, and hooks of agents that are gone."""

from __future__ import annotations

import sys
from typing import Final

import click

from gitgt.cli import context, output
from gitgt.model.deacon import Fate

# As in Gas Town; what is left alone is a refusal.
_CODES: Final = {Fate.DISPATCHED: 0, Fate.COOLING: 2, Fate.ESCALATED: 3, Fate.LEFT: 1}


@click.command()
@click.argument("bead")
@output.json_option
def redispatch(*, bead: str, as_json: bool) -> None:
    """Sling work again that was given back: 5 minutes after that, and 3 times at the most.

    Exit code 0: slung; 2: it was given back just now; 3: it gets nowhere, and a person is
    called; 1: it is not open, or cannot be slung. The deacon does it by itself.
    """
    from gitgt.services import reading
    from gitgt.services.deacon import patrol

    town = context.town()
    context.leader(["deacon"])
    name = reading.identify(town, bead)
    found = patrol.again(town, town.ledger_of(name).snapshot().bead(name))
    if as_json:
        output.answer_json(
            {"bead": found.bead, "fate": str(found.fate), "wait": found.wait, "why": found.why}
        )
    else:
        why = f": {found.why}" if found.why else ""
        wait = f", again in {int(found.wait)} s" if found.wait else ""
        output.answer(output.one_line(f"{found.bead} is {found.fate}{why}{wait}"))
    if found.fate is Fate.DISPATCHED:
        context.after_writing(town)
    sys.exit(_CODES[found.fate])


@click.command("redispatch-state")
@output.json_option
def state(*, as_json: bool) -> None:
    """Show what was given back, how often, and what becomes of it."""
    from gitgt.services.deacon import status

    found = status.given_back(context.town())
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    cells = (
        (each.bead, f"given up {each.failures} times", each.fate,
         f"in {int(each.wait)} s" if each.wait else each.why or "-")
        for each in found
    )  # fmt: skip
    output.table(cells, head=("bead", "failures", "fate", ""))


@click.command("stale-hooks")
@click.option("--max-age", type=float, default=3600.0, show_default=True,
              help="For so many seconds.")  # fmt: skip
@click.option("--dry-run", "-n", is_flag=True, help="Take nothing off.")
@output.json_option
def stale_hooks(*, max_age: float, dry_run: bool, as_json: bool) -> None:
    """Take beads off the hooks of agents that are gone for an hour.

    Gone is who is no agent any more and has no session. What is not committed in the worktree
    is saved, the branch stays. The deacon does it by itself.
    """
    from gitgt.services.deacon import status

    town = context.town()
    context.leader(["deacon"])
    found = status.stale_hooks(town, max_age=max_age, dry_run=dry_run)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    for each in found:
        done = "off the hook" if each.released else "on a stale hook"
        output.answer(output.one_line(f"{each.bead} is {done}: {each.evidence}"))
    if not found:
        output.answer("no hook is stale")


@click.command("feed-stranded")
@output.json_option
def feed_stranded(*, as_json: bool) -> None:
    """Let convoys that stand still give out what they can, and show those that still do.

    The convoys' own role does it by itself, with a pause after each bead that failed.
    """
    from gitgt.services.convoy import stranded
    from gitgt.services.convoy.feeding import Feeder
    from gitgt.services.deacon.patrol import WHO

    town = context.town()
    context.leader(["deacon"])
    Feeder(town, WHO).feed()
    found = stranded.stranded(town)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        for each in found:
            output.answer(output.one_line(f"{each.view.convoy.id} is {each.kind}: {each.help}"))
        if not found:
            output.answer("no convoy stands still")
    context.after_writing(town)
