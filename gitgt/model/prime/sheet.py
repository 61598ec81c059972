"""The whole text that an agent is told, in its order and within its stated size.

    1  what is wrong, if anything: another role than the place says, a ledger nobody can read
    2  who it is, and what its role does
    3  directives, memories, unread mail, for the mayor what is escalated
    4  the work: what an earlier session left, what is on the hook, its steps, what was tried
    5  what to do now

What stands before 4 has at most ``ROOM`` tokens, however much there is to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.model.address import AUTONOMOUS
from gitgt.model.fence import line
from gitgt.model.prime.budget import allotted, tokens
from gitgt.model.prime.facts import Facts, Who
from gitgt.model.prime.parts import Part, letters, parts, unsaved
from gitgt.model.prime.work import work
from gitgt.model.turns import Source

ROOM: Final = 1500
# Of what who and role leave, so much is for each; what one does not need, the others have.
WEIGHTS: Final = {"directives": 8, "memories": 5, "mail": 3, "escalations": 3}
# Who goes on, or has forgotten a part, was told before.
_REMINDERS: Final = (Source.RESUME, Source.COMPACT)
_REMINDED: Final = 300
_BETWEEN: Final = 2  # tokens: an empty line, rounded up


def text(facts: Facts, source: Source, mark: str) -> str:
    """Return what an agent is told.

    *mark* is a few random letters for the fences, which nobody could have known before.
    """
    if source in _REMINDERS:
        return _joined(_reminder(facts, source, mark))
    return _joined([*preamble(facts, mark), *_work(facts, mark)])


def preamble(facts: Facts, mark: str) -> list[str]:
    """Return the paragraphs before the work."""
    found = parts(facts, mark)
    return [*_fixed(facts), *_fitted(found, _room(facts)).values()]


def cuts(facts: Facts, mark: str) -> dict[str, tuple[int, int]]:
    """Return of each part how many tokens it would take, and how many it takes."""
    found = parts(facts, mark)
    shown = _fitted(found, _room(facts))
    return {each.name: (each.need, tokens(shown[each.name])) for each in found}


def _room(facts: Facts) -> int:
    return ROOM - tokens(_joined(_fixed(facts))) - _BETWEEN


def _fitted(found: list[Part], room: int) -> dict[str, str]:
    needs = {each.name: each.need + _BETWEEN for each in found}
    have = allotted(needs, WEIGHTS, room)
    return {each.name: each.within(have[each.name] - _BETWEEN) for each in found}


def _fixed(facts: Facts) -> list[str]:
    return [*_alarms(facts), _who(facts.who), _filled(facts.role_text, facts)]


def _alarms(facts: Facts) -> Iterator[str]:
    for each in facts.warnings:
        yield f"WARNING: {each}"
    if facts.unreadable:
        yield (
            "STOP: the ledger cannot be read, so nobody can say what is on your hook. That does"
            " not mean that it is empty. Do not hand in, do not close, do not begin anything."
            f" Try again: git gt prime. What is wrong: {facts.unreadable}"
        )


def _who(who: Who) -> str:
    place = f", at {who.worktree}" if who.worktree else ""
    return f"You are {line(who.address)}{place}, in the town {who.town}."


def _filled(template: str, facts: Facts) -> str:
    """Return a role's text with what is so for this agent."""
    who = facts.who
    known = {
        "address": line(who.address), "name": line(who.name), "rig": who.rig,
        "bead": facts.beads[0].id if facts.beads else "BEAD",
        "base": who.usual_base or "its target",
    }  # fmt: skip
    for name, value in known.items():
        template = template.replace(f"{{{name}}}", value)
    return template.strip()


def _work(facts: Facts, mark: str) -> Iterator[str]:
    yield unsaved(facts.unsaved, facts.who.address)
    yield facts.handoff
    yield from work(facts, mark)
    yield _now(facts)


def _now(facts: Facts) -> str:
    """Return what to do now."""
    if facts.unreadable:
        return "Do nothing before the ledger can be read."
    if facts.beads:
        return f"Begin now: {facts.beads[0].id} is yours."
    if facts.steps is not None:
        return f"Begin now: {facts.steps.root.id} is yours."
    if facts.who.role in AUTONOMOUS:
        return "Nothing is on your hook."
    return "Nothing is on your hook: wait for what you are told."


def _reminder(facts: Facts, source: Source, mark: str) -> Iterator[str]:
    """Yield what is told to somebody who was told before: no more than to go on."""
    yield from _alarms(facts)
    why = "was made shorter" if source is Source.COMPACT else "goes on"
    who = facts.who
    yield (
        f"Your session {why}. You are {line(who.address)}, a {who.role}: that and your"
        " instructions are as they were. git gt prime tells all of them again."
        " Announce nothing, and begin nothing anew."
    )
    if facts.beads:
        names = ", ".join(each.id for each in facts.beads)
        yield f"On your hook: {names}. Go on where you were; git status and git log say where."
    if facts.steps is not None:
        ready = [each.id for each in facts.steps.now[:1]]
        survey = facts.steps.survey
        following = f" Next: {ready[0]}." if ready else ""
        yield f"{survey.done} of {len(survey.steps)} steps are done.{following}"
    if facts.beads and who.role == "polecat":
        yield f"Hand in with git gt done, or a commit with Closes: {facts.beads[0].id}"
    waiting = letters(facts.letters, mark)
    if waiting.most:
        yield waiting.within(_REMINDED)


def _joined(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(each for each in paragraphs if each) + "\n"
