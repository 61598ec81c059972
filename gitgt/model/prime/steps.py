"""The steps of a molecule, as an agent is told them: all in short, the next one at length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.model.documents import Bead
from gitgt.model.fence import fenced, line
from gitgt.model.molecule import State, Survey
from gitgt.model.prime.facts import Steps
from gitgt.model.prime.work import TEXTS

_LONG: Final = 4_000  # characters of the steps, and of what one says
_MOST_STEPS: Final = 40
_MARKS: Final = {
    State.DONE: "[x]", State.HELD: "[>]", State.READY: "[ ]", State.PARKED: "[|]",
    State.WAITING: "[.]", State.DROPPED: "[-]",
}  # fmt: skip


def told(steps: Steps, mark: str) -> Iterator[str]:
    """Yield the paragraphs about where an agent stands in a molecule."""
    root, survey = steps.root, steps.survey
    yield f"Its steps are {root.id}: {survey.done} of {len(survey.steps)} done."
    shown = "\n".join(_lines(survey))
    whole = f"git gt mol show {root.id}"
    yield fenced(f"steps of {root.id}", root.created_by, shown, mark, _LONG, whole=whole)
    for number, each in enumerate(steps.now):
        if number == 0:
            text = "\n\n".join(part for part in (each.title, *_said(each)) if part)
            yield f"Next: {each.id}. When it is done: git gt mol step done {each.id}"
            yield fenced(f"step {each.id}", each.created_by, text, mark, _LONG)
        else:
            yield f"Ready, too: {each.id}"
    if not steps.now and not survey.is_complete:
        yield f"No step is ready for you. git gt mol show {root.id} says what each waits for."


def _said(bead: Bead) -> Iterable[str]:
    return (getattr(bead, name) for name in TEXTS)


def _lines(survey: Survey) -> Iterator[str]:
    """Yield the steps: around the first that is not done, if there are many."""
    states = survey.states()
    members = survey.members
    begun = next((n for n, each in enumerate(members) if not each.is_done), 0)
    first = max(0, min(begun - _MOST_STEPS // 4, len(members) - _MOST_STEPS))
    if first:
        yield f"... {first} before these"
    for each in members[first : first + _MOST_STEPS]:
        yield f"{_MARKS[states[each.id]]} {each.id}  {line(each.title)}"
    left = len(members) - first - _MOST_STEPS
    if left > 0:
        yield f"... {left} after these"
