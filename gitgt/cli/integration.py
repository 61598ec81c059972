"""``git gt mq integration``: collect the work of an epic on a branch, and land it as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.services.integration.refreshing import Refreshed
    from gitgt.services.integration.standing import View

command = Noun(
    "Collect the work of an epic on a branch, and land it as one.",
    {
        "create": "gitgt.cli.integration:create",
        "list": "gitgt.cli.integration:show_all",
        "status": "gitgt.cli.integration:status",
        "refresh": "gitgt.cli.integration:refresh",
        "land": "gitgt.cli.integration:land",
    },
    usual="list",
)


@click.command()
@click.argument("epic")
@click.option("--branch", default="", help="What it is called, if not as the settings say.")
@click.option(
    "--base-branch", default="", metavar="BRANCH", help="Begin at this branch, and land on it."
)
@output.json_option
def create(*, epic: str, branch: str, base_branch: str, as_json: bool) -> None:
    """Give an epic an integration branch.

    Work below the epic begins there and lands there from now on, unless it says otherwise.
    """
    from gitgt.services.integration import opening, standing

    town = context.town()
    done = opening.create(town, epic, context.me(), branch=branch, base=base_branch)
    if as_json:
        rig, found = opening.find(town, done.epic.id)
        output.answer_json(standing.look(town, rig, found).fields())
    else:
        again = "" if done.fresh else " already"
        branch = done.epic.integration
        output.answer(f"{done.epic.id} collects on {branch}{again}, which lands on {done.base}")
    context.after_writing(town)


@click.command("list")
@click.argument("rig", required=False)
@click.option("--all", "everything", is_flag=True, help="Those of closed epics too.")
@output.json_option
def show_all(*, rig: str | None, everything: bool, as_json: bool) -> None:
    """List the integration branches."""
    found = _every(rig, closed=everything)
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(rows(found), head=("epic", "branch", "base", "parts", "state", "title"))


@click.command()
@click.argument("epic", required=False)
@click.option("--all", "everything", is_flag=True, help="All that there are.")
@output.json_option
def status(*, epic: str | None, everything: bool, as_json: bool) -> None:
    """Tell how an integration branch stands.

    What is closed, what it is ahead and behind, and what it still waits for.
    """
    from gitgt.services.integration import landing

    if (epic is None) == (not everything):
        raise click.UsageError("which epic? name one, or --all")
    found = [landing.find(context.town(), epic)] if epic else _every(None, closed=False)
    if as_json:
        output.answer_json(found[0].fields() if epic else [each.fields() for each in found])
        return
    output.blocks(lines(each) for each in found)


@click.command()
@click.argument("epic")
@output.json_option
def refresh(*, epic: str, as_json: bool) -> None:
    """Bring what landed on the base meanwhile to an integration branch.

    It goes through the queue. Where the two conflict, a bead waits for somebody who merges.
    """
    from gitgt.services.integration import refreshing

    town = context.town()
    done = refreshing.refresh(town, epic, context.me())
    if as_json:
        output.answer_json(
            {
                "epic": str(done.view.epic.id),
                "branch": done.view.standing.branch,
                "bead": str(done.bead.id) if done.bead else "",
                "request": str(done.request.id) if done.request else "",
                "conflicts": list(done.view.standing.conflicts),
            }
        )
    else:
        _tell_refreshed(done)
    context.after_writing(town)


@click.command()
@click.argument("epic")
@click.option("--dry-run", is_flag=True, help="Only say whether it could.")
@output.json_option
def land(*, epic: str, dry_run: bool, as_json: bool) -> None:
    """Hand in an integration branch: all of its epic lands as one.

    Every part must be closed, and nothing may still be on its way to the branch.
    """
    from gitgt.services.integration import landing

    town = context.town()
    asked = landing.land(town, epic, context.me(), dry_run=dry_run)
    seen, request = asked.view.standing, asked.request
    if as_json:
        answer = {"request": str(request.id) if request else "", "dry_run": dry_run}
        output.answer_json({**asked.view.fields(), **answer})
    elif seen.landed:
        output.answer(f"{seen.branch} has landed on {seen.base} as {seen.landed[:12]}")
    elif request is None:
        output.answer(f"{seen.branch} would land on {seen.base}: {_count(seen.ahead)}")
    else:
        output.answer(f"{request.id} lands {seen.branch} on {seen.base}")
    if not dry_run:
        context.after_writing(town)


def _every(rig: str | None, *, closed: bool) -> list[View]:
    from gitgt.services.integration import standing

    town = context.town()
    rigs = [each for each in context.ledgers_for(town, rig) if each is not None]
    return standing.every(town, rigs, closed=closed)


def _tell_refreshed(done: Refreshed) -> None:
    seen = done.view.standing
    if done.bead is None:
        output.answer(f"nothing changed: {seen.branch} has all of {seen.base}")
    elif done.request is not None:
        output.answer(f"{done.request.id} brings {seen.base} to {seen.branch} ({done.bead.id})")
    elif done.bead.assignee:
        output.answer(f"{done.bead.assignee} is at it: {done.bead.id}")
    else:
        why = f": conflict in {', '.join(seen.conflicts)}" if seen.conflicts else ""
        output.answer(f"{done.bead.id} waits for somebody who merges {seen.base}{why}")
        output.say(f"hint: git gt sling {done.bead.id}")


def rows(found: Iterable[View]) -> Iterator[tuple[str, ...]]:
    """Return integration branches as lines of a table."""
    for each in found:
        seen = each.standing
        parts = f"{seen.parts - len(seen.open)} of {seen.parts}"
        epic = each.epic
        yield (epic.id, seen.branch, seen.base, parts, _state(each), epic.title)


def _state(view: View) -> str:
    if view.standing.landed:
        return "landed"
    if view.request is not None:
        return "landing" if view.is_landing else str(view.request.status)
    return "ready" if view.standing.is_ready else "open"


def lines(view: View) -> Iterator[str]:
    """Yield what is told of one integration branch."""
    seen, epic = view.standing, view.epic
    yield f"{epic.id}  {epic.title} ({epic.status})"
    yield f"  {seen.branch} lands on {seen.base}"
    yield f"  parts:    {seen.parts - len(seen.open)} of {seen.parts} closed"
    if seen.tip and seen.base_tip:
        yield f"  commits:  {seen.ahead} ahead of {seen.base}, {seen.behind} behind"
    for each in view.live:
        said = f" ({output.one_line(each.reason)})" if each.reason else ""
        yield f"  on its way: {each.id} {each.status} {each.source}{said}"
    if seen.landed:
        yield f"  landed as {seen.landed[:12]}"
    elif view.is_landing and view.request is not None:
        yield f"  {view.request.id} lands it"
    elif view.request is not None:
        said = output.one_line(view.request.reason.partition("\n")[0])
        yield f"  came back: {view.request.id} {view.request.status}: {said}"
    missing = [] if seen.landed else list(seen.missing())
    for why in missing:
        yield f"  missing:  {why}"
    if not missing and not seen.landed and not view.is_landing:
        yield f"  ready:    git gt mq integration land {epic.id}"


def _count(commits: int) -> str:
    return f"{commits} commit{'' if commits == 1 else 's'}"
