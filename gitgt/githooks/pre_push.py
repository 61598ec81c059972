"""What is pushed is judged first; the note says which branch may soon be somewhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from gitgt.daemon.presence import watcher_lives
from gitgt.errors import GtError, InvalidDocumentError, RefusedError
from gitgt.git.repository import Repository
from gitgt.git.signposts import targets_of
from gitgt.git.spool import Spool
from gitgt.githooks.place import Place
from gitgt.ledger import layout
from gitgt.ledger.documents import load
from gitgt.services import branch, waiting
from gitgt.services.desk import PREFIX
from gitgt.services.push import PushedRef, Pusher, Refusal, judge_push, parse_lines


def run(place: Place, arguments: tuple[str, ...], said: str) -> None:
    """Refuse what must not leave; leave a note of what may.

    Raises:
        RefusedError: the message names each ref, and the hint the way to do it right.
    """
    lines = parse_lines(said)
    if not lines:
        return
    repository = Repository(place.common)
    refusals = judge_push(
        lines,
        _pusher(place),
        contains=lambda new, old: repository.has(old) and repository.is_ancestor(old, new),
    )
    if refusals:
        raise _refused(refusals)
    problems = [problem for line in lines for problem in _broken(repository, line, place)]
    if problems:
        raise RefusedError("\n".join(problems), hint="mend these files on a desk, and commit")
    closing = [line for line in lines if _closes(repository, line, place)]
    for line in lines:
        name = line.remote_ref.removeprefix("refs/heads/")
        kind = waiting.PUSH if line in closing else ""
        Spool.of(place.common).leave(f"refs/remotes/{arguments[0]}/{name}", kind=kind)
    if closing and not watcher_lives(place.town.root):
        click.echo("gt: no watcher lives to see this push arrive", err=True)
        click.echo("hint: git gt tick, once it has", err=True)


def _closes(repository: Repository, line: PushedRef, place: Place) -> bool:
    """Tell whether a person's branch says that it closes a bead."""
    rig = place.rig
    if rig is None or place.assignment or line.is_deletion or _holds_beads(line, place):
        return False
    target = repository.ref(rig.target)
    known = [oid for oid in (line.remote_oid, target) if oid and repository.has(oid)]
    return any(each.closes for each in branch.read(repository, line.local_oid, *known))


def _pusher(place: Place) -> Pusher:
    rig, assignment = place.rig, place.assignment
    agent = assignment.agent if assignment else place.environ.get("GT_AGENT", "")
    targets = set(targets_of(place.common))
    if rig is None:  # the town's own repository: all of it is ours
        return Pusher(agent, targets, place.ledger.ref, shared=True)
    targets.add(rig.target)
    return Pusher(
        agent, targets, place.ledger.ref, shared=rig.shared, rig=rig.name, remote=rig.remote
    )


def _refused(refusals: Sequence[Refusal]) -> GtError:
    hints = dict.fromkeys(each.hint for each in refusals if each.hint)
    return RefusedError("\n".join(each.why for each in refusals), hint="; ".join(hints))


def _broken(repository: Repository, line: PushedRef, place: Place) -> Iterator[str]:
    """Yield what is wrong with the beads that a push would bring to a remote."""
    if line.is_deletion or not _holds_beads(line, place):
        return
    base = line.remote_oid if line.remote_oid and repository.has(line.remote_oid) else None
    for difference in repository.differences(base, line.local_oid):
        if difference.new is None or not difference.path.startswith(f"{layout.ROOT}/"):
            continue
        try:
            load(repository.blob(difference.new), difference.path)
        except InvalidDocumentError as error:
            yield error.message


def _holds_beads(line: PushedRef, place: Place) -> bool:
    return line.local_ref == place.ledger.ref or line.local_ref.startswith(PREFIX)
