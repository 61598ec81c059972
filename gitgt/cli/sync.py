"""``git gt sync``: ledgers that several clones have."""

from __future__ import annotations

from typing import Any, Final

import click

from gitgt.cli import context, exclusive, output
from gitgt.errors import GtError, RefusedError
from gitgt.model.ids import TOWN_PREFIX
from gitgt.services.sync import Synced
from gitgt.services.town import Rig, Town

_WORDS: Final = {"sent": "sent", "taken": "taken in", "left": "left, since both went on"}


@click.command()
@context.rig_option
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken in and sent.")
@click.option("--work", is_flag=True, help="Also what agents have begun and not handed in.")
@click.option("--watch", is_flag=True, help="Again and again, a line for each time; ^C ends.")
@output.json_option
def command(
    *, rig: str | None, dry_run: bool, work: bool, watch: bool, as_json: bool
) -> None:  # fmt: skip
    """Exchange ledgers with other clones.

    What they wrote is taken in, and what this one wrote is sent: in all rigs that are shared,
    and in the town if it has a remote. Nothing is forced: changes are merged, field by field.
    With --work, the branches of what is on hooks go along, and the snapshots of what is not
    committed there: so that another machine goes on where this one was.
    With --watch, whatever is written here goes at once, and the remotes are asked now and then.
    """
    town = context.town()
    exclusive.exclude(watch=watch, work=work, dry_run=dry_run)
    if watch:
        from gitgt.cli import sync_watch

        names = [each.name if each else TOWN_PREFIX for each in _wanted(town, rig)]
        sync_watch.watch(town, _shared(town, rig, names), as_json=as_json)
        return
    done, failed = _sync(town, _wanted(town, rig), dry_run=dry_run)
    begun = _share_work(town, done) if work and not dry_run else {}
    if as_json:
        told = [each.fields() for each in done]
        output.answer_json([{**each, **begun.get(each["name"], {})} for each in told])
    else:
        for each in done:
            _tell(each, "would be " if dry_run else "")
            _tell_work(begun.get(each.name, {}))
        if not done and not failed:
            output.answer("nothing is shared: git gt rig share NAME")
    # What was sent may have settled a claim on which somebody waits to begin.
    if not dry_run and any(each.received or each.sent for each in done):
        context.after_writing(town)
    if failed:
        raise failed[0]


def _shared(town: Town, rig: str | None, names: list[str]) -> list[str]:
    """Return *names*, if there is anything to exchange.

    Raises:
        RefusedError: nothing is shared.
    """
    from gitgt.services import sync

    if rig is not None and not sync.remote_of(town, context.ledger_for(town, rig)):
        raise sync.unshared(context.ledger_for(town, rig))
    if not names:
        raise RefusedError("nothing is shared", hint="git gt rig share NAME")
    return names


def _wanted(town: Town, name: str | None) -> list[Rig | None]:
    from gitgt.services import sync

    if name is not None:
        return [context.ledger_for(town, name)]
    every: list[Rig | None] = [None, *town.rigs_here().values()]
    return [each for each in every if sync.remote_of(town, each)]


def _sync(
    town: Town, wanted: list[Rig | None], *, dry_run: bool
) -> tuple[list[Synced], list[GtError]]:
    """Sync one after the other: what stops one does not stop the others."""
    from gitgt.services import sync

    done: list[Synced] = []
    failed: list[GtError] = []
    for rig in wanted:
        try:
            with output.progress(f"talking to {sync.remote_of(town, rig) or 'nobody'}"):
                done.append(sync.sync(town, rig, dry_run=dry_run))
        except GtError as error:
            if failed:
                output.say(f"gt: {error.message}")
            failed.append(error)
    return done, failed


def _share_work(town: Town, done: list[Synced]) -> dict[str, dict[str, Any]]:
    """Exchange what is in work in each rig that was synced; return what came of it."""
    from gitgt.services import work_sharing

    rigs = [town.rig(each.name) for each in done if each.name != TOWN_PREFIX]
    return {each.name: {"work": work_sharing.exchange(town, each).fields()} for each in rigs}


def _tell_work(told: dict[str, Any]) -> None:
    for what, names in told.get("work", {}).items():
        if what != "name" and names:
            output.answer(f"  work {_WORDS[what]}: {', '.join(names)}")


def _tell(done: Synced, would: str) -> None:
    words = []
    if done.received:
        words.append(f"{_commits(done.received)} {would}taken in")
    if done.sent:
        words.append(f"{_commits(done.sent)} {would}sent")
    told = ", ".join(words) or f"nothing new here or at {done.remote}"
    output.answer(f"{done.name}: {told}")
    if done.rewound:
        output.answer(
            f"  {done.remote} had lost {_commits(done.rewound)} that it once had; "
            f"here they are, and {'go' if would else 'went'} there again"
        )
    for each in done.fields()["lost"]:
        output.answer(
            f"  {each['id']}: {each['field']} by {each['by']} lost; "
            f"it is a comment of the bead now"
        )
    for name, title in done.calls.items():
        output.answer(f"  {name}: {title}")
    for path in done.unread:
        output.answer(f"  {path}: cannot be read on one side; the other side's is there")
    for old, new in done.renamed.items():
        output.answer(f"  {old}: two clones gave that id; one of the beads is {new} now")


def _commits(number: int) -> str:
    return f"{number} commit{'' if number == 1 else 's'}"
