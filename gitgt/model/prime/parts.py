"""The parts of what an agent is told: each a text, cut to the room that it has.

What others wrote is fenced, and nothing of it stands anywhere else. Directives are the town's
own word, committed by whoever owns it: they are told as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from gitgt.model.documents import Escalation, Memory
from gitgt.model.fence import cut, fenced, line, seen
from gitgt.model.memory import told
from gitgt.model.prime.budget import fitted, tokens
from gitgt.model.prime.facts import Directive, Facts, Letter, Unsaved
from gitgt.values import dataclass

_NO_LIMIT: Final = 10**6


@dataclass(frozen=True, slots=True)
class Part:
    """A text that can be cut: ``shown(n)`` shows *n* of its ``most`` characters or lines."""

    name: str
    most: int
    shown: Callable[[int], str]

    @property
    def need(self) -> int:
        """How many tokens all of it takes."""
        return tokens(self.shown(self.most))

    def within(self, room: int) -> str:
        """Return as much of it as has room."""
        return fitted(self.shown, self.most, room)


def parts(facts: Facts, mark: str) -> list[Part]:
    """Return what there is to tell besides the work, in the order in which it is told."""
    found = [
        directives(facts.directives, facts.who.role),
        memories(facts.memories, mark),
        letters(facts.letters, mark),
        escalations(facts.escalations, mark),
    ]
    return [each for each in found if each.most]


def directives(said: Iterable[Directive], role: str) -> Part:
    """Return what the town and the rig tell those of a role."""
    known = [(each.path, seen(each.text).strip()) for each in said]
    whole = "\n\n".join(text for _, text in known if text)

    def shown(limit: int) -> str:
        text, more = cut(whole, limit)
        head = f"Directives for every {role} here:"
        return "\n\n".join([head, f"{text}{_more(more)}"])

    def _more(more: int) -> str:
        return f"\n({more} more characters: git gt directive show {role})" if more else ""

    return Part("directives", len(whole), shown)


def memories(known: Iterable[Memory], mark: str) -> Part:
    """Return what is remembered, one line each."""
    lines = [told(each) for each in known]
    return _listed("memories", "what is remembered", lines, "git gt memories", mark)


def letters(waiting: Iterable[Letter], mark: str) -> Part:
    """Return who wrote about what: mail itself is handed over at the end of a turn."""
    lines = [
        f"{each.id} {'URGENT ' if each.urgent else ''}from {line(each.sender)}: "
        + line(each.subject)
        for each in waiting
    ]
    return _listed("mail", "unread mail", lines, "git gt mail inbox", mark)


def escalations(calls: Iterable[Escalation], mark: str) -> Part:
    """Return what waits for a decision."""
    lines = [
        f"{each.id} {each.severity}, {each.status}, by {line(each.created_by)}: "
        + line(each.title)
        for each in calls
    ]
    return _listed("escalations", "open escalations", lines, "git gt escalation", mark)


def _listed(name: str, what: str, lines: list[str], whole: str, mark: str) -> Part:
    def shown(count: int) -> str:
        more = len(lines) - count
        left = f"\n({more} more of {len(lines)}: {whole})" if more else ""
        if not count:
            return left.strip()
        text = fenced(what, "", "\n".join(lines[:count]), mark, _NO_LIMIT)
        return f"{text}{left}"

    return Part(name, len(lines), shown)


def unsaved(left: Unsaved, address: str) -> str:
    """Return where to find what an earlier session had not committed."""
    if left.files:
        return (
            f"{left.files} files here are not committed: an earlier session left them."
            " Look at them first: git status"
        )
    if left.snapshot:
        return (
            f"An earlier session had not committed everything. Its snapshot of {left.at} is"
            f" kept: git diff HEAD {left.snapshot[:12]} shows it,"
            f" git gt recover {address} brings it here."
        )
    return ""
