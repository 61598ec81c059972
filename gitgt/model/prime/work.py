"""The work itself, as an agent is told it: beads, and what was tried before.

This is the task's own text. It is capped too, but is not part of what the stated size is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gitgt.model.documents import Mode
from gitgt.model.fence import fenced, line
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.prime.facts import Earlier, Facts, Who

if TYPE_CHECKING:
    from gitgt.model.documents import Bead, MergeRequest

_LONG: Final = 30_000  # characters of a bead's text
_SHORT: Final = 4_000  # of a summary
TEXTS: Final = ("description", "design", "acceptance", "notes")
_LOOP: Final = (
    "You are one session of a loop: when your turn ends, a fresh one goes on, which knows"
    " nothing but the branch and its files. Look what is done, do the next thing that is left,"
    " commit it, and end your turn. Only when all of it is done, hand it in."
)
_CALLED: Final = {"acceptance": "acceptance criteria"}


def work(facts: Facts, mark: str) -> Iterator[str]:
    """Yield the paragraphs about what is on the hook."""
    for bead in facts.beads:
        yield from _on_the_hook(bead, facts.who, mark)
        yield from _texts(bead, mark)
        yield from _before(facts.earlier.get(bead.id, Earlier()), facts.who, mark)
    if facts.steps is not None:
        from gitgt.model.prime import steps  # few need it, and what formulas are

        yield from steps.told(facts.steps, mark)


def _on_the_hook(bead: Bead, who: Who, mark: str) -> Iterator[str]:
    parts = [f"On your hook: {bead.id} ({bead.type}, {bead.status})."]
    if who.own_branch:
        parts.append(f"Your branch is {who.own_branch}.")
    if who.usual_base:
        parts.append(f"It lands on {who.usual_base}.")
    yield " ".join(parts)
    if bead.mode == Mode.RALPH:
        yield _LOOP
    if who.base and not who.usual_base:
        yield fenced("name of the branch that it lands on", "", who.base, mark, _SHORT)


def _base(who: Who) -> str:
    """Return the target as it may be typed."""
    return who.usual_base or '"$GT_BASE"'


def _texts(bead: Bead, mark: str) -> Iterator[str]:
    whole = f"git gt bead show {bead.id}"
    yield fenced(f"title of {bead.id}", bead.created_by, bead.title, mark, _LONG, whole=whole)
    for name in TEXTS:
        if text := getattr(bead, name):
            what = f"{_CALLED.get(name, name)} of {bead.id}"
            yield fenced(what, bead.created_by, text, mark, _LONG, whole=whole)


def _before(earlier: Earlier, who: Who, mark: str) -> Iterator[str]:
    """Yield what came of earlier attempts."""
    if earlier.back is not None:
        yield from _sent_back(earlier.back, who, mark)
    elif earlier.sessions:
        count = "A session" if earlier.sessions == 1 else f"{earlier.sessions} sessions"
        yield f"{count} of yours worked on it before, and handed nothing in."
        if earlier.ended:
            yield fenced("how the last one ended", "", earlier.ended, mark, _SHORT)
    if earlier.commits:
        count = "1 commit" if earlier.commits == 1 else f"{earlier.commits} commits"
        base = _base(who)
        yield f"Your branch has {count} already: git log {base}..HEAD"
        if earlier.stat:
            whole = f"git diff --stat {base}...HEAD"
            yield fenced("what they change", "", earlier.stat, mark, _SHORT, whole=whole)
    if earlier.others:
        listed = "\n".join(map(line, earlier.others))
        yield fenced("branches of others for it", "", listed, mark, _SHORT)


def _sent_back(back: MergeRequest, who: Who, mark: str) -> Iterator[str]:
    base = _base(who)
    yield f"Your earlier submission {back.head[:12]} was sent back ({back.status})."
    first = (
        f"Type: git gt resolve. It merges {base} into your branch; settle what conflicts"
        if back.status == MergeStatus.CONFLICT
        else f"Merge {base} into your branch, mend it"
    )
    yield f"{first}, and commit with Closes: {back.source} again."
    found = "\n\n".join(each for each in (back.reason, back.findings) if each)
    whole = f"git gt bead show {back.id}"
    yield fenced("why it came back", "refinery", found, mark, _LONG, whole=whole)
