"""What the town's own roles write: few, and each in the commit of what it tells."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import Message
from gitgt.model.ids import TOWN_PREFIX, BeadId
from gitgt.model.instant import exact_text_of
from gitgt.model.lifecycle import MessageStatus
from gitgt.model.wording import fit_line
from gitgt.services.town import Town


def new_id(town: Town, now: Snapshot, taken: Collection[str] = ()) -> BeadId:
    """Return the id of a new message, which nobody has *now*."""
    # Five letters are drawn twice sooner than one thinks: of ten thousand, some are.
    while True:
        name = town.new_id(TOWN_PREFIX, "ms")
        if name not in taken and now.find(name) is None:
            return name


def notice(
    town: Town,
    now: Snapshot,
    by: str,
    to: str,
    title: str,
    **more: Any,  # noqa: ANN401
) -> Message:
    """Return a message of one of the town's roles."""
    return Message(
        id=new_id(town, now),
        type="message",
        title=fit_line(title),
        status=MessageStatus.UNREAD,
        recipient=to,
        created_at=exact_text_of(town.clock()),
        created_by=by,
        **more,
    )
