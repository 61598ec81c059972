"""Launch convoys: from then on they start work by themselves, until they are paused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import MOUNTAIN, PAUSED, Convoy
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services.convoy import convoys
from gitgt.services.town import Town

Step = Callable[[Convoy], Convoy]


def launch(
    town: Town, name: str, who: Actor, *, force: bool = False, labels: Sequence[str] = ()
) -> Convoy:
    """Let the convoy called *name* start its members as they become ready.

    Raises:
        RefusedError: it is launched already, or was staged with warnings and no force is used.
    """
    found = convoys.find(town, name)

    def step(old: Convoy) -> Convoy:
        if old.status == ConvoyStatus.CLOSED:
            raise RefusedError(f"{old.id} is closed", hint=f"git gt convoy add {old.id} BEAD")
        if old.launched_at:
            raise RefusedError(
                f"{old.id} is launched already", hint=f"git gt convoy show {old.id}"
            )
        if old.status == ConvoyStatus.STAGED_WARNINGS and not force:
            raise RefusedError(
                f"{old.id} was staged with warnings",
                hint=f"git gt convoy stage {old.id} tells them; --force launches all the same",
            )
        return old.replace(
            status=ConvoyStatus.OPEN,
            launched_at=town.now(),
            labels=tuple(sorted({*old.labels, *labels})),
        )

    return change(town, found, who, step, "launch", "convoy.launched")


def pause(town: Town, convoy: Convoy, who: Actor) -> Convoy:
    """Let a convoy start nothing for now; who is at work goes on.

    Raises:
        RefusedError: it was not launched, or is closed.
    """

    def step(old: Convoy) -> Convoy:
        return old.replace(labels=tuple(sorted({*old.labels, PAUSED})))

    return change(town, _launched(convoy), who, step, "pause", "convoy.paused")


def resume(town: Town, convoy: Convoy, who: Actor) -> Convoy:
    """Let a paused convoy start work again."""

    def step(old: Convoy) -> Convoy:
        return _without(old, PAUSED)

    return change(town, _launched(convoy), who, step, "resume", "convoy.resumed")


def cancel(town: Town, convoy: Convoy, who: Actor) -> Convoy:
    """Let a convoy be one that only tells how far its members are."""

    def step(old: Convoy) -> Convoy:
        plain = _without(_without(old, PAUSED), MOUNTAIN)
        return plain.replace(launched_at="", stalled_at="", reason="")

    return change(town, _launched(convoy), who, step, "cancel", "convoy.canceled")


def change(
    town: Town, convoy: Convoy, who: Actor, step: Step, said: str, event: str
) -> Convoy:  # fmt: skip
    """Do *step* with a convoy as it stands; return it. What changes nothing writes nothing."""

    def decide(now: Snapshot) -> Change | None:
        old = now.convoy(convoy.id)
        new = step(old)
        subject = f"{said} {old.id}: {old.title}"
        return None if new == old else Change(subject, (new,), event=event)

    return town.ledger.transact(decide, who).convoy(convoy.id)


def _launched(convoy: Convoy) -> Convoy:
    if convoy.status != ConvoyStatus.OPEN or not convoy.launched_at:
        state = convoy.status if convoy.status != ConvoyStatus.OPEN else "not launched"
        raise RefusedError(
            f"{convoy.id} is {state}: it starts nothing",
            hint=f"git gt convoy launch {convoy.id}",
        )
    return convoy


def _without(convoy: Convoy, label: str) -> Convoy:
    return convoy.replace(labels=tuple(each for each in convoy.labels if each != label))
