"""Begin again who sat there when the town went down."""

from __future__ import annotations

from collections.abc import Callable

from gitgt.errors import GtError
from gitgt.ledger.downs import Downs
from gitgt.ledger.side_file import Said
from gitgt.model import downs
from gitgt.model.actor import Actor
from gitgt.model.downs import Down
from gitgt.model.session_record import SessionRecord
from gitgt.runtime.assignment import Permission
from gitgt.runtime.launcher import SessionState
from gitgt.services import freeze, uptime
from gitgt.services.agents import attended, post
from gitgt.services.agents.attended import Wish
from gitgt.services.agents.post import Post
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Rig, Town
from gitgt.services.uptime import going_down
from gitgt.values import dataclass

# What a session is begun for that we keep up: its record says so.
TOPIC = "up"


@dataclass(frozen=True, slots=True)
class Restored:
    """Who was begun again, who could not be and why, and whom a freeze keeps back."""

    begun: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    kept_back: tuple[str, ...] = ()


def rise(town: Town, who: Actor) -> bool:
    """Let whoever has work begin by themselves again; say if that is news."""
    return _leave(town, who, lambda _address: True)


def restore(town: Town, who: Actor, *, lost: bool = False) -> Restored:
    """Begin again who sat there when the town went down, and let it be up.

    With *lost* also those whose sessions vanished without a word, as when the machine stopped.
    Who is killed on the way does the rest the next time.
    """
    rise(town, who)
    begun: list[str] = []
    failed: dict[str, str] = {}
    kept: list[str] = []
    for address in dict.fromkeys(_wanted(town, lost=lost)):
        try:
            place = place_of(town, address)
            if freeze.frozen(town, None if isinstance(place, Town) else place):
                kept.append(address)
                continue
            begin(town, place, address, who)
            begun.append(address)
        except (GtError, OSError) as error:
            failed[address] = str(error)
    _leave(town, who, lambda address: address in {*failed, *kept})
    return Restored(tuple(begun), tuple(failed.items()), tuple(kept))


def _wanted(town: Town, *, lost: bool) -> list[str]:
    seen = {
        address: each.run
        for place in going_down.places(town)
        for address, each in sessions.look_all(place).items()
    }
    running = {address for address, run in seen.items() if run.is_running}
    sessions_of = {address: run.session for address, run in seen.items()}
    found = downs.to_begin(uptime.last(town), last=sessions_of, running=running)
    vanished = [
        address
        for address, run in seen.items()
        if run.state is SessionState.LOST and going_down.is_attended(address)
    ]
    return [*found, *(vanished if lost else [])]


def _leave(town: Town, who: Actor, stays: Callable[[str], bool]) -> bool:
    """Note that the town is up, and who of those that sat there is still to be begun."""

    def decide(old: Down | None) -> Down | None:
        gone = [address for address in (old.sat if old else ()) if not stays(address)]
        return downs.without(old, gone)

    said = Said("come up", "town.up", who, town.clock())
    return Downs(town.repository).change(decide, said)


def begin(town: Town, place: Rig | Town, address: str, who: Actor) -> None:
    """Begin a session of *address* on what the last one ran on, with what that talked about.

    Raises:
        GtError: it cannot be had, and why.
    """
    record = session_records.last(town, place, address)
    attended.start(town, post_of(town, place, address), who, _wish(record), topic=TOPIC)


def _wish(record: SessionRecord | None) -> Wish:
    if record is None:
        return Wish(resume=True)
    permission = Permission(record.permission or Permission.AUTONOMOUS)
    return Wish(record.runtime, record.model, permission, resume=True)


def place_of(town: Town, address: str) -> Rig | Town:
    """Return where the sessions of *address* are kept.

    Raises:
        NotFoundError: its rig is gone.
    """
    rig = address.partition("/")[0]
    return town if "/" not in address else town.rig(rig)


def post_of(town: Town, place: Rig | Town, address: str) -> Post:
    """Return the post of whoever people talk to at *address*.

    Raises:
        NotFoundError: nobody of that name is there any more.
    """
    if isinstance(place, Town):
        return post.mayor(town)
    return post.present(town, place, address.rpartition("/")[2])
