"""Properties of rigs: said for this machine, for all clones, or for all rigs of a town."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from gitgt.ledger import local_layer
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model import ids, properties, when
from gitgt.model.actor import Actor
from gitgt.model.documents import RigIdentity
from gitgt.model.lifecycle import RigStatus
from gitgt.model.properties import BLOCKED, Found, Layer
from gitgt.services import identity, settings
from gitgt.services.town import Rig, Town

LOCAL: Final = "local"
RIG: Final = "rig"
SETTINGS: Final = "settings"
TOWN: Final = "town"


def layers(town: Town, rig: Rig) -> tuple[Layer, ...]:
    """Return what each layer says, the first to be heard first. No process is started."""
    ledger = town.ledger_at(rig)
    found = ledger.snapshot().find(ids.rig_id(rig.prefix)) if ledger.exists else None
    labels = found.labels if isinstance(found, RigIdentity) else ()
    own = settings.read(rig.path / "settings/config.yaml", "rig")
    of_all = settings.read(town.root / "settings/config.yaml", "settings").get("rigs", {})
    return (
        Layer(LOCAL, _known(local_layer.read(ledger.repository))),
        Layer(RIG, properties.from_labels(labels)),
        Layer(SETTINGS, _known(own)),
        Layer(TOWN, _known(of_all)),
    )


def get(town: Town, rig: Rig, key: str) -> Found:
    """Return what holds for *rig*.

    Raises:
        NotFoundError: there is no such property.
    """
    return properties.effective(key, layers(town, rig))


def every(town: Town, rig: Rig) -> list[Found]:
    """Return all properties of *rig*, as they hold."""
    there = layers(town, rig)
    return [properties.effective(key, there) for key in properties.KEYS]


def span(there: Sequence[Layer], key: str, usual: float) -> float:
    """Return the seconds of a property that is a span, *usual* if nobody has said any."""
    found = properties.effective(key, there)
    return (when.span(str(found.value)) or usual) if found.layers else usual


def adjusted(town: Town, rig: Rig, priority: int) -> int:
    """Return what a priority comes to in *rig*: 0, the most urgent, to 4."""
    found = get(town, rig, "priority_adjustment")
    return min(4, max(0, priority + int(found.value)))


def put(town: Town, rig: Rig, key: str, text: str, who: Actor, *, local: bool) -> bool:
    """Say what a property is, on this machine or for all clones; tell whether that is news.

    Raises:
        NotFoundError: there is no such property.
        RefusedError: it can be no such thing.
    """
    identity.check_person(who, "properties are")
    value = properties.known(key).parse(text)
    if local:
        return _change(town, rig, lambda old: {**old, key: value}, who, f"{key}: {text}")
    return _label(town, rig, key, text, who)


def block(town: Town, rig: Rig, key: str, who: Actor) -> bool:
    """Let nothing be said of a property on this machine; tell whether that is news."""
    identity.check_person(who, "properties are")
    properties.known(key)
    return _change(town, rig, lambda old: {**old, key: BLOCKED}, who, f"block {key}")


def drop(town: Town, rig: Rig, key: str, who: Actor, *, local: bool) -> bool:
    """Say nothing of a property any more, on this machine or for all clones."""
    identity.check_person(who, "properties are")
    properties.known(key)
    if not local:
        return _label(town, rig, key, "", who)

    def amend(old: dict[str, Any]) -> dict[str, Any]:
        old.pop(key, None)
        return old

    return _change(town, rig, amend, who, f"unset {key}")


def _known(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key in properties.KEYS}


def _change(
    town: Town, rig: Rig, amend: Callable[[dict[str, Any]], dict[str, Any]], who: Actor,
    why: str,
) -> bool:  # fmt: skip
    repository = town.ledger_at(rig).repository
    return local_layer.change(repository, amend, who, why=why, now=town.clock())


def _label(town: Town, rig: Rig, key: str, text: str, who: Actor) -> bool:
    """Put ``key:text`` among the labels of the rig's identity; for no text, take it away."""
    wrote = False

    def decide(now: Snapshot) -> Change | None:
        nonlocal wrote
        old = now.find(ids.rig_id(rig.prefix))
        before = old if isinstance(old, RigIdentity) else _new(town, rig, who)
        others = [each for each in before.labels if not each.startswith(f"{key}:")]
        labels = tuple(sorted([*others, *([f"{key}:{text}"] if text else [])]))
        wrote = labels != before.labels
        if not wrote:
            return None
        said = f"{key} of {rig.name}: {text}" if text else f"no {key} of {rig.name}"
        return Change(said, (before.replace(labels=labels),), event="rig.changed")

    town.ledger_at(rig).transact(decide, who)
    return wrote


def _new(town: Town, rig: Rig, who: Actor) -> RigIdentity:
    return RigIdentity(
        id=ids.rig_id(rig.prefix), type="rig", title=rig.name, status=RigStatus.OPERATIONAL,
        created_at=town.now(), created_by=who.address,
    )  # fmt: skip
