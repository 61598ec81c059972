"""What a convoy is made of: the parts of an epic, tasks that were named, or another convoy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitgt.errors import RefusedError
from gitgt.model.convoy.convoy_stage import Input, Piece, Request, Staging, stage
from gitgt.model.documents import Bead, Convoy, WorkType
from gitgt.model.graph import Graph, Node
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import ConvoyStatus
from gitgt.services import graph, reading
from gitgt.services.convoy import members, places
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What is to travel: named tasks, all parts of an epic, or what a convoy holds."""

    kind: Input
    names: tuple[BeadId, ...]
    epic: Bead | None = None
    convoy: Convoy | None = None


def load(town: Town, words: Sequence[str]) -> Load:
    """Return what *words* name: one epic, one convoy, or tasks.

    Raises:
        NotFoundError: one of them is nowhere.
        RefusedError: they are of several kinds.
    """
    found = [reading.show(town, each) for each in words]
    convoy = [each for each in found if isinstance(each, Convoy)]
    epics = [each for each in found if isinstance(each, Bead) and each.type is WorkType.EPIC]
    if (convoy or epics) and len(found) > 1:
        names = ", ".join(each.id for each in (*convoy, *epics))
        raise RefusedError(
            f"an epic or a convoy is staged alone, and here are {len(found)}: {names}",
            hint="stage each by itself, or name tasks only",
        )
    odd = [each for each in found if not isinstance(each, Bead | Convoy)]
    if odd:
        raise RefusedError(f"{odd[0].id} is a {odd[0].type}, and no work")
    if convoy:
        return _of_convoy(town, convoy[0])
    if epics:
        return Load(Input.EPIC, (epics[0].id,), epic=epics[0])
    return Load(Input.TASKS, tuple(dict.fromkeys(each.id for each in found)))


def _of_convoy(town: Town, convoy: Convoy) -> Load:
    epic = reading.show(town, convoy.epic) if convoy.epic else None
    if isinstance(epic, Bead):
        return Load(Input.EPIC, (epic.id,), epic, convoy)
    return Load(Input.CONVOY, convoy.members, convoy=convoy)


def analyse(town: Town, wanted: Load) -> tuple[Staging, dict[str, Piece]]:
    """Return what a convoy of that would be like, and the pieces that were looked at."""
    rig = town.rig_of(wanted.names[0]) if wanted.names else None
    # An index is not opened twice at once: so first who belongs to it, then the rest of it.
    with graph.graph_of(town, rig) as (_, web, _homes):
        names = [*dict.fromkeys(_below(web, wanted))]
        nodes = {name: web.find(name) or Node(name, unreadable=True) for name in names}
    pieces = {each.node.id: each for each in _pieces(town, nodes, wanted)}
    request = Request(
        wanted.kind,
        pieces,
        wanted.epic.id if wanted.epic else "",
        here=frozenset(town.rigs_here()),
        off=places.off(town),
        limit=places.limit(town),
    )
    with graph.graph_of(town, rig) as (_, web, _homes):
        return stage(request, web), pieces


def _below(web: Graph, wanted: Load) -> Iterator[str]:
    """Yield what is wanted, and of an epic all parts, those of the parts, and so on."""
    if wanted.kind is not Input.EPIC:
        yield from wanted.names
        return
    waiting = [str(each) for each in wanted.names]
    seen = set(waiting)
    for name in waiting:
        yield name
        fresh = [each for each in web.children(name) if each not in seen]
        seen.update(fresh)
        waiting += fresh


def _pieces(town: Town, nodes: Mapping[str, Node], wanted: Load) -> Iterator[Piece]:
    seen = members.read(town, nodes)
    own = wanted.convoy.id if wanted.convoy else ""
    for name, node in nodes.items():
        found = seen[name]
        if node.kind != "bead" or node.status == "tombstone":
            continue
        rig = town.rig_of(name) if not found.problem else None
        yield Piece(
            node=node,
            title=found.title,
            rig=rig.name if rig else "",
            integration=_integration(town, node),
            elsewhere=_elsewhere(town, name, own, wanted),
        )


def _integration(town: Town, node: Node) -> str:
    if node.type != WorkType.EPIC:
        return ""
    found = town.ledger_of(node.id).snapshot().from_index(node.id)
    return str(getattr(found, "integration", ""))


def _elsewhere(town: Town, name: str, own: str, wanted: Load) -> str:
    """Return an open convoy that *name* travels in; that of the same epic is no other."""
    epic = wanted.epic.id if wanted.epic else None
    others = (each for each in town.convoys_of(name) if each.status == ConvoyStatus.OPEN)
    found = (each.id for each in others if each.id != own and (not epic or each.epic != epic))
    return str(next(found, ""))


def parts(town: Town, epic: str) -> tuple[Bead, list[BeadId]]:
    """Return the epic called *epic*, and the work that it consists of.

    Raises:
        RefusedError: it is no epic, or has no parts that could be worked on.
    """
    wanted = load(town, [epic])
    if wanted.epic is None:
        raise RefusedError(f"{epic} is no epic", hint="git gt bead list --type epic")
    found, _ = analyse(town, wanted)
    if not found.members:
        raise RefusedError(
            f"{wanted.epic.id} has no parts that could be worked on",
            hint=f"git gt bead create 'Title' --parent {wanted.epic.id}",
        )
    return wanted.epic, [BeadId.parse(each) for each in found.members]


def fields(found: Staging, pieces: dict[str, Piece], convoy: Convoy | None) -> dict[str, Any]:
    """Return what was found as plain values."""
    title = {name: each.title for name, each in pieces.items()}
    return {
        "convoy_id": convoy.id if convoy else "",
        "status": found.status,
        "errors": [each.fields() for each in found.errors],
        "warnings": [each.fields() for each in found.warnings],
        "waves": [
            {"wave": number, "beads": [{"id": each, "title": title[each]} for each in wave]}
            for number, wave in enumerate(found.waves, 1)
        ],
        "tree": [
            {"depth": depth, "id": name, "title": title.get(name, "")}
            for depth, name in found.tree
        ],
    }
