"""Gates and waivers: what must be so before anything lands on a rig's target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Waiver
from gitgt.model.gate import DEFAULT_TIMEOUT, Gate, Runs
from gitgt.model.lifecycle import WaiverStatus
from gitgt.services import commit, settings
from gitgt.services.gates.leaks import Leaks
from gitgt.services.town import Rig, Town

_SCHEMA: Final = "rig"


def gates(town: Town, rig: Rig) -> tuple[Gate, ...]:
    """Return the gates of *rig* as committed: what is only in a working tree does not count.

    They come in the order of their phases.
    """
    return named(settings.read_committed(town.root, rig.settings_name, _SCHEMA))


def named(said: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Return the gates that the settings of a rig name, in the order of their phases."""
    gates = (_gate(fields) for fields in said.get("gates", ()))
    return tuple(sorted(gates, key=lambda each: each.phase))


def leaks(town: Town, rig: Rig) -> dict[str, list[str]]:
    """Return the programs that the latest runs of gates left running, by gate."""
    return Leaks(town.ledger_at(rig).repository).known()


def _gate(fields: dict[str, Any]) -> Gate:
    """Return a gate as its settings have it: lists are tuples, what is not said is as usual."""
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    runs = Runs(fields.get("runs", Runs.HERE))
    timeout = float(fields.get("timeout", DEFAULT_TIMEOUT))
    return Gate(**{**said, "timeout": timeout, "runs": runs})


def add(
    town: Town, rig: Rig, name: str, command: Sequence[str], who: Actor,
    **said: object,
) -> bool:  # fmt: skip
    """Add a gate, or define the one of that name anew; say if anything changed.

    *said* is what the settings may say of it besides; what is None or empty is left out.
    """
    fields: dict[str, Any] = {"name": name, "command": list(command)}
    fields |= {key: value for key, value in said.items() if value not in (None, [], ())}

    def amend(present: Sequence[Any]) -> list[Any]:
        if not any(each["name"] == name for each in present):
            return [*present, fields]
        return [fields if each["name"] == name else each for each in present]

    return _change(town, rig, amend, f"gate {name} for {rig.name}", who)


def remove(town: Town, rig: Rig, name: str, who: Actor) -> None:
    """Remove a gate.

    Raises:
        NotFoundError: there is none of that name.
    """

    def amend(present: Sequence[Any]) -> list[Any]:
        left = [each for each in present if each["name"] != name]
        if len(left) == len(present):
            raise NotFoundError(
                f"{rig.name} has no gate {name!r}", hint=f"git gt gate list {rig.name}"
            )
        return left

    _change(town, rig, amend, f"no gate {name} for {rig.name}", who)


def quarantine(town: Town, rig: Rig, name: str, reason: str, who: Actor) -> bool:
    """Let a gate neither block nor blame until it is released; say if anything changed.

    Raises:
        NotFoundError: there is no such gate.
        RefusedError: no reason is given, or no other gate would block.
    """
    if not reason.strip():
        raise RefusedError("a quarantine needs a reason", hint="--reason 'fails on Mondays'")
    others = [each for each in gates(town, rig) if each.name != name]
    if all(each.quarantine for each in others):
        raise RefusedError(
            f"{name} is the only gate of {rig.name} that blocks",
            hint=f"let another one block first: git gt gate add {rig.name} NAME -- COMMAND",
        )
    subject = f"quarantine {name} of {rig.name}: {reason.strip()}"
    return _change(town, rig, _amended(rig, name, reason.strip()), subject, who)


def release(town: Town, rig: Rig, name: str, who: Actor) -> bool:
    """Let a gate block and blame again; say if anything changed.

    Raises:
        NotFoundError: there is no such gate.
    """
    return _change(town, rig, _amended(rig, name, ""), f"release {name} of {rig.name}", who)


def _amended(rig: Rig, name: str, reason: str) -> Callable[[Sequence[Any]], list[Any]]:
    def amend(present: Sequence[Any]) -> list[Any]:
        if all(each["name"] != name for each in present):
            raise NotFoundError(
                f"{rig.name} has no gate {name!r}", hint=f"git gt gate list {rig.name}"
            )
        return [_held(each, reason) if each["name"] == name else each for each in present]

    return amend


def _held(fields: dict[str, Any], reason: str) -> dict[str, Any]:
    rest = {key: value for key, value in fields.items() if key != "quarantine"}
    return {**rest, "quarantine": reason} if reason else rest


def _change(
    town: Town, rig: Rig, amend: Callable[[Sequence[Any]], list[Any]], subject: str, who: Actor
) -> bool:
    """Commit what *amend* makes of the gates as they stand."""

    def decide() -> commit.Files:
        present = settings.read(town.root / rig.settings_name, _SCHEMA)
        content = settings.emit({**present, "gates": amend(present.get("gates", ()))})
        settings.parse(content, _SCHEMA, rig.settings_name)
        return {rig.settings_name: content}

    return commit.change(town, decide, subject, who)


def waive(
    town: Town, rig: Rig, reason: str, who: Actor, *, tree: str = "", branch: str = ""
) -> Waiver:
    """Record that landing on *rig* needs no gate's pass, or just *tree* does not; and why.

    It holds for *branch*, or if none is given for the rig's own.

    Raises:
        RefusedError: no reason is given, or the rig has gates and no tree is named.
    """
    if not reason.strip():
        raise RefusedError("a waiver needs a reason", hint="--reason 'why no gate is needed'")
    if not tree and gates(town, rig):
        raise RefusedError(
            f"{rig.name} has gates; a waiver for all of it would switch them off",
            hint=f"git gt gate waive {rig.name} --tree TREE --reason '...'",
        )
    target = branch or rig.branch
    document = Waiver(
        id=town.new_id(rig.prefix, "wv"),
        type="waiver",
        title=f"{target} takes {tree[:12] or 'what lands'} without a gate",
        status=WaiverStatus.ACTIVE,
        target=target,
        tree=tree,
        description=reason,
        created_at=town.now(),
        created_by=who.address,
    )

    def decide(now: Snapshot) -> Change | None:
        if covering(now, target, tree) is not None:
            return None
        return Change(
            f"waive the gates of {rig.name}: {reason}", (document,), event="gate.waived"
        )

    after = town.ledger_at(rig).transact(decide, who)
    found = covering(after, target, tree)
    assert found is not None
    return found


def covering(now: Snapshot, target: str, tree: str) -> Waiver | None:
    """Return the waiver that lets *tree* (empty: anything) land on *target*, if any."""
    active = [
        waiver
        for waiver in now.all(Waiver, status=WaiverStatus.ACTIVE, target=target)
        if waiver.tree in ("", tree)
    ]
    return active[0] if active else None


def waivers(town: Town, rig: Rig) -> tuple[Waiver, ...]:
    """Return the waivers of *rig* that are in force."""
    now = town.ledger_at(rig).snapshot()
    return tuple(now.all(Waiver, status=WaiverStatus.ACTIVE))


def revoke(town: Town, rig: Rig, name: str, who: Actor) -> Waiver:
    """End a waiver.

    Raises:
        NotFoundError: there is none of that name.
    """
    ledger = town.ledger_at(rig)
    hint = f"git gt gate list {rig.name}"
    try:
        waiver = ledger.snapshot().complete(name)
    except NotFoundError as error:
        raise NotFoundError(f"{rig.name} has no waiver {name!r}", hint=hint) from error

    def decide(now: Snapshot) -> Change:
        found = now.get(waiver)
        if not isinstance(found, Waiver):
            raise NotFoundError(f"{waiver} is no waiver", hint=hint)
        ended = found.replace(status=WaiverStatus.REVOKED)
        return Change(f"revoke {waiver}", (ended,), event="gate.required")

    found = ledger.transact(decide, who).get(waiver)
    assert isinstance(found, Waiver)
    return found
