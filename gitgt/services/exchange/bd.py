"""The records of ``bd``'s JSONL, as beads and from beads."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.model.documents import Bead, Convoy, Dependency, DependencyType
from gitgt.model.ids import is_bead_id
from gitgt.model.issues.trace import MARK
from gitgt.services.exchange import fit
from gitgt.services.exchange.foreign import Edge, Foreign, Names, Work
from gitgt.services.exchange.nowork import is_convoy

SOURCE: Final = "bd"
_LONG_AGO: Final = "1970-01-01T00:00:00Z"  # where nobody says when
# What bd calls it, and what we do, where the value is the same.
_SAME: Final = {
    "title": "title", "description": "description", "design": "design",
    "acceptance_criteria": "acceptance", "notes": "notes", "priority": "priority",
    "assignee": "assignee", "owner": "owner", "estimated_minutes": "estimate",
    "created_by": "created_by", "close_reason": "reason", "external_ref": "external",
}  # fmt: skip
_TIMES: Final = {
    "created_at": "created_at", "started_at": "started_at", "closed_at": "closed_at",
    "due_at": "due_at", "defer_until": "defer_until",
}  # fmt: skip
_TYPES: Final = {
    "task": "task", "bug": "bug", "feature": "feature", "chore": "chore", "epic": "epic",
    "decision": "decision", "molecule": "molecule",
    "gate": "formula-gate", "story": "feature", "spike": "task", "milestone": "epic",
    "enhancement": "feature", "feat": "feature", "adr": "decision", "dec": "decision",
}  # fmt: skip
_STATUSES: Final = frozenset({"open", "blocked", "deferred", "pinned", "closed"})
_CONVOY_STATUSES: Final = frozenset({"staged_ready", "staged_warnings", "closed"})
_CONVOY_FIELDS: Final = frozenset(each.name for each in dataclasses.fields(Convoy))
_EDGES: Final = {**{str(each): str(each) for each in DependencyType}, "relates-to": "related"}
# What only we have: it travels as metadata.
_OURS: Final = (
    "outcome", "closed_by", "landed", "target", "integration", "agent", "mode", "rounds",
    "patience", "failures", "formula", "step", "header",
)  # fmt: skip


def read(record: Mapping[str, Any], where: str) -> Foreign:
    """Return what a record of bd says.

    Raises:
        RefusedError: it is none.
    """
    name, title = record.get("id"), record.get("title")
    if not isinstance(name, str) or not name.strip():
        raise RefusedError("a record without an id")
    if not isinstance(title, str) or not title.strip():
        raise RefusedError(f"{name} has no title")
    parent, edges = _edges(record)
    return Foreign(SOURCE, name, where, record, _fields(record), parent, edges, write)


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    given = {ours: record.get(theirs) for theirs, ours in _SAME.items()}
    given |= {ours: fit.time(record.get(theirs)) for theirs, ours in _TIMES.items()}
    given["priority"] = fit.priority(given["priority"])
    given["type"] = _TYPES.get(str(record.get("issue_type", "task")), "task")
    given["labels"] = record.get("labels")
    given["comments"] = fit.comments(_comments(record))
    own = _own(record)
    given |= {name: own[name] for name in _OURS if isinstance(own.get(name), str)}
    if isinstance(own.get("ext"), dict):
        given["ext"] = own["ext"]
    found = fit.fitting(given)
    found.setdefault("created_at", fit.time(record.get("updated_at")) or _LONG_AGO)
    found.setdefault("created_by", found.get("owner", "unknown"))
    if is_convoy(record):
        return _as_convoy(record, found)
    standing = _standing(record, found)
    return {**found, **standing}


def _as_convoy(record: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a convoy: what it has none for is kept for the export."""
    given = {"tombstone": "closed"}.get(str(record.get("status")), str(record.get("status")))
    status = given if given in _CONVOY_STATUSES else "open"
    kept = {name: value for name, value in found.items() if name in _CONVOY_FIELDS}
    kept |= {"type": Convoy.kind, "status": status}
    if status == "closed":
        return {"closed_at": found["created_at"], **kept}
    kept.pop("closed_at", None)
    return kept


def _own(record: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = record.get("metadata")
    own = metadata.get("gitgt") if isinstance(metadata, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def _standing(record: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the status. What is on an agent's hook there is on nobody's hook here.

    A town would start its agent at once; a person who is at work on it stays so.
    """
    given = str(record.get("status", "open"))
    if given in ("closed", "tombstone"):
        end = found.get("closed_at") or fit.time(record.get("updated_at"))
        outcome = found.get("outcome") or ("success" if given == "closed" else "cancelled")
        return {
            "status": "closed",
            "closed_at": end or found["created_at"],
            "outcome": outcome,
        }
    for name in ("closed_at", "closed_by", "outcome", "landed"):
        found.pop(name, None)
    if given in ("in_progress", "hooked"):
        who = found.get("assignee", "")
        if given == "in_progress" and who and "/" not in who:
            return {"status": "in_progress"}
        found.pop("assignee", None)
        return {"status": "open"}
    return {"status": given if given in _STATUSES else "open"}


def _comments(record: Mapping[str, Any]) -> Iterator[dict[str, str] | None]:
    for each in _maps(record, "comments"):
        said = (each.get("created_at"), each.get("author"), each.get("text"))
        yield fit.comment(each.get("id"), *said)


def _edges(record: Mapping[str, Any]) -> tuple[str, tuple[Edge, ...]]:
    parent, found = "", []
    for each in _maps(record, "dependencies"):
        kind, name = _EDGES.get(str(each.get("type", "blocks"))), each.get("depends_on_id")
        if kind is None or not isinstance(name, str):
            continue
        name = _unwrapped(name)
        if kind == DependencyType.PARENT_CHILD and not parent:
            parent = name
        else:
            found.append(Edge(kind, name, _when(kind, each.get("metadata"))))
    return parent, tuple(found)


def _unwrapped(name: str) -> str:
    """Return what ``external:bk:bk-a1b2``, a bead of another ledger, is called there."""
    bead = name.rpartition(":")[2]
    is_wrapped = is_bead_id(bead) and name == f"external:{bead.partition('-')[0]}:{bead}"
    return bead if is_wrapped else name


def _when(kind: str, metadata: Any) -> str:  # noqa: ANN401 - whatever came in
    try:
        told = json.loads(metadata) if isinstance(metadata, str) and metadata else metadata
    except ValueError:
        return ""
    said = told if isinstance(told, Mapping) else {}
    if kind == DependencyType.WAITS_FOR:
        return "any-child" if said.get("gate") == "any-children" else ""
    wanted = said.get("when")
    known = ("success", "failure", "cancelled")
    return wanted if kind == DependencyType.CONDITIONAL_BLOCKS and wanted in known else ""


def _maps(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = record.get(name)
    return (
        [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    )


# --- back


def write(bead: Work, names: Names) -> dict[str, Any]:
    """Return *bead* as a record; *names* are what bd calls other beads."""
    own = bead.fields()
    name = names.get(bead.id, str(bead.id))
    status = {"tombstone": "tombstone"}.get(bead.status, str(bead.status))
    found: dict[str, Any] = {"id": name}
    found |= {theirs: own[ours] for theirs, ours in {**_SAME, **_TIMES}.items() if ours in own}
    found |= {"status": status, "issue_type": _type(bead)}
    if isinstance(bead, Bead):
        found["priority"] = bead.priority
    if bead.labels:
        found["labels"] = list(bead.labels)
    if edges := [*_written_edges(bead, name, names)]:
        found["dependencies"] = edges
    if bead.comments:
        found["comments"] = [
            {"id": c.id, "issue_id": name, "author": c.by, "text": c.text, "created_at": c.at}
            for c in bead.comments
        ]
    if ours := _only_ours(own):
        found["metadata"] = {"gitgt": ours}
    return found


def _type(bead: Work) -> str:
    return "gate" if bead.type == "formula-gate" else str(bead.type)


def _written_edges(bead: Work, name: str, names: Names) -> Iterator[dict[str, Any]]:
    edges = [*bead.dependencies]
    if isinstance(bead, Bead) and bead.parent:
        parent = type(bead.id)(bead.parent)
        edges.insert(0, Dependency(DependencyType.PARENT_CHILD, parent))
    for each in edges:
        on = names.get(each.on, str(each.on))
        found = {"issue_id": name, "depends_on_id": on, "type": str(each.type)}
        if each.when:
            is_any = each.when == "any-child"
            said = {"gate": "any-children"} if is_any else {"when": str(each.when)}
            found["metadata"] = json.dumps(said)
        yield found


def _only_ours(own: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: own[name] for name in _OURS if name in own}
    if found.get("outcome") == "success":
        del found["outcome"]
    ext = {key: value for key, value in own.get("ext", {}).items() if key != MARK}
    return {**found, **({"ext": ext} if ext else {})}
