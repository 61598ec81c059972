"""Convoys that go no further by themselves: what is stuck, why, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import SKIPPED, Member, Skip, Why, is_slung
from gitgt.model.convoy.convoy_report import Account, Left, account, way_out, why_stalled, word
from gitgt.model.documents import Convoy, Severity
from gitgt.model.graph import Graph
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.model.wording import fit_line
from gitgt.services import graph, submit
from gitgt.services.convoy import ending, telling
from gitgt.services.convoy.convoys import Progress
from gitgt.services.convoy.members import by_prefix
from gitgt.services.convoy.telling import Notice
from gitgt.services.escalation import escalations
from gitgt.services.town import Town

_MAYOR: Final = ("mayor",)
_DISPATCHER: Final = Actor.role("dispatcher").address


def tell(town: Town, view: Progress, stuck: Sequence[Skip], who: Actor) -> None:
    """Say that a convoy needs somebody, what for, and what helps; once for each cause."""
    convoy, why = view.convoy, why_stalled(stuck, view.members)
    if convoy.stalled_at and convoy.reason == fit_line(why):
        return
    report = report_of(town, view, stuck)
    what = "is at its end" if _is_at_end(report) else "stalls"
    title = f"Convoy {convoy.id} {what}: {convoy.title}"
    text = "\n".join([why, "", *report.lines()])
    settle(town, convoy, who)
    # In this order: whoever is killed in between finds it untold, and does both again.
    submit.escalate(
        town, None, who, severity=Severity.MEDIUM, title=fit_line(f"{convoy.id} {what}: {why}"),
        about=convoy.id, description=text,
    )  # fmt: skip
    _note(town, convoy, why, who, Notice(title, text, _MAYOR if convoy.is_mountain else ()))


def tell_ripe(town: Town, view: Progress, who: Actor) -> None:
    """Say to the owner of a convoy that all of it is closed; once."""
    convoy = view.convoy
    why = f"all members are closed: git gt convoy land {convoy.id}"
    if not (convoy.stalled_at and convoy.reason == why):
        title = f"Convoy {convoy.id} can be landed: {convoy.title}"
        _note(town, convoy, why, who, Notice(title, why))


def settle(town: Town, convoy: Convoy, who: Actor) -> None:
    """Say that a convoy needs nobody any more."""
    escalations.settle(town, None, who, about=convoy.id)

    def decide(now: Snapshot) -> Change | None:
        old = now.convoy(convoy.id)
        if not old.stalled_at or old.status != ConvoyStatus.OPEN:
            return None
        new = old.replace(stalled_at="", reason="")
        return Change(f"convoy {old.id} goes on: {old.title}", (new,), event="convoy.resumed")

    town.ledger.transact(decide, who)


def answer(town: Town, convoy: Convoy, bead: str, who: Actor) -> None:
    """Close the calls that whoever gave *bead* up has made: its mountain goes on without it.

    It stays blocked, which is told wherever that is, and the mountain's report names it.
    """
    rig = town.rig_of(bead)
    for each in escalations.every_of(town, rig):
        if (each.created_by, each.about) == (_DISPATCHER, bead):
            escalations.close(town, each.id, who, reason=f"{convoy.id} goes on without it")


def _note(town: Town, convoy: Convoy, why: str, who: Actor, notice: Notice) -> None:
    said = fit_line(why)
    told = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal told
        old = now.convoy(convoy.id)
        told = old.status == ConvoyStatus.OPEN and (not old.stalled_at or old.reason != said)
        if not told:
            return None
        new = old.replace(stalled_at=town.now(), reason=said)
        letters = telling.mail(town, now, old, who, notice)
        return Change(f"convoy {old.id} stalls: {why}", (new, *letters), event="convoy.stalled")

    town.ledger.transact(decide, who)
    if told:
        telling.nudge(town, convoy, who, notice.title)


def _is_at_end(report: Account) -> bool:
    """Tell whether all that is not done was left behind, or waits for what was."""
    return bool(report.left) and not report.open and not report.at_work


def report_of(town: Town, view: Progress, stuck: Iterable[Skip]) -> Account:
    """Return how far a convoy came, and what is stuck in it."""
    left = {
        each.bead: Left(each.bead, _why(town, each), way_out(each))
        for each in stuck
        if each.why is not Why.WAITS
    }
    held = held_by(town, [each for each in view.members if each.waits])
    return account(view.members, left, held, ending.seconds(town, view.convoy))


def _why(town: Town, skip: Skip) -> str:
    if skip.why in (Why.SKIPPED, Why.FAILED, Why.BLOCKED):
        reason = getattr(
            town.ledger_of(skip.bead).snapshot().from_index(skip.bead), "reason", ""
        )
        return f"{word(skip.why)}: {reason}" if reason else word(skip.why)
    return f"{word(skip.why)}: {skip.detail}" if skip.detail else word(skip.why)


def left_behind(view: Progress) -> list[Skip]:
    """Return the members that a mountain has left behind."""
    return [
        Skip(view.convoy.id, each.id, Why.SKIPPED)
        for each in view.members
        if SKIPPED in each.labels and each.status == "blocked"
    ]


def held_by(town: Town, waiting: Sequence[Member]) -> Mapping[str, tuple[str, ...]]:
    """Return for what each of the *waiting* members waits, and what those wait for."""
    found: dict[str, tuple[str, ...]] = {}
    for names in by_prefix(each.id for each in waiting).values():
        with graph.graph_of(town, town.rig_of(names[0])) as (_, web, _homes):
            ahead = list(names)
            for name in ahead:
                if name not in found:
                    found[name] = tuple(dict.fromkeys(_ahead_of(web, name)))
                    ahead += found[name]
    return found


def _ahead_of(web: Graph, name: str) -> Iterator[str]:
    """Yield what has to be over first: what it waits for, and the parts of a whole."""
    node = web.find(name)
    if node is None or not node.is_live_work:
        return
    yield from (each.on for each in web.why(node) if each.on != name)
    if not is_slung(node.type):
        yield from web.children(name)
