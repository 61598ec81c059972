"""Desks: where people edit bead files and commit them.

A desk stands on a branch of its own, so a stale index never undoes what others wrote
meanwhile. What is committed there is merged into the ledger, by the hook if nobody watches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitgt.errors import GtError, LedgerConflictError, RefusedError
from gitgt.git import markers, reflog, refs, worktree
from gitgt.git import standing as checkouts
from gitgt.git.command import attempt, git, line
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import genesis
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Severity
from gitgt.model.event import Event
from gitgt.model.ids import TOWN_PREFIX, BeadId, base36
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import EscalationStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import waiting
from gitgt.services.identity import desk_name
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.intake import Intake

PREFIX: Final = "refs/heads/desk/"
_ATTEMPTS: Final = 50


def open_desk(town: Town, rig: Rig | None, who: Actor) -> bool:
    """Make the desk of the town or of *rig*, if it is not there; say whether it was made."""
    ledger = town.ledger_at(rig)
    path = town.desk if rig is None else rig.desk
    git_dir = refs.git_dir_of(path) if path.exists() else None
    made = git_dir is None
    if git_dir is None:
        branch, head = f"desk/{desk_name(who)}", ledger.head()
        git_dir = worktree.add(ledger.repository, path, branch=branch, start=head)
        if ledger.repository.ref(f"refs/heads/{branch}") == head:
            waiting.note_seen(str(ledger.repository.common), f"refs/heads/{branch}", head)
    markers.mark_desk(git_dir)
    _mind_everything(path)
    return made


def _mind_everything(path: Path) -> None:
    """Keep git from ignoring beads, whatever else a person lets it ignore everywhere."""
    rules = path / ".gitignore"
    if not rules.exists():
        rules.write_text(
            "# Made by gitgt, and kept out of the ledger.\n/.gitignore\n!/items/\n!/items/**\n"
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk branch and, if it is checked out, where."""

    ref: str
    tip: str
    path: Path | None = None
    git_dir: Path | None = None


def desks(ledger: Ledger) -> Iterator[Desk]:
    """Yield the desks of a ledger, checked out or not."""
    out = {
        branch: (path, git_dir)
        for branch, git_dir, path in worktree.standing(ledger.repository, PREFIX)
    }
    for ref, tip in ledger.repository.refs(PREFIX).items():
        path, git_dir = out.get(ref, (None, None))
        yield Desk(ref, tip, path, git_dir)


def astray(ledger: Ledger) -> Iterator[Path]:
    """Yield, once, each checkout that was taken off the ledger: its owner is to be told."""
    for git_dir in worktree.git_dirs(ledger.repository):
        if markers.told_astray(git_dir):
            yield worktree.folder_of(git_dir)


def step_off(ledger: Ledger, git_dir: Path, who: Actor) -> str:
    """Let a checkout that stands on the ledger not take part in what moves there.

    Returns the command by which *who* comes to a desk, with all that they changed.
    """
    moved = checkouts.fell_behind(ledger.repository, git_dir, ledger.ref)
    if moved is not None:
        checkouts.step_off(git_dir, moved)
    return way_to_a_desk(ledger, git_dir, who)


def way_to_a_desk(ledger: Ledger, git_dir: Path, who: Actor) -> str:
    """Return the command by which *who* takes what they changed in a checkout to a desk."""
    own = PREFIX + desk_name(who)
    standing = {each.ref: each for each in desks(ledger)}
    here = worktree.commit_of(ledger.repository, git_dir)
    mine = standing.get(own)
    if mine is not None and mine.path is None and mine.tip == here:
        return f"git switch {own.removeprefix('refs/heads/')}"
    names = (own, *(f"{own}-{number}" for number in range(2, len(standing) + 3)))
    new = next(name for name in names if name not in standing)
    return f"git switch -c {new.removeprefix('refs/heads/')}"


def check_staged(ledger: Ledger, cwd: Path, tree: str, who: Actor) -> Intake:
    """Return what committing the staged *tree* in the desk at *cwd* would do.

    Raises:
        RefusedError: it breaks the schema or a lifecycle; the message lists every problem.
    """
    from gitgt.ledger.intake import Writer, judge
    from gitgt.ledger.join import common_base

    head = ledger.snapshot()
    tip = _tip_of(ledger, cwd)
    base = common_base(ledger.repository, head.commit, tip)
    writer = Writer(who, text_of(ledger.now()))
    found = judge(head, base, tree, writer)
    if found.problems:
        raise RefusedError("\n".join(found.problems))
    return found


def _tip_of(ledger: Ledger, cwd: Path) -> str:
    """Return the commit that the desk at *cwd* stands on.

    Raises:
        RefusedError: its branch is gone, and a commit would begin a history of its own.
    """
    found = attempt("rev-parse", "--verify", "--quiet", "HEAD", cwd=cwd)
    if found.ok:
        return found.stdout.decode().strip()
    branch = line("symbolic-ref", "--short", "HEAD", cwd=cwd)
    git_dir = refs.git_dir_of(cwd)
    stood = None if git_dir is None else reflog.stands_at(git_dir)
    start = stood if stood and ledger.repository.has(stood) else "where it stood"
    raise RefusedError(
        f"the branch {branch} on which this desk stands is gone",
        hint=f"git update-ref refs/heads/{branch} {start}, and commit again",
    )


def take_in(ledger: Ledger, desk: Desk) -> str | None:
    """Merge a desk into the ledger; return the ledger's new head, None if nothing was new.

    Raises:
        RefusedError: what was committed breaks the schema or a lifecycle.
    """
    from gitgt.ledger.intake import Writer, judge

    for _ in range(_ATTEMPTS):
        head = ledger.snapshot()
        if ledger.repository.is_ancestor(desk.tip, head.commit):
            return None
        base = _begun_at(ledger, head.commit, desk)
        who, at, subject = _commit_facts(ledger.repository, desk.tip)
        found = judge(head, base, desk.tip, Writer(who, at))
        if found.problems:
            raise RefusedError("\n".join(found.problems))
        new = _written(ledger, desk, head.commit, found, by=(who, subject))
        try:
            checkouts.move(
                ledger.repository,
                [RefMove(ledger.ref, head.commit, new)],
                why=f"take in {desk.ref}",
            )
        except LedgerConflictError:
            if ledger.head() == head.commit:
                raise
            continue
        return new
    raise LedgerConflictError("the ledger moved on again and again", hint="git gt tick")


def _begun_at(ledger: Ledger, head: str, desk: Desk) -> str:
    """Return what the person started from.

    Mostly that is where desk and ledger parted. An amend or a rebase parts earlier: then it is
    what the desk last had in common with the ledger, or what was taken back would stay.
    """
    from gitgt.ledger.join import common_base

    repository = ledger.repository
    parted = repository.merge_base(head, desk.tip)
    for before in reflog.stood_at(repository.common, desk.ref) if parted else ():
        if repository.has(before) and repository.is_ancestor(before, head):
            if before != parted and repository.is_ancestor(parted or head, before):
                return before
            break
    try:
        return common_base(repository, head, desk.tip)
    except RefusedError as error:
        raise RefusedError(
            f"{desk.ref} has no history in common with {ledger.ref}", hint=error.hint
        ) from error


def _written(
    ledger: Ledger, desk: Desk, head: str, found: Intake, *, by: tuple[Actor, str]
) -> str:
    repository, (who, subject) = ledger.repository, by
    blobs = {
        path: None if content is None else repository.write_blob(content)
        for path, content in found.files.items()
    }
    tree = repository.write_tree(head, blobs)
    if repository.tree_of(desk.tip) == tree and repository.is_ancestor(head, desk.tip):
        return desk.tip  # the person's own commit says it all
    event = Event(
        subject, name="desk.taken-in", beads=tuple(str(each.id) for each in found.documents)
    )
    return ledger.commit_tree(tree, (head, desk.tip), event, who)


def _commit_facts(repository: Repository, commit: str) -> tuple[Actor, str, str]:
    who, subject = repository.committed(commit)
    return Actor.signed(who.name, who.email), text_of(float(who.seconds)), subject


def refresh(ledger: Ledger, desk: Desk) -> bool:
    """Bring a checked-out desk to the ledger's head; say whether it is there now.

    Dirty files that the ledger changed stop it, edits intact; the next commit catches up.
    """
    head = ledger.head()
    is_there = _is_brought(ledger, desk, head)
    if is_there:
        waiting.note_seen(str(ledger.repository.common), desk.ref, head)
    return is_there


def note_seen(ledger: Ledger, desk: Desk) -> None:
    """Note that a desk was looked at: whatever stands on it was taken in, or set aside."""
    waiting.note_seen(str(ledger.repository.common), desk.ref, desk.tip)


def _is_brought(ledger: Ledger, desk: Desk, head: str) -> bool:
    if desk.path is None or desk.git_dir is None:
        return _move_branch(ledger, desk, head)
    if ledger.repository.ref(desk.ref) == head:
        return True
    if markers.is_committing(desk.git_dir) or markers.is_rebasing(desk.git_dir):
        return False
    if (desk.git_dir / "MERGE_HEAD").exists():
        _conclude(ledger.repository, desk.path)
    if _follow(desk.path, head):
        return True
    return worktree.mend(ledger.repository, desk.path) and _follow(desk.path, head)


def _conclude(repository: Repository, path: Path) -> None:
    """Take away the mark of a merge that is made: git does so after post-merge only."""
    said = attempt("rev-parse", "HEAD", "MERGE_HEAD", "--", cwd=path)
    tips = said.stdout.decode().split()[:2]
    if said.ok and repository.is_ancestor(tips[1], tips[0]):
        attempt("update-ref", "-d", "MERGE_HEAD", tips[1], cwd=path)


def _follow(path: Path, head: str) -> bool:
    argv = ("-c", "core.hooksPath=/dev/null", "merge", "--ff-only", "--quiet", head)
    return attempt(*argv, cwd=path).ok


def _move_branch(ledger: Ledger, desk: Desk, head: str) -> bool:
    if not ledger.repository.is_ancestor(desk.tip, head):
        return False
    try:
        move_refs(
            ledger.repository, [RefMove(desk.ref, desk.tip, head)], why="follow the ledger"
        )
    except LedgerConflictError:
        return False
    return True


def set_aside(ledger: Ledger, desk: Desk, problem: GtError, who: Actor) -> BeadId:
    """Raise one escalation for a desk that cannot be taken in; the desk stays as it is."""
    at = text_of(ledger.now())
    prefix = _prefix(ledger)
    key = f"{desk.ref} {desk.tip}".encode(errors="surrogateescape")
    number = int.from_bytes(hashlib.sha256(key).digest()[:8])
    bead = BeadId.parse(f"{prefix}-es-{base36(number, 8)}")
    branch = desk.ref.removeprefix("refs/heads/")

    def decide(now: Snapshot) -> Change | None:
        if now.find(bead) is not None:
            return None
        document = Escalation(
            id=bead,
            type="escalation",
            title=fit_line(f"{branch} cannot be taken into the ledger"),
            status=EscalationStatus.OPEN,
            severity=Severity.MEDIUM,
            created_at=at,
            created_by=who.address,
            about=desk.tip,
            description=fit_text(f"{problem.message}\n{problem.hint}".strip()),
        )
        said = fit_line(f"set aside {desk.tip[:12]} of {desk.ref}")
        return Change(said, (document,), event="desk.set-aside")

    ledger.transact(decide, who)
    return bead


def _prefix(ledger: Ledger) -> str:
    return str(genesis.settings(ledger.repository, ledger.head()).get("prefix", TOWN_PREFIX))


def staged_tree(cwd: Path, environ: dict[str, str]) -> str:
    """Return the tree that a commit in progress would have: the hook's own index counts."""
    index = environ.get("GIT_INDEX_FILE")
    env = {"GIT_INDEX_FILE": str((cwd / index).absolute())} if index else {}
    return git("write-tree", cwd=cwd, env=env).decode().strip()
