"""Tell an issue what became of its bead, each thing once.

A comment carries a mark that nobody sees; whoever was killed between saying it and writing
that down finds it there. Two towns that say it at one moment both look again, and what was
said twice is taken away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

from gitgt.git import remote
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.documents import Bead, MergeRequest, Severity
from gitgt.model.issues.issue import Rules, Word, spare
from gitgt.model.issues.trace import Trace
from gitgt.model.issues.words import is_to_close, mark_of, text_of, unsaid
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.forge.api import ForgeRefusedError
from gitgt.services.forge.base import MARK
from gitgt.services.forge.issues.base import Issues
from gitgt.services.forge.issues.known import Home
from gitgt.services.forge.issues.taking import WHO
from gitgt.services.forge.proposing import REMOTE
from gitgt.services.town import Rig, Town


class Due:
    """What is to be told, as far as the ledger and our copy of the forge's branches say."""

    def __init__(self, town: Town, rig: Rig, rules: Rules, home: Home) -> None:
        self._rig = rig
        self._home = home
        self._rules = rules
        self._repository = town.ledger_at(rig).repository
        self._now = town.ledger_at(rig).snapshot()

    def beads(self) -> Iterator[Bead]:
        """Yield the beads that keep their issue's label, which is what holds them together."""
        for name in sorted(self._now.index.labeled(self._now.commit, self._rules.label)):
            found = self._now.from_index(name)
            is_one = isinstance(found, Bead) and Trace.of(found) is not None
            if is_one and isinstance(found, Bead) and self._home.has(found):
                yield found

    def all(self) -> Iterator[tuple[Bead, tuple[Word, ...], bool]]:
        """Yield each bead of which something is to be told: the words, and if it closes."""
        for bead in self.beads():
            here = self._has_arrived(bead)
            words, closes = self._of(bead, arrived=here)
            if words or closes:
                yield bead, words, closes

    def _of(self, bead: Bead, *, arrived: bool) -> tuple[tuple[Word, ...], bool]:
        words = unsaid(bead, self._request(bead), self._rules, arrived=arrived)
        return words, is_to_close(bead, self._rules, arrived=arrived)

    def branches(self) -> set[str]:
        """Return the branches on which something landed that may not be at the forge yet."""
        return {
            self.branch(each)
            for each in self.beads()
            if each.landed and any(self._of(each, arrived=True)) and not self._has_arrived(each)
        }

    def branch(self, bead: Bead) -> str:
        """Return the branch that a bead is to land on."""
        return bead.target or self._rig.branch

    def _has_arrived(self, bead: Bead) -> bool:
        """Tell whether its code is where those are who read the issue."""
        there = self._repository.ref(remote.tracking(REMOTE, self.branch(bead)))
        if not bead.landed or there is None or not self._repository.has(bead.landed):
            return False
        return self._repository.is_ancestor(bead.landed, there)

    def _request(self, bead: Bead) -> MergeRequest | None:
        if bead.is_closed or not bead.merge_request:
            return None
        found = self._now.find(bead.merge_request)
        return found if isinstance(found, MergeRequest) else None


def tell(town: Town, rig: Rig, forge: Issues, due: Due) -> Iterator[tuple[str, str]]:
    """Say and close what is due; yield each bead, and what was done.

    Raises:
        CouldNotAskError: the forge tells nothing.
    """
    for bead, words, closes in due.all():
        one = _Telling(town, rig, forge, bead, due.branch(bead))
        acts: list[Callable[[], str]] = [partial(one.say, word) for word in words]
        acts += [one.close] if closes else []
        refused = ""
        for act in acts:
            try:
                yield bead.id, act()
            except ForgeRefusedError as error:  # it may be locked, and still be closed
                refused = error.message
                yield bead.id, refused
        one.note_refusal(refused)


_PAST: Final = {
    Word.LANDED: "landed", Word.RETURNED: "came back", Word.BLOCKED: "is blocked",
}  # fmt: skip


class _Telling:
    """What one issue is told of its bead."""

    def __init__(self, town: Town, rig: Rig, forge: Issues, bead: Bead, branch: str) -> None:
        trace = Trace.of(bead)
        assert trace is not None  # nothing is due without
        self._town = town
        self._rig = rig
        self._forge = forge
        self._bead = bead
        self._branch = branch
        self._number = trace.number

    def say(self, word: Word) -> str:
        """Say something, and write that down."""
        text = text_of(word, self._bead, self._branch)
        _say(self._forge, self._number, MARK.format(mark_of(word, self._bead)), text)
        _note(self._town, self._rig, self._bead, said={word: self._bead.landed or "yes"})
        return f"said below #{self._number} that it {_PAST[word]}"

    def close(self) -> str:
        """Close the issue, and write that down."""
        at = self._forge.close(self._number)
        landed = self._bead.landed
        _note(self._town, self._rig, self._bead, closed=landed, closed_at=at)
        escalations.settle(self._town, self._rig, WHO, about=f"issue/{self._bead.id}")
        return f"closed #{self._number}"

    def note_refusal(self, refused: str) -> None:
        """Tell people what the forge does not do; nothing more of it once it does."""
        about = f"issue-told/{self._bead.id}"
        if not refused:
            escalations.settle(self._town, self._rig, WHO, about=about)
            return
        title = f"issue #{self._number} cannot be told of {self._bead.id}: {refused}"
        submit.escalate(
            self._town, self._rig, WHO, severity=Severity.LOW, title=title, about=about
        )


def _say(forge: Issues, number: int, mark: str, text: str) -> None:
    """Say something unless it stands there; what stands there twice is said once."""
    there = forge.said(number)
    if not any(mark in each.text for each in there):
        forge.comment(number, f"{text}\n\n{mark}")
        there = forge.said(number)
    for each in spare(there, mark):
        with contextlib.suppress(ForgeRefusedError):  # the other one was faster
            forge.unsay(number, each.id)


def _note(town: Town, rig: Rig, bead: Bead, **facts: Any) -> None:  # noqa: ANN401 - any field
    """Write down what was told."""

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(bead.id)
        trace = Trace.of(old)
        if trace is None:
            return None
        said = {**trace.said, **facts.get("said", {})}
        new = replace(trace, **{**facts, "said": said}).on(old)
        if new == old:
            return None
        subject = f"{old.id}: told issue #{trace.number}"
        return Change(subject, (new,), event="issue.told")

    town.ledger_at(rig).transact(decide, WHO)
