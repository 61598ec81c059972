"""Tell the mayor by mail what was found; what is unread already is not written again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.health.findings import LeaveAlone, Step
from gitgt.services.mail import boxes, notices
from gitgt.services.town import Rig, Town

WHO: Final = Actor.role("witness")
_TO: Final = "mayor"


def tell(town: Town, rig: Rig, steps: Sequence[Step]) -> bool:
    """Write what something is done about, if anything is; tell whether that was news."""
    told = [each for each in steps if not isinstance(each.act, LeaveAlone)]
    if not told:
        return False
    title = f"{rig.name}: " + ", ".join(
        f"{each.finding.address.rpartition('/')[2]} {each.finding.kind}" for each in told
    )
    text = "\n".join(
        f"{each.finding.address} {each.finding.kind} ({each.act.word}): {line}"
        for each in told
        for line in each.finding.evidence
    )
    sender = f"{rig.name}/witness"

    def decide(now: Snapshot) -> Change | None:
        waiting = boxes.unread(now, _TO)
        if any((each.title, each.created_by) == (title, sender) for each in waiting):
            return None
        made = notices.notice(town, now, sender, _TO, title, description=text)
        return Change(f"tell {_TO}: {title}", (made,), event="mail.sent")

    before = town.ledger.snapshot().commit
    return town.ledger.transact(decide, WHO).commit != before
