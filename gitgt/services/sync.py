"""Ledgers that several clones have: taken in, merged, sent, never forced.

What another clone wrote is not judged again: it happened. It must only be this ledger: of the
same project, with the same prefix. A merge never waits for anybody; whoever lost something by
it is told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.errors import BusyError, LedgerConflictError, RefusedError
from gitgt.git import remote
from gitgt.git import standing as checkouts
from gitgt.git.repository import Repository
from gitgt.git.spool import Spool
from gitgt.git.transaction import RefMove
from gitgt.ledger import genesis, layout
from gitgt.ledger.join import Joined, join
from gitgt.ledger.transact import Ledger
from gitgt.model.lost_claims import TELLER
from gitgt.model.merge import Lost
from gitgt.services import following, sharing
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_ATTEMPTS: Final = 60
_AT_ONCE: Final = 3  # so often without a pause
_LONGEST_PAUSE: Final = 0.3
TOWNS_REMOTE: Final = "origin"
_USUAL: Final = 0.15  # what a try takes, before one was made
_OTHERS: Final = 6  # so many may be at it, as a guess
_LONGEST_TURN: Final = 3.0


@dataclass(frozen=True, slots=True)
class Synced:
    """How the sync of one ledger went.

    ``rewound`` is how many commits the remote had when it was last asked, and has lost since.
    """

    name: str
    remote: str
    received: int = 0
    sent: int = 0
    rewound: int = 0
    merged: bool = False
    lost: Mapping[str, tuple[Lost, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, str] = field(
        default_factory=dict
    )  # escalations of claims that were lost

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        lost = [
            {"id": str(layout.named_by(path)), "field": each.field, "by": each.author}
            for path, fields in sorted(self.lost.items())
            for each in fields
        ]
        return {
            "name": self.name, "remote": self.remote, "received": self.received,
            "sent": self.sent, "rewound": self.rewound, "merged": self.merged, "lost": lost,
            "unread": list(self.unread), "renamed": dict(self.renamed),
            "calls": dict(self.calls),
        }  # fmt: skip


def remote_of(town: Town, rig: Rig | None) -> str:
    """Return the remote that a ledger is shared through; empty if it is not shared."""
    if rig is not None:
        return rig.remote if rig.shared else ""
    has_one = remote.address(town.ledger.repository, TOWNS_REMOTE)
    return TOWNS_REMOTE if has_one else ""


def sync(town: Town, rig: Rig | None, *, dry_run: bool = False) -> Synced:
    """Take in what the other clones wrote, and send them what this one did.

    Raises:
        RefusedError: the rig is not shared, or what lies there is another ledger.
        UnreachableError: the remote does not answer.
        BusyError: others were faster again and again.
    """
    name, where = "hq" if rig is None else rig.name, remote_of(town, rig)
    if not where:
        raise unshared(rig)
    ledger = town.ledger_at(rig)
    before, known = ledger.head(), _known(ledger, where)
    taken: list[Joined] = [] if dry_run else keep_arrived(ledger, where)
    rewound, also = 0, following.targets(ledger.repository, rig, where)
    for pause in turns():
        theirs = remote.fetch(ledger.repository, where, branch_of(ledger), *also)
        rewound = rewound or _rewound(ledger, known, theirs)
        wanted, known = Synced(name, where, rewound=rewound), known or theirs
        if theirs is not None:
            check_same(ledger, theirs, where)
            if dry_run:
                return _foreseen(ledger, wanted, theirs)
            taken += take_in(ledger, theirs)
            following.follow(ledger.repository, where, also)
        elif dry_run:
            return _foreseen(ledger, wanted, None)
        head = ledger.head()
        if theirs == head or remote.push(ledger.repository, where, head, branch_of(ledger)):
            sharing.exchange(town, rig, where)
            return _told(ledger, wanted, (before, theirs), taken)
        time.sleep(pause)
    raise BusyError(
        f"{where} moved on again and again", hint=f"git gt sync --rig {name}, in a while"
    )


def unshared(rig: Rig | None) -> RefusedError:
    """Return the error of whoever would exchange what is not shared."""
    if rig is None:
        return RefusedError(
            "the town has no remote", hint="git remote add origin URL, in the town's folder"
        )
    return RefusedError(
        f"the ledger of {rig.name} is not shared", hint=f"git gt rig share {rig.name}"
    )


def branch_of(ledger: Ledger) -> str:
    """Return the short name of the ledger's branch."""
    return ledger.ref.removeprefix("refs/heads/")


def _known(ledger: Ledger, where: str) -> str | None:
    return ledger.repository.ref(remote.tracking(where, branch_of(ledger)))


def keep_arrived(ledger: Ledger, where: str) -> list[Joined]:
    """Take in what was last fetched from *where*, before a fetch may put something else there.

    A remote that was set back would else take with it what only it and we have had.
    """
    known = _known(ledger, where)
    if known is None or _has(ledger.repository, ledger, known):
        return []
    try:
        check_same(ledger, known, where)
    except RefusedError:
        return []  # it is no ledger of ours, and stays where it is
    return take_in(ledger, known)


def _rewound(ledger: Ledger, known: str | None, theirs: str | None) -> int:
    """Return how many commits of the ledger the remote has lost since it was *known*."""
    repository = ledger.repository
    if known is None or not _has(repository, ledger, known):
        return 0
    if theirs is not None and repository.is_ancestor(known, theirs):
        return 0
    return len(repository.between(theirs, known))


def pauses(attempts: int = _ATTEMPTS) -> Iterator[float]:
    """Yield how long to wait before each further try: at first not at all, then at random."""
    for attempt in range(attempts):
        longest = min(_LONGEST_PAUSE, 0.02 * 2 ** min(9, max(0, attempt - _AT_ONCE)))
        yield 0.0 if attempt < _AT_ONCE else random.uniform(0.0, longest)


def turns(attempts: int = _ATTEMPTS) -> Iterator[float]:
    """Yield how long to wait before each further try at a remote that others push to, too.

    A try that loses costs both machines as much as one that wins. So whoever has just lost
    waits for some of the others to be through, as long as these may take by what the last
    try took, and whoever has lost often waits less: so nobody waits forever.
    """
    took, pause, last = _USUAL, 0.0, time.monotonic()
    for attempt in range(1, attempts + 1):
        pause = random.uniform(0.0, min(_LONGEST_TURN, _OTHERS * took / attempt))
        yield pause
        took = max(0.0, time.monotonic() - last - pause)
        last = time.monotonic()


def check_same(ledger: Ledger, theirs: str, where: str) -> None:
    """Check that a commit from elsewhere is one of this ledger.

    Raises:
        RefusedError: it is another one's, or no ledger's at all.
        NewerDataError: a later gitgt wrote it.
    """
    repository, head = ledger.repository, ledger.head()
    if theirs == head:
        return
    name = f"{branch_of(ledger)} of {where}"
    mine = genesis.settings(repository, head)
    if repository.entry(theirs, genesis.SETTINGS) is None:
        raise RefusedError(
            f"{name} is no ledger of gitgt", hint="git gt rig add NAME URL --ledger OTHER"
        )
    found = genesis.settings(repository, theirs)
    for what in ("project", "prefix"):
        if found[what] != mine[what]:
            raise RefusedError(
                f"{name} is another ledger: its {what} is {found[what]}, not {mine[what]}",
                hint="check the remote's address; nothing was taken in or sent",
            )
    if not repository.bases(head, theirs):
        shallow = (repository.common / "shallow").exists()
        raise RefusedError(
            f"{name} and this ledger have no history in common",
            hint="git fetch --unshallow" if shallow else "it was begun by something else",
        )


def take_in(ledger: Ledger, theirs: str) -> list[Joined]:
    """Merge a commit of another clone into the ledger; return what came of it, if anything."""
    repository = ledger.repository
    for pause in pauses():
        head = ledger.head()
        found = join(repository, head, theirs)
        if found.commit == head:
            return []
        try:
            checkouts.move(
                repository, [RefMove(ledger.ref, head, found.commit)], why="take in a clone's"
            )
        except LedgerConflictError:
            if ledger.head() == head:
                raise
            time.sleep(pause)
            continue
        Spool.of(repository.common).leave(str(repository.common))
        return [found]
    raise LedgerConflictError("the ledger moved on again and again", hint="try again")


def arrived(ledger: Ledger) -> Iterator[str]:
    """Yield what fetches and pulls brought of this ledger and it does not have yet."""
    repository = ledger.repository
    for ref, tip in repository.refs("refs/remotes/").items():
        _, _, branch = ref.removeprefix("refs/remotes/").partition("/")
        if branch == branch_of(ledger) and not _has(repository, ledger, tip):
            yield tip


_SEEN: dict[tuple[str, str], bool] = {}  # what a ledger once had it has ever after


def _has(repository: Repository, ledger: Ledger, tip: str) -> bool:
    key = (str(repository.common), tip)
    if key not in _SEEN and repository.is_ancestor(tip, ledger.head()):
        _SEEN[key] = True
    return key in _SEEN


def take_arrivals(ledger: Ledger) -> list[Joined]:
    """Take in what fetches and pulls brought; what is no ledger of ours is left alone."""
    taken: list[Joined] = []
    for tip in arrived(ledger):
        try:
            check_same(ledger, tip, "a remote")
        except RefusedError:
            continue
        taken += take_in(ledger, tip)
    return taken


def _foreseen(ledger: Ledger, wanted: Synced, theirs: str | None) -> Synced:
    head = ledger.head()
    found = Joined(head) if theirs is None else join(ledger.repository, head, theirs)
    return _told(ledger, wanted, (head, theirs), [found], after=found.commit)


def _told(
    ledger: Ledger,
    wanted: Synced,
    stood: tuple[str, str | None],
    taken: list[Joined],
    *,
    after: str = "",
) -> Synced:
    before, theirs = stood
    now, repository = after or ledger.head(), ledger.repository
    return Synced(
        wanted.name,
        wanted.remote,
        rewound=wanted.rewound,
        received=len(repository.between(before, theirs)) if theirs else 0,
        sent=len(repository.between(theirs, now)),
        merged=any(each.commit not in (before, theirs) for each in taken),
        lost={path: fields for each in taken for path, fields in each.lost.items()},
        unread=tuple(path for each in taken for path in each.unread),
        renamed={old: new for each in taken for old, new in each.renamed.items()},
        calls=_calls(ledger, before, now),
    )


def _calls(ledger: Ledger, before: str, now: str) -> dict[str, str]:
    """Return the calls to whoever lost a claim that came since *before*, with their titles."""
    found: dict[str, str] = {}
    for each in ledger.repository.differences(before, now):
        named = layout.named_by(each.path)
        if each.old is None and named is not None and "-es-" in named:
            call = ledger.snapshot(now).find(named)
            if call is not None and call.created_by == TELLER:
                found[str(named)] = call.title
    return found
