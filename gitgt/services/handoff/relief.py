"""Go on with handoffs: end whoever has handed over, and let a successor begin.

It looks at the records and does what is left to do; so whoever made the handoff may have been
killed right after it.
"""

from __future__ import annotations

import socket

from gitgt.model.address import Address, Role
from gitgt.model.dispatch import SessionState
from gitgt.model.session_record import SessionRecord
from gitgt.runtime.assignment import Permission
from gitgt.services.agents import attended, post
from gitgt.services.agents.attended import Wish
from gitgt.services.agents.post import Post
from gitgt.services.handoff import over
from gitgt.services.handoff.seat import Seat, seat_of
from gitgt.services.sessions import session_records, sessions
from gitgt.services.town import Rig, Town


def relieve(town: Town, place: Rig | Town) -> list[tuple[Seat, SessionRecord]]:
    """End the sessions of *place* that have handed over; return the seats that are empty.

    Polecats are started by the dispatcher, as whoever has work on the hook and no session.
    """
    empty: list[tuple[Seat, SessionRecord]] = []
    for address, seen in sessions.look_all(place).items():
        record = session_records.last(town, place, address)
        if record is None or not is_ours(town, record):
            continue
        seat = seat_of(town, address)
        runs = seen.state is SessionState.RUNNING
        if runs and record.handoff is not None and seen.session == record.session:
            over.end(seat)
        elif not runs and _is_attended(address):
            record = _told_if_gone(town, seat, record)
            empty += [(seat, record)] if session_records.left_by(record) else []
    return empty


def _told_if_gone(town: Town, seat: Seat, record: SessionRecord) -> SessionRecord:
    """Return *record* as it stands; whoever was to sit there and never came is gone."""
    if not record.is_open or not (record.handoff or record.follows):
        return record
    with attended.taking(town, seat.rig, seat.address):
        seen = sessions.look(seat.place, seat.address)
        if seen.state is SessionState.RUNNING:
            return record
        session_records.note_ended(
            town, seat.place, seat.address, record.session, ended=town.clock(),
            how=session_records.VANISHED,
        )  # fmt: skip
    return session_records.last(town, seat.place, seat.address) or record


def _is_attended(address: str) -> bool:
    return Address.parse(address).role in (Role.MAYOR, Role.CREW)


def succeed(town: Town, seat: Seat, record: SessionRecord) -> None:
    """Let a session begin that goes on from *record*, on what that ran on.

    Raises:
        GtError: it cannot be had, and why.
    """
    permission = Permission(record.permission or Permission.AUTONOMOUS)
    wish = Wish(agent=record.runtime, model=record.model, permission=permission)
    attended.start(town, _post(town, seat), over.WHO, wish)


def _post(town: Town, seat: Seat) -> Post:
    if seat.rig is None:
        return post.mayor(town)
    return post.of_crew(seat.rig, seat.address.rpartition("/")[2])


def is_ours(town: Town, record: SessionRecord) -> bool:
    """Tell whether a session of *record* is for us to go on with: it ran in this clone."""
    here = (socket.gethostname(), str(town.root))
    return (record.host, record.place) == here and record.topic != session_records.BY_HAND
