"""What may become of a document: the one judgement of every write, by hand or by command.

``complete`` adds what a person need not write, ``check_change`` says whether the step is one
that the lifecycle has, for whoever takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from gitgt.errors import IllegalTransitionError, NotAllowedError, RefusedError
from gitgt.model.actor import Standing
from gitgt.model.documents import (
    Bead,
    Dependency,
    DependencyType,
    Document,
    Message,
    Outcome,
    When,
    WorkType,
    document_from,
    empty,
    kind_of,
    type_of,
)
from gitgt.model.ids import TOWN_PREFIX
from gitgt.model.lifecycle import EMPTIED, BeadStatus, Transition

HELD: Final = frozenset({BeadStatus.HOOKED, BeadStatus.IN_PROGRESS})
D = TypeVar("D", bound=Document)
_FIXED: Final = ("id", "created_at", "created_by")
_CLOSING: Final = ("closed_at", "closed_by", "outcome", "landed")
_CHOICES: Final = {
    DependencyType.CONDITIONAL_BLOCKS: (When.SUCCESS, When.FAILURE, When.CANCELLED),
    DependencyType.WAITS_FOR: (When.ANY_CHILD,),
}


def complete(
    old: Document | None, fields: Mapping[str, Any], *, now: str, by: str
) -> Document:  # fmt: skip
    """Return the document that *fields*, written by hand after *old*, mean.

    What a person left out is filled in: type and status, who and when, the marks of closing
    and reopening, the ids of comments. What a step takes away, such as the assignee of a bead
    that is released, goes, unless the person changed it in the same breath.
    """
    filled = dict(fields)
    filled.setdefault("type", str(old.type) if old else type_of(filled["id"]))
    machine = kind_of(filled["type"]).machine
    filled.setdefault("status", str(old.status) if old else machine.beginning)
    filled.setdefault("created_at", old.created_at if old else now)
    filled.setdefault("created_by", old.created_by if old else by)
    if "comments" in filled:
        filled["comments"] = [_comment(each, now, by) for each in filled["comments"]]
    if "dependencies" in filled:
        filled["dependencies"] = [{"type": "blocks", **each} for each in filled["dependencies"]]
    new = document_from(filled)
    return marked(old, new, now=now, by=by)


def check_change(
    old: Document | None, new: Document | None, standing: Standing, *, back: bool = False
) -> None:
    """Check that whoever has *standing* may make *new* out of *old*.

    *back* says that a step is taken back, or taken again: what has been may be again, though no
    row leads back there, and what was made may go.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
        NotAllowedError: it has, but not for them.
        RefusedError: something else about the change is against the rules.
    """
    if new is None:
        if old is not None and not back and not _is_swept(old, standing):
            raise RefusedError(
                f"{old.id} is deleted, and what it says with it",
                hint=f"set status: {_end(old)} instead",
            )
        return
    if standing not in new.machine.makers:
        raise NotAllowedError(
            f"{new.id}: a {new.machine.noun} is not for an {standing} to write",
            hint="commit with the line: Escalate: HIGH why",
        )
    if old is not None:
        _check_identity(old, new)
        _check_step(old, new, standing, back=back)
    elif not back:
        _check_beginning(new, standing)
    for what, hint in flaws(new, old):
        raise RefusedError(f"{new.id}: {what}", hint=hint)


def _is_swept(old: Document, standing: Standing) -> bool:
    return old.machine.passing and old.is_closed and standing is Standing.TOWN


def flaws(document: Document, old: Document | None = None) -> Iterator[tuple[str, str]]:
    """Return what cannot be so whatever happened before, each with the way out.

    An earlier gitgt let a bead hang on another twice: that is no flaw of whoever writes the
    bead next, if it was so in *old*.
    """
    closed = document.is_closed
    if document.closed_at and not closed:
        yield f"closed_at is set, but it is {document.status}", "remove closed_at, or close it"
    if any(each.on == document.id for each in document.dependencies):
        yield "it depends on itself", "remove that dependency"
    for each in document.dependencies:
        choices = _CHOICES.get(each.type, ())
        if each.when and each.when not in choices:
            may = f"when: {' | '.join(choices)}" if choices else "remove when"
            yield f"{each.type} on {each.on} cannot wait for {each.when}", may
    for first, *more in sorted(_alike(document) - (_alike(old) if old else set())):
        yield f"there are {1 + len(more)} {first.type} on {first.on}", "keep one of them"
    ids = [each.id for each in document.comments]
    if len(set(ids)) < len(ids):
        yield "two comments have the same id", "leave the id of the new one out"
    yield from _own_flaws(document, closed=closed)


def _own_flaws(document: Document, *, closed: bool) -> Iterator[tuple[str, str]]:
    if isinstance(document, Bead):
        yield from _bead_flaws(document, closed=closed)
    if isinstance(document, Message):
        yield from _message_flaws(document)


def _alike(document: Document) -> set[tuple[Dependency, ...]]:
    """Return the dependencies of one type on one bead, where there are several."""
    found: dict[tuple[str, str], tuple[Dependency, ...]] = {}
    for each in sorted(set(document.dependencies)):
        found[each.type, each.on] = (*found.get((each.type, each.on), ()), each)
    return {each for each in found.values() if len(each) > 1}


def _bead_flaws(bead: Bead, *, closed: bool) -> Iterator[tuple[str, str]]:
    if bead.parent == bead.id:
        yield "it is its own parent", "remove parent"
    if bead.status in HELD and not bead.assignee:
        yield f"it is {bead.status}, but on nobody's hook", _example("assignee")
    if closed and not bead.closed_at:
        yield "it is closed without closed_at", "write when, or leave it to the hooks"
    if closed and not bead.outcome:
        yield "it is closed without an outcome", _example("outcome")
    names = EMPTIED if bead.status == BeadStatus.TOMBSTONE else () if closed else _CLOSING
    for name in names:
        if name != "closed_at" and getattr(bead, name):
            way = f"remove {name}" if closed else f"remove {name}, or close it"
            yield f"{name} is set, but it is {_word(bead)}", way


def _message_flaws(message: Message) -> Iterator[tuple[str, str]]:
    if not (message.recipient or message.queue or message.channel):
        yield "it is for nobody", "recipient: ADDRESS"
    if message.queue and (message.recipient or message.channel):
        yield "what waits in a queue is for whoever claims it", "remove queue"


def _word(bead: Bead) -> str:
    return "deleted" if bead.status == BeadStatus.TOMBSTONE else str(bead.status)


# --- completing


def _comment(given: Mapping[str, Any], now: str, by: str) -> dict[str, Any]:
    filled = {"at": now, "by": by, **given}
    if not filled.get("id"):
        import hashlib  # OpenSSL's, which few have to wait for

        said = "\0".join((filled["at"], filled["by"], filled["text"]))
        filled["id"] = "c" + hashlib.sha256(said.encode()).hexdigest()[:15]
    return filled


def marked(old: Document | None, new: D, *, now: str, by: str) -> D:
    """Return *new* with the marks of the step from *old* to it: who ended it, when."""
    changes: dict[str, Any] = {}
    if old is not None and old.status != new.status:
        lost = {name for row in _rows(old, new)[-1:] for name in row.drops}
        lost |= set(_CLOSING) if old.is_closed and not new.is_closed else set()
        lost |= {"failures"} if _is_tried_again(old, new) else set()
        left = {name for name in lost if getattr(new, name, "") == getattr(old, name, "")}
        changes = {name: empty(name) for name in left}
    if new.is_closed and not new.closed_at:
        changes["closed_at"] = now
    if new.is_closed and isinstance(new, Bead):
        changes["closed_by"] = new.closed_by or by
        changes["outcome"] = new.outcome or _usual_outcome(new)
    if isinstance(new, Bead) and _first_begun(old, new):
        changes["started_at"] = now
    known = {name: value for name, value in changes.items() if hasattr(new, name)}
    return new.replace(**known) if known else new


def _is_tried_again(old: Document, new: Document) -> bool:
    """Tell whether somebody lets it be tried who has seen that it failed."""
    was_at_rest = old.is_closed or old.status in (BeadStatus.BLOCKED, BeadStatus.DEFERRED)
    return was_at_rest and new.status == BeadStatus.OPEN


def _first_begun(old: Document | None, new: Bead) -> bool:
    stepped = old is None or old.status != new.status
    return stepped and new.status == BeadStatus.IN_PROGRESS and not new.started_at


def _usual_outcome(bead: Bead) -> Outcome:
    deleted = bead.status is BeadStatus.TOMBSTONE
    return Outcome.CANCELLED if deleted else Outcome.SUCCESS


# --- checking


def _rows(old: Document, new: Document) -> list[Transition]:
    return [row for row in new.machine if (row.source, row.target) == (old.status, new.status)]


def _end(document: Document) -> str:
    known = [str(status) for status in document.machine.statuses]
    return "closed" if "closed" in known else known[-1]


def _check_identity(old: Document, new: Document) -> None:
    if type(old) is not type(new):
        raise RefusedError(
            f"{old.id}: a {old.kind} cannot become a {new.kind}", hint=f"type: {old.type}"
        )
    for name in _FIXED:
        if getattr(old, name) != getattr(new, name):
            raise RefusedError(
                f"{old.id}: {name} is fixed once it is written",
                hint=f"{name}: {getattr(old, name)}",
            )


def _check_beginning(new: Document, standing: Standing) -> None:
    machine = new.machine
    said = type_of(new.id)
    if said not in (WorkType.TASK, new.type):
        raise RefusedError(
            f"{new.id}: such an id is a {said}'s, not a {new.type}'s",
            hint=f"type: {said}, or another id",
        )
    if new.status not in machine.start:
        known = ", ".join(str(status) for status in machine.statuses if status in machine.start)
        raise IllegalTransitionError(
            f"{new.id}: a {machine.noun} cannot begin as {new.status}",
            hint=f"begin as: {known}",
        )
    begun = new.replace(status=machine.statuses(machine.beginning))
    if _rows(begun, new):
        _check_step(begun, new, standing)


def _check_step(
    old: Document, new: Document, standing: Standing, *, back: bool = False
) -> None:
    """Check that a row leads from *old* to *new* for *standing*, and the fields fit it."""
    if old.status == new.status:
        _check_still(old, new, standing)
        return
    if back and any(standing in row.who for row in _rows(new, old)):
        return
    try:
        new.machine.between(old.status, new.status, standing)
    except (IllegalTransitionError, NotAllowedError) as error:
        raise type(error)(f"{new.id}: {error.message}", hint=error.hint) from error
    _check_word(old, new, standing)
    unmet = [_unmet(row, new) for row in _rows(old, new) if standing in row.who]
    if all(what for what, _ in unmet):
        what, hint = unmet[-1]
        raise RefusedError(f"{new.id}: {what}", hint=hint)


def _check_word(old: Document, new: Document, standing: Standing) -> None:
    """Let no agent call the work on its hook done: that it landed is what says so.

    What the town itself has on its list has no code that could land.
    """
    if not standing.is_agent or not new.is_closed:
        return
    if new.type == WorkType.FORMULA_GATE:
        raise NotAllowedError(
            f"{new.id} is a formula gate: a person opens it, or its time",
            hint="git gt mol gate list",
        )
    done = getattr(new, "outcome", "") == Outcome.SUCCESS and not getattr(new, "landed", "")
    is_towns = old.id.prefix == TOWN_PREFIX
    if old.status in HELD and done and not _is_step(old) and not is_towns:
        raise NotAllowedError(
            f"{new.id} closes when its work has landed; an agent's word is not enough",
            hint=f"git gt done; if nothing needed doing: outcome: {Outcome.NO_CHANGES}",
        )


def _is_step(old: Document) -> bool:
    """Tell whether a bead is a part of a molecule: such end by whoever does them."""
    return isinstance(old, Bead) and (bool(old.step) or old.type is WorkType.MOLECULE)


def _check_still(old: Document, new: Document, standing: Standing) -> None:
    if getattr(old, "landed", "") != getattr(new, "landed", ""):
        raise RefusedError(
            f"{new.id}: landed says which commit brought it; the refinery alone knows",
            hint="remove that line" if not getattr(old, "landed", "") else "put it back",
        )
    if standing.is_agent and getattr(old, "step", "") != getattr(new, "step", ""):
        raise NotAllowedError(
            f"{new.id}: step says what a molecule made it from", hint="put it back"
        )
    lost = sorted(each.on for each in {*old.dependencies} - {*new.dependencies})
    if standing.is_agent and lost and isinstance(old, Bead) and old.step:
        raise NotAllowedError(
            f"{new.id} is a step: that it hangs on {', '.join(lost)}, its molecule says",
            hint="a person may change that",
        )
    taken = old.status in HELD and getattr(old, "assignee", "") != getattr(new, "assignee", "")
    if taken and standing.is_agent:
        raise NotAllowedError(
            f"{new.id} is on the hook of {getattr(old, 'assignee', '')}",
            hint=f"git gt bead release {new.id} puts it back",
        )


def _example(name: str) -> str:
    if name == "assignee":
        return "assignee: RIG/polecats/NAME"
    return f"outcome: {' | '.join(Outcome)}" if name == "outcome" else f"{name}: ..."


def _unmet(row: Transition, new: Document) -> tuple[str, str]:
    """Return what *row* asks for that *new* has not, and the way out."""
    noun = new.machine.noun
    for name in row.needs:
        if not getattr(new, name, ""):
            return f"a {noun} needs {name} to become {row.target}", _example(name)
    for name in row.drops:
        if getattr(new, name, ""):
            return f"a {noun} has no {name} once it is {row.target}", f"remove {name}"
    return "", ""
