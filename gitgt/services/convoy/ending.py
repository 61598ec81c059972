"""End convoys: closed when all has landed, by hand, or landed by their owner."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Convoy
from gitgt.model.instant import exact_seconds_of
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.model.when import lasts
from gitgt.services.convoy import convoys, telling
from gitgt.services.convoy.convoys import Progress
from gitgt.services.convoy.telling import Notice
from gitgt.services.town import Town
from gitgt.telemetry.events import Visibility

ALL_CLOSED = "all members are closed"


def refresh(town: Town, who: Actor, name: str = "", *, dry_run: bool = False) -> list[Convoy]:
    """Close the open convoys, or the named one, whose last member is closed; return those.

    One that is owned is its owner's to end.
    """
    views = [convoys.show(town, name)] if name else convoys.every(town, closed=False)
    done = [
        view
        for view in views
        if view.is_complete
        and view.convoy.status == ConvoyStatus.OPEN
        and not view.convoy.is_owned
    ]
    return [view.convoy if dry_run else close(town, view, who) for view in done]


def close(
    town: Town, view: Progress, who: Actor, *, reason: str = ALL_CLOSED, force: bool = False,
    notify: str = "",
) -> Convoy:  # fmt: skip
    """Close a convoy of which every member is closed, or any by *force*; once.

    Raises:
        RefusedError: one is not, and no force is used.
    """
    if not view.is_complete and not force:
        raise RefusedError(
            f"{view.convoy.id} still waits for {_left(view)}",
            hint=f"git gt convoy close {view.convoy.id} --force --reason '...'",
        )
    told = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal told
        old = now.convoy(view.convoy.id)
        told = old.status != ConvoyStatus.CLOSED and (
            force or old.dependencies == view.convoy.dependencies
        )
        if not told:
            return None
        new = old.replace(
            status=ConvoyStatus.CLOSED, closed_at=town.now(), reason=reason, stalled_at=""
        )
        count = f"{view.closed} of {len(view.members)}"
        title = f"Convoy {old.id} has landed: {old.title}"
        said = telling.mail(
            town, now, old, who, Notice(title, _text(town, view, reason), (notify,))
        )
        return Change(
            f"convoy {old.id} landed: {old.title} ({count})",
            (new, *said),
            event="convoy.landed",
        )

    after = town.ledger.transact(decide, who).convoy(view.convoy.id)
    if told:
        facts = {
            "convoy": after.id, "title": after.title, "members": len(view.members),
        }  # fmt: skip
        town.events.append("convoy.landed", who.address, facts, visibility=Visibility.AUDIT)
        telling.nudge(town, after, who, f"convoy {after.id} has landed", landed=True)
    return after


def _left(view: Progress) -> str:
    left = [member.id for member in view.members if not member.is_closed]
    return ", ".join(left) or "its first member"


def seconds(town: Town, convoy: Convoy) -> float:
    """Return for how long *convoy* has been, or was, under way."""
    begun = exact_seconds_of(convoy.launched_at or convoy.created_at)
    ended = exact_seconds_of(convoy.closed_at) if convoy.closed_at else town.clock()
    return max(0.0, ended - begun)


def _text(town: Town, view: Progress, reason: str) -> str:
    lines = [f"{reason}, after {lasts(seconds(town, view.convoy))}.", ""]
    lines += [f"{each.id}  {each.status}  {each.title}".rstrip() for each in view.members]
    return "\n".join([*lines, "", f"git gt convoy show {view.convoy.id}"])
