"""What agents are told whenever they begin: remembered, listed, forgotten.

A memory is a document, so it outlives every session and every program, and says who wrote it.
Another text under the same key is another memory, and the one before is forgotten; its text
stays in the history. Two clones that remembered something under one key have both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gitgt.errors import AmbiguousError, NotFoundError, RefusedError
from gitgt.ledger.transact import Change
from gitgt.model import memory as rules
from gitgt.model.documents import Memory, Topic
from gitgt.model.lifecycle import MemoryStatus
from gitgt.model.wording import fit_line, fit_text
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.ledger.snapshot import Snapshot
    from gitgt.model.actor import Actor
    from gitgt.services.town import Rig, Town

_KIND = "mm"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be remembered; for everybody, or for those of one *role*."""

    text: str
    key: str = ""
    topic: Topic = Topic.GENERAL
    role: str = ""


def remember(town: Town, rig: Rig | None, wanted: Wanted, who: Actor) -> Memory:
    """Remember something for all of *rig*, or of the town; the same twice is once.

    Raises:
        RefusedError: there is nothing to remember, too much, or its key is none.
    """
    text = fit_text(wanted.text).strip()
    _check(text, wanted.key)
    prefix = "hq" if rig is None else rig.prefix
    name = town.new_id(prefix, _KIND)

    def decide(now: Snapshot) -> Change | None:
        known = _of_role(active(now), wanted.role)
        if any(_is_same(each, wanted, text) for each in known):
            return None
        key = wanted.key or rules.key_from(text, {each.title for each in known})
        new = _new(town, name, wanted, who, key=key, text=text)
        old = [
            _forgotten(each, town, f"{name} says it anew")
            for each in known
            if each.title == key
        ]
        return Change(f"remember {key}: {fit_line(text)}", (new, *old), event="memory.made")

    after = town.ledger_at(rig).transact(decide, who)
    known = _of_role(active(after), wanted.role)
    return next(each for each in known if _is_same(each, wanted, text))


def _check(text: str, key: str) -> None:
    if not text:
        raise RefusedError("there is nothing to remember", hint="git gt remember 'a few words'")
    if len(text) > rules.LONGEST:
        raise RefusedError(
            f"a memory of {len(text)} characters is told to every agent that begins;"
            f" {rules.LONGEST} are allowed",
            hint="write it into a file of the project, and remember where it is",
        )
    if key and not rules.is_key(key):
        raise RefusedError(
            f"{key!r} is no name of a memory", hint=f"try --key {rules.key_from(key)}"
        )


def _is_same(known: Memory, wanted: Wanted, text: str) -> bool:
    named = wanted.key in ("", known.title)
    return named and (known.description, known.topic) == (text, wanted.topic)


def _new(
    town: Town, name: str, wanted: Wanted, who: Actor, *, key: str, text: str
) -> Memory:  # fmt: skip
    return Memory.from_fields(
        {
            "id": name, "type": "memory", "title": key, "status": MemoryStatus.ACTIVE,
            "role": wanted.role, "topic": wanted.topic, "description": text,
            "created_at": town.now(), "created_by": who.address,
        }
    )  # fmt: skip


def _forgotten(old: Memory, town: Town, reason: str) -> Memory:
    return old.replace(status=MemoryStatus.FORGOTTEN, reason=reason, closed_at=town.now())


def active(now: Snapshot) -> list[Memory]:
    """Return what a ledger remembers."""
    return list(now.all(Memory, status=MemoryStatus.ACTIVE))


def _of_role(known: Iterable[Memory], role: str) -> list[Memory]:
    return [each for each in known if each.role == role]


def find(
    town: Town, places: Sequence[Rig | None], query: str = "", *, topic: str = "",
    role: str | None = None, forgotten: bool = False,
) -> list[Memory]:  # fmt: skip
    """Return what some ledgers remember, and what they have *forgotten* if asked.

    *role* leaves those that whoever has it is told.
    """
    status = tuple(MemoryStatus) if forgotten else (MemoryStatus.ACTIVE,)
    found = [
        each
        for place in places
        for each in town.ledger_at(place).snapshot().all(Memory, status=status)
        if rules.says(each, query) and topic in ("", each.topic)
    ]
    return rules.in_order(each for each in found if role is None or rules.concerns(each, role))


def forget(
    town: Town, places: Sequence[Rig | None], key: str, who: Actor, *, role: str | None = None
) -> list[Memory]:
    """Forget what is called *key*, which may be its id: of one ledger, and of one role.

    Raises:
        NotFoundError: nothing is called so.
        AmbiguousError: several are, for different people.
    """
    found = [
        (place, each)
        for place in places
        for each in active(town.ledger_at(place).snapshot())
        if key in (each.title, each.id) and role in (None, each.role)
    ]
    if not found:
        raise NotFoundError(f"nothing is remembered as {key!r}", hint="git gt memories")
    if len({(each.id.prefix, each.role) for _, each in found}) > 1:
        raise AmbiguousError(
            f"{key} is remembered for several",
            hint=f"name one: {', '.join(str(each.id) for _, each in found)}",
        )
    wanted = {each.id for _, each in found}

    def decide(now: Snapshot) -> Change | None:
        gone = [_forgotten(each, town, "") for each in active(now) if each.id in wanted]
        return Change(f"forget {key}", tuple(gone), event="memory.forgotten") if gone else None

    after = town.ledger_at(found[0][0]).transact(decide, who)
    ended = [after.get(name) for name in sorted(wanted)]
    return [each for each in ended if isinstance(each, Memory)]
