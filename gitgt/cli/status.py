"""``git gt status``: the town at one glance."""

from __future__ import annotations

import click

from gitgt.cli import context, exclusive, output, overview, then
from gitgt.daemon.instance import Instance
from gitgt.services import status
from gitgt.services.then import Then, town_at
from gitgt.services.town import Town


@click.command()
@click.option("--watch", is_flag=True, help="Show it again whenever something moved; ^C ends.")
@click.option("--hash", "hashed", is_flag=True, help="Only a hash of each rig: see below.")
@then.option
@output.json_option
def command(*, watch: bool, hashed: bool, at: str, as_json: bool) -> None:
    """Show the town at one glance.

    --hash says of each rig in a few letters how its ledger, its queue, verdicts, sessions and
    targets stand here. Two clones that have the same have the same hash; with --json it says
    in what they differ.
    """
    town = context.town()
    exclusive.exclude(at=at, watch=watch, hash=hashed)
    if hashed:
        _show_hashes(town, as_json=as_json)
        return
    if at:
        _show_then(town_at(town, at), as_json=as_json)
        return
    if as_json:
        seen = status.of(town)
        output.answer_json({**seen.fields(), "watcher": _watcher(town)})
    elif watch:
        _watch(town)
    else:
        _show(town)


def _show_hashes(town: Town, *, as_json: bool) -> None:
    from gitgt.services import digest

    found = [digest.of(town, rig) for rig in town.rigs_here().values()]
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table((each.name, each.hash) for each in found)


def _show(town: Town) -> None:
    for line in overview.lines(status.of(town), watcher=_watcher(town)):
        output.answer(line)


def _show_then(seen: Then, *, as_json: bool) -> None:
    """Show the town as it stood: of who watched it then, and of sessions, nothing is known."""
    found = status.then(seen)
    if as_json:
        then.answer_json(seen, {**found.fields(), "watcher": None})
        return
    then.head(seen)
    for line in overview.lines_then(found):
        output.answer(line)


def _watch(town: Town) -> None:
    """Show it again when a ref moved: the system tells, and now and then we look ourselves."""
    from gitgt.reactor.sources import Sources

    sources = Sources()
    sources.follow([ledger.repository.common for _, ledger in town.ledgers()])
    sources.start()
    try:
        shown: dict[str, str] = {}
        while True:
            now = status.refs(town)
            if now != shown:
                shown = now
                output.clear()
                _show(town)
            sources.wait(sources.interval)
    finally:
        sources.stop()


def _watcher(town: Town) -> int | None:
    who = Instance(town.gt).who()
    return who.pid if who else None
