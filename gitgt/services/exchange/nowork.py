"""Which records of ``bd`` are no work: Gas Town keeps agents, mail and wisps among beads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitgt.model.documents import Convoy, type_of
from gitgt.model.ids import is_bead_id

AGENT: Final = "an agent is an identity, and no work"
_NO_WORK: Final = {
    "agent": AGENT,
    "role": "a role is no work: the roles come with gitgt",
    "rig": "a rig is no work: git gt rig add NAME URL",
    "message": "mail has no place here",
    "event": "an event is no work: the ledger's history has its own",
    "queue": "there are no queues of mail",
    "slot": "a slot is no work: the refinery lands one at a time",
    "merge-request": "a merge request is no work: what is not landed is handed in again",
    "sling-context": "what waits to be slung is slung again: git gt sling",
}


def no_place(record: Mapping[str, Any]) -> str:
    """Return why *record* is nothing that a ledger keeps; empty if it is something."""
    table = record.get("_type", "issue")
    if table != "issue":
        return f"a {table} has no place in a ledger of beads"
    if record.get("ephemeral") is True:
        return "it is ephemeral, and wisps never reach a ledger"
    return next((_NO_WORK[kind] for kind in _kinds(record) if kind in _NO_WORK), "")


def agent(record: Mapping[str, Any]) -> str:
    """Return the address of the live polecat or crew member that *record* is; empty if none."""
    if "agent" not in _kinds(record) or record.get("status") in ("closed", "tombstone"):
        return ""
    facts = _facts(record.get("description"))
    rig, role = facts.get("rig", ""), facts.get("role_type", "")
    folder = {"polecat": "polecats", "crew": "crew"}.get(role, "")
    _, found, name = str(record.get("id")).partition(f"-{role}-")
    return f"{rig}/{folder}/{name}" if rig and folder and found else ""


def _facts(description: Any) -> dict[str, str]:  # noqa: ANN401 - whatever came in
    rows = description.splitlines() if isinstance(description, str) else ()
    pairs = [row.partition(":") for row in rows]
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def _kinds(record: Mapping[str, Any]) -> list[str]:
    """Return what a record may be: by its type, and by the labels that Gas Town gives."""
    labels = record.get("labels")
    words = (
        [each for each in labels if isinstance(each, str)] if isinstance(labels, list) else []
    )
    told = [each.removeprefix("gt:") for each in words if each.startswith("gt:")]
    return [str(record.get("issue_type", "task")), *told]


def is_convoy(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is a convoy: its type, a label or its id says so."""
    name = str(record.get("id"))
    return Convoy.kind in _kinds(record) or (is_bead_id(name) and type_of(name) == Convoy.kind)
