"""New beads, one or many: whole plans are made in one commit, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gitgt.errors import GtError, InvalidDocumentError, RefusedError
from gitgt.ledger.fields import dump_fields
from gitgt.ledger.transact import Change
from gitgt.model import plan, when
from gitgt.model.change import check_change
from gitgt.model.documents import Bead
from gitgt.model.graph import way_between
from gitgt.model.ids import BeadId, is_bead_id
from gitgt.model.instant import text_of
from gitgt.services import reading

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.model.actor import Actor
    from gitgt.model.plan import Draft
    from gitgt.services.town import Rig, Town

_ATTEMPTS = 20
_CHILD = 36**4
# These wait for each other: a circle of them is never ready.
_WAITING = ("blocks", "conditional-blocks", "waits-for", "merge-blocks", "parent-child")


def make(
    town: Town, rig: Rig | None, who: Actor, drafts: Sequence[Draft], *, dry_run: bool = False
) -> list[Bead]:  # fmt: skip
    """Make all *drafts* in the ledger of *rig* (None: the town's) in one commit.

    With *dry_run* everything is checked, and nothing is written.

    Raises:
        RefusedError: one of them cannot be made; then none is.
    """
    for _ in range(_ATTEMPTS):
        made = _Plan(town, rig, who, drafts).beads()
        if dry_run:
            return made
        try:
            _write(town, rig, who, made, drafts)
        except _TakenError:
            continue
        return made
    raise RefusedError("no free id was found", hint="give the rig another prefix")


class _TakenError(RefusedError):
    """Another bead has an id that chance gave."""


def _write(
    town: Town, rig: Rig | None, who: Actor, made: Sequence[Bead], drafts: Sequence[Draft]
) -> None:  # fmt: skip
    def decide(now: Snapshot) -> Change:
        for bead, draft in zip(made, drafts, strict=True):
            if now.find(bead.id) is None:
                continue
            if "id" in draft.fields:
                raise RefusedError(
                    _at(draft, f"{bead.id} is there already"), hint=_SHOW.format(bead.id)
                )
            raise _TakenError(f"{bead.id} is taken")
        first = made[0]
        more = f" and {len(made) - 1} more" if len(made) > 1 else ""
        return Change(
            f"create {first.id}: {first.title}{more}", tuple(made), event="bead.created"
        )

    town.ledger_at(rig).transact(decide, who)


_SHOW = "git gt bead show {}"


def _at(draft: Draft, what: str) -> str:
    return f"{draft.where}: {what}" if draft.where else what


class _Plan:
    """Drafts on their way to beads: ids, then parents and edges, then the rules."""

    def __init__(
        self, town: Town, rig: Rig | None, who: Actor, drafts: Sequence[Draft]
    ) -> None:
        self._town = town
        self._prefix = "hq" if rig is None else rig.prefix
        self._who = who
        self._drafts = drafts
        self._keys = plan.keys(drafts)
        self._ids: dict[int, BeadId] = {}

    def beads(self) -> list[Bead]:
        """Return the beads, checked."""
        found = []
        for number, draft in enumerate(self._drafts):
            try:
                found.append(self._bead(number, draft))
            except GtError as error:
                told = (draft.where, *draft.places.values())
                if not draft.where or error.message.startswith(told):
                    raise
                said = f"{draft.place_of(error.message)}: {error.message}"
                raise RefusedError(said, hint=error.hint) from error
        self._check_circles(found)
        return found

    def _bead(self, number: int, draft: Draft) -> Bead:
        now = self._town.clock()
        fields = {
            name: value for name, value in draft.fields.items() if value not in ("", [], 0)
        }
        fields |= {name: draft.fields[name] for name in ("priority",) if name in draft.fields}
        for name in plan.TIMES:
            if name in fields:
                fields[name] = text_of(when.ahead(fields[name], now))
        edges = [
            {"type": kind, "on": self._end(draft, on), **({"when": when_} if when_ else {})}
            for kind, on, when_ in draft.edges
        ]
        whole = {
            "type": "task",
            "status": "open",
            "created_at": text_of(now),
            "created_by": self._who.address,
            "priority": 2,
            **fields,
            "id": str(self._id(number)),
            **({"parent": str(self._target(fields["parent"]))} if "parent" in fields else {}),
            **({"dependencies": edges} if edges else {}),
        }
        return self._checked(whole)

    def _end(self, draft: Draft, on: str) -> str:
        try:
            return str(self._target(on))
        except GtError as error:
            place = draft.places.get("edges", "")
            said = f"{place}: {error.message}" if place else error.message
            raise RefusedError(said, hint=error.hint) from error

    def _checked(self, fields: Mapping[str, Any]) -> Bead:
        try:
            dump_fields(fields, "bead", "")
        except InvalidDocumentError as error:
            said = re.sub(r"^:\d+: ", "", error.message, flags=re.MULTILINE)
            said = re.sub(r"\blabels\[\d+\]: ", "labels: ", said)
            raise InvalidDocumentError(said, hint=error.hint) from error
        bead = Bead.from_fields(fields)
        check_change(None, bead, self._who.standing)
        return bead

    def _id(self, number: int, above: tuple[int, ...] = ()) -> BeadId:
        """Return a draft's id; a child's begins with its parent's."""
        if number in above:
            raise RefusedError("its parents go round in a circle", hint="leave one parent out")
        if number not in self._ids:
            self._ids[number] = self._new_id(number, (*above, number))
        return self._ids[number]

    def _new_id(self, number: int, above: tuple[int, ...]) -> BeadId:
        fields = self._drafts[number].fields
        if fields.get("id"):
            return self._given(BeadId.parse(str(fields["id"])))
        parent = self._target(str(fields["parent"]), above) if fields.get("parent") else None
        if parent is None or parent.prefix != self._prefix:
            return self._town.new_id(self._prefix)
        return parent.child(self._town.draw(_CHILD))

    def _given(self, name: BeadId) -> BeadId:
        if name.prefix != self._prefix:
            raise RefusedError(
                f"{name} does not belong into this ledger, whose prefix is {self._prefix}",
                hint=f"an id like {self._prefix}-abc12, or --rig",
            )
        return name

    def _target(self, said: str, above: tuple[int, ...] = ()) -> BeadId:
        """Return the id that a key or title of the plan, or the beginning of an id, means."""
        for name in (said, said.casefold()):
            if name in self._keys:
                return self._id(self._keys[name], above)
        if not is_bead_id(said) and "-" not in said:
            raise RefusedError(
                f"{said!r} is neither a bead nor in this plan", hint="an id, a title or a key"
            )
        return reading.identify(self._town, said)

    def _check_circles(self, made: Sequence[Bead]) -> None:
        above = {
            bead.id: [each.on for each in bead.dependencies if each.type in _WAITING]
            for bead in made
        }
        for bead, draft in zip(made, self._drafts, strict=True):
            for on in above[bead.id]:
                circle = way_between(on, bead.id, lambda each: above.get(BeadId(each), []))
                if circle:
                    titles = " -> ".join((bead.id, *circle))
                    raise RefusedError(
                        _at(draft, f"these would wait for each other: {titles}"),
                        hint="leave one of these dependencies out",
                    )


# --- JSON


def from_json(text: str, source: str) -> list[Draft]:
    """Return the beads of a JSON array, an object, or one object a line.

    Raises:
        RefusedError: it is none of these, or an object is no bead; the message names the line.
    """
    stripped = text.strip()
    if stripped.startswith("["):
        return [
            plan.from_object(
                _object(each, f"{source}: item {number}"), f"{source}: item {number}"
            )
            for number, each in enumerate(_loaded(stripped, source, 1), 1)
        ]
    try:
        return [plan.from_object(_object(json.loads(stripped), source), source)]
    except ValueError:
        pass
    rows = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not rows:
        raise RefusedError(f"{source}: there is nothing", hint='{"title": "..."}, one a line')
    return [
        plan.from_object(
            _object(_loaded(line, source, number), f"{source}:{number}"), f"{source}:{number}"
        )
        for number, line in rows
    ]


def _loaded(text: str, source: str, line: int) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except ValueError as error:
        at = line - 1 + getattr(error, "lineno", 1)
        raise RefusedError(
            f"{source}:{at}: this is no JSON: {getattr(error, 'msg', error)}"
        ) from error


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RefusedError(f"{where}: an object is expected", hint='{"title": "..."}')
    return value
