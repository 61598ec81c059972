"""``git gt mq submit``, ``depend`` and ``undepend``: ask for a branch, and after what."""

from __future__ import annotations

from pathlib import Path

import click

from gitgt.cli import conflicting, context, output
from gitgt.cli.mq.steering import told


@click.command()
@click.option("--branch", "-b", default="", help="The branch, if not the one of this worktree.")
@click.option("--bead", "--issue", "bead", default="", help="What it is for.")
@click.option("--target", default="", help="Where it is to land, if not where its bead is to.")
@click.option(
    "--priority", "-p", type=click.IntRange(0, 4), help="How urgent, if not as its bead is."
)
@click.option("--after", multiple=True, metavar="REQUEST", help="What must have landed before.")
@context.rig_option
@output.json_option
def submit(
    *, branch: str, bead: str, target: str, priority: int | None, after: tuple[str, ...],
    rig: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask the refinery to land a branch.

    Which bead it is for follows from the worktree, from a request for the same branch, from
    the branch's name or from a commit with Closes:. The same head is asked for only once.
    """
    from gitgt.services.queue import handing_in, steering
    from gitgt.services.queue.handing_in import Wish

    town = context.town()
    where = (town.rig_of(bead) if "-" in bead and not rig else None) or context.rig_for(
        town, rig
    )
    others = tuple(steering.identify(town, each) for each in after)
    wish = Wish(branch, bead, target, priority, others)
    request, fresh = handing_in.ask(town, where, Path.cwd(), wish, context.me())
    said = f"{request.source} is submitted as {request.id} at {request.head[:12]}"
    told(town, request, said if fresh else f"nothing changed: {said}", as_json=as_json)
    conflicting.tell(town, request)


@click.command()
@click.argument("request")
@click.argument("after", nargs=-1, required=True)
@output.json_option
def depend(*, request: str, after: tuple[str, ...], as_json: bool) -> None:
    """Let a request land after others, of any rig."""
    from gitgt.services.queue import depending, steering

    town = context.town()
    name, *others = (steering.identify(town, each) for each in (request, *after))
    found = depending.depend(town, name, others, context.me())
    told(town, found, f"{name} lands after {', '.join(others)}", as_json=as_json)


@click.command()
@click.argument("request")
@click.argument("after", nargs=-1, required=True)
@output.json_option
def undepend(*, request: str, after: tuple[str, ...], as_json: bool) -> None:
    """Let a request not wait for others any more."""
    from gitgt.services.queue import depending, steering

    town = context.town()
    name, *others = (steering.identify(town, each) for each in (request, *after))
    found = depending.undepend(town, name, others, context.me())
    told(town, found, f"{name} does not wait for {', '.join(others)}", as_json=as_json)
