"""Issues and beads brought together: what was labelled comes over, what landed is told.

It may be killed anywhere and run twice at once: a bead's id follows from its issue's address,
so that two towns make the same one, and what was said is found again below the issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gitgt.git import remote
from gitgt.git.remote import UnreachableError
from gitgt.git.repository import Repository
from gitgt.git.turn import turn
from gitgt.model.documents import Severity
from gitgt.model.issues.issue import Issue, Rules, Wish
from gitgt.model.issues.trace import Trace
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.forge.api import CouldNotAskError, ForgeRefusedError
from gitgt.services.forge.issues.base import Issues
from gitgt.services.forge.issues.known import Home
from gitgt.services.forge.issues.memory import Memory
from gitgt.services.forge.issues.taking import WHO, Taking
from gitgt.services.forge.issues.telling import Due, tell
from gitgt.services.forge.proposing import REMOTE
from gitgt.services.forge.settings import Place, place_of
from gitgt.services.forge.synced import Synced
from gitgt.services.town import Rig, Town

_TURN: Final = "issues"
_ABOUT: Final = "bead"
_AT_ONCE: Final = 200


def sync(town: Town, rig: Rig, *, whole: bool = False, dry: bool = False) -> Synced:
    """Bring the issues and the beads of *rig* together; *whole* looks at all of them.

    A *dry* one asks the forge, and says what would be done. What could not be asked is told,
    and no one's fault.

    Raises:
        SettingsError: the rig wants issues, and where they are is not said.
    """
    place = place_of(town, rig)
    if place is None or place.issues is None:
        return Synced(rig.name, _ABOUT)
    repository = town.ledger_at(rig).repository
    with turn(repository, _TURN):
        synced = Synced(rig.name, _ABOUT, f"{place.project} at {place.host}")
        try:
            one = _Sync(town, rig, place, place.issues, synced)
            one.foresee() if dry else one.all(whole=whole)
        except (CouldNotAskError, UnreachableError) as error:
            synced.trouble = error.message
            synced.wait = getattr(error, "wait", None)
        except ForgeRefusedError as error:  # a list that it does not hand out
            synced.trouble = error.message
        if not dry:
            _tell_people(town, rig, synced)
        return synced


def _tell_people(town: Town, rig: Rig, synced: Synced) -> None:
    about = f"issues/{rig.name}"
    if not synced.trouble:
        escalations.settle(town, rig, WHO, about=about)
        return
    title = f"the issues of {rig.name} stand still: {synced.trouble}"
    submit.escalate(town, rig, WHO, severity=Severity.MEDIUM, title=title, about=about)


class _Sync:
    """One look at the issues of a rig."""

    def __init__(
        self, town: Town, rig: Rig, place: Place, rules: Rules, synced: Synced
    ) -> None:  # fmt: skip
        self._town = town
        self._rig = rig
        self._rules = rules
        self._forge: Issues = place.tracker()
        self._synced = synced
        self._repository = town.ledger_at(rig).repository
        self._memory = memory_of(self._repository, place, rules)
        self._home = home_of(place, self._memory)

    def all(self, *, whole: bool) -> None:
        """Take over what is new there, and tell what is new here."""
        if self._memory.is_partial(self._town.clock()) and not whole:
            self._take_changes()
        else:
            self._take_whole()
        for branch in sorted(self._due().branches()):
            remote.fetch(self._repository, REMOTE, branch)
        self._synced.done += tell(self._town, self._rig, self._forge, self._due())

    def _due(self) -> Due:
        return Due(self._town, self._rig, self._rules, self._home)

    def foresee(self) -> None:
        """Say what would be done after a look at all."""
        taking, found, unread = self._look()
        found = [self._with_comments(each) for each in found]
        self._synced.done += [(t.bead.id, t.what) for t in taking.foresee(found, unread)]
        for bead, words, closes in self._due().all():
            trace = Trace.of(bead)
            number = trace.number if trace is not None else 0
            told = [*words, *(["closed"] if closes else [])]
            self._synced.done.append((bead.id, f"to tell #{number}: {', '.join(told)}"))

    def _take_changes(self) -> None:
        changed = self._forge.since(self._memory.since, self._memory.etag)
        if changed is None:
            return
        self._home.learn(changed.issues)
        taking = self._taking()
        self._take(taking, taking.wanted(changed.issues), {})
        memory = self._memory.after(changed.issues, changed.etag)
        # What is asked next is another question, which has another name.
        same = memory.since == self._memory.since
        self._remember(memory if same else replace(memory, etag=""))

    def _take_whole(self) -> None:
        at = self._town.clock()
        taking, found, unread = self._look()
        self._take(taking, found, unread)
        self._remember(replace(self._memory, whole_at=at).after(found, ""))

    def _look(self) -> tuple[Taking, list[Issue], Mapping[str, Wish]]:
        """Read every labelled issue, and those of live beads that are not among them."""
        listed = {each.number: each for each in self._forge.labelled(self._rules.label)}
        self._home.learn(listed.values())
        taking = self._taking()
        unread: dict[str, Wish] = {}
        for bead, trace in taking.live(self._home):
            number = trace.number
            if number in listed or trace.parted:
                continue
            if trace.told:
                unread[bead.id] = Wish(trace.told)
                continue
            one = self._forge.one(number)
            if one is None or (trace.key and one.key != trace.key):
                unread[bead.id] = Wish.GONE
            else:
                listed[number] = one
        return taking, taking.wanted([listed[each] for each in sorted(listed)]), unread

    def _taking(self) -> Taking:
        return Taking(self._town, self._rig, self._forge.source, self._rules.label)

    def _with_comments(self, issue: Issue) -> Issue:
        """Return an issue with its comments, if those may be others than before."""
        key = str(issue.number)
        if not issue.remarks or self._memory.heard.get(key) == issue.updated:
            return issue
        said = self._forge.remarks(issue.number)
        heard = {**self._memory.heard, key: issue.updated}
        self._memory = replace(self._memory, heard=heard)
        name = "notes" if self._forge.source == "gitlab" else "comments"
        return replace(issue, record={**issue.record, name: said})

    def _take(self, taking: Taking, issues: list[Issue], unread: Mapping[str, Wish]) -> None:
        """Take over what was seen, a part at a time: a forge may have enough of us amid it."""
        for start in range(0, len(issues) or 1, _AT_ONCE):
            part = [self._with_comments(each) for each in issues[start : start + _AT_ONCE]]
            taken = taking.take(part, unread if start == 0 else {})
            self._synced.done += [(t.bead.id, t.what) for t in taken]
            self._memory.keep(self._repository)
        self._synced.done += [("", each) for each in taking.unfit]

    def _remember(self, memory: Memory) -> None:
        self._memory = replace(memory, home=self._home.seen)
        self._memory.keep(self._repository)


def memory_of(repository: Repository, place: Place, rules: Rules) -> Memory:
    """Return what is remembered of the issues of a place."""
    return Memory.of(repository, f"{place.kind} {place.host} {place.project} {rules.label}")


def home_of(place: Place, memory: Memory) -> Home:
    """Return where the issues of a place are."""
    return Home(f"{place.host}/{place.project}", memory.home)
