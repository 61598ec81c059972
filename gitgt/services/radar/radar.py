"""Radar over one rig: who is about to collide with whom.

All of it can be derived, so nothing is stored but what trials have said, in
``<common git dir>/gt/radar``, where it may be lost. One look costs what has changed since.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.errors import GitFailedError, NotFoundError, RefusedError
from gitgt.git import touched
from gitgt.git.attributes import attributes_file
from gitgt.git.snapshot import WIP
from gitgt.git.trial import trials
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.radar import radar
from gitgt.model.radar.radar import Collision, Found, Live, Scanned, Standing, Touched, Trial
from gitgt.services import target
from gitgt.services.agents import hook
from gitgt.services.radar import radar_found, radar_live
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_LOG = logging.getLogger(__name__)
# So many trials are made before others have their turn; that takes a quarter of a second.
AT_ONCE: Final = 200
# So many bases are remembered.
_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Picture:
    """What a look saw. ``left`` is how many trials were not made yet."""

    live: tuple[Live, ...] = ()
    collisions: tuple[Collision, ...] = ()
    aside: tuple[tuple[Live, str], ...] = ()
    landed: tuple[Live, ...] = ()
    tried: int = 0
    left: int = 0

    def of(self, bead: str = "", agent: str = "") -> list[Collision]:
        """Return the collisions of a bead or an agent, from its side; all of them for none."""
        whose = hook.spellings(agent)
        if not bead and not agent:
            return list(self.collisions)
        mine = {
            each.branch
            for each in self.live
            if (not bead or each.bead == bead) and (not agent or each.agent in whose)
        }
        return [
            each.seen_by(branch)
            for each in self.collisions
            for branch in (each.one.branch, each.other.branch)
            if branch in mine
        ]


class Radar:
    """Looks at one rig again and again; forgetting it costs one look at everything."""

    def __init__(self, town: Town, rig: Rig) -> None:
        self._town = town
        self.rig = rig
        self._repository = town.ledger_at(rig).repository
        self._path = self._repository.gt / "radar" / "found.json"
        self._known: dict[Trial, Found] = radar_found.read(self._path)
        self._touched: dict[tuple[str, str], Touched] = {}
        self._bases: dict[tuple[str, str], tuple[str, ...]] = {}
        self._rules: dict[str, Path] = {}
        self._seen: object = None
        self._picture = Picture()

    def look(self, limit: int | None = AT_ONCE) -> Picture:
        """Return who collides, after at most *limit* more trials; for None after all."""
        repository = self._repository
        heads, drafts = repository.refs("refs/heads/"), repository.refs(WIP)
        seen = (heads, drafts)
        if seen == self._seen and not self._picture.left:
            return self._picture
        now = self._town.ledger_at(self.rig).snapshot()
        scanned = self._scan(radar_live.live(self.rig, now, heads), now)
        ready = [each for each in scanned if not each.aside]
        wanted = radar.wanted(ready, self._known)
        self._try(ready, wanted[:limit])
        if wanted:
            self._keep(ready)
        self._seen, self._picture = seen, self._seen_now(scanned, ready, wanted, limit)
        return self._picture

    def branches(self) -> list[Live]:
        """Return the live branches, whether they bring anything or not."""
        now = self._town.ledger_at(self.rig).snapshot()
        return radar_live.live(self.rig, now, self._repository.refs("refs/heads/"))

    def check(self, mine: Live, others: Sequence[Live]) -> list[Collision]:
        """Return with which of *others*, and of its target, a branch collides.

        Raises:
            RefusedError: it cannot be merged at all.
        """
        scanned = self._scan([mine, *others], self._town.ledger_at(self.rig).snapshot())
        for each in scanned:
            if each.live == mine and each.aside:
                raise RefusedError(f"{mine.branch}: {each.aside}")
        ready = [each for each in scanned if not each.aside]
        heads = {mine.head, mine.tip}
        trials = radar.wanted(ready, self._known)
        self._try(ready, [each for each in trials if {each.one, each.other} & heads])
        found = radar.collisions(ready, self._known)
        of_mine = [x for x in found if mine.branch in (x.one.branch, x.other.branch)]
        return [each.seen_by(mine.branch) for each in of_mine]

    def _seen_now(
        self,
        scanned: Sequence[Scanned],
        ready: Sequence[Scanned],
        wanted: Sequence[Trial],
        limit: int | None,
    ) -> Picture:
        gone = tuple(each.live for each in ready if radar.landed(each, self._known))
        return Picture(
            live=tuple(
                each.live
                for each in ready
                if each.live not in gone and (each.own or each.latest)
            ),
            collisions=radar.collisions(ready, self._known),
            aside=tuple((each.live, each.aside) for each in scanned if each.aside),
            landed=gone,
            tried=len(wanted[:limit]),
            left=len(wanted) - len(wanted[:limit]),
        )

    # --- what each has touched

    def _scan(self, live: Iterable[Live], now: Snapshot) -> list[Scanned]:
        found = [self._begin(each, now) for each in live]
        begun = [each for each in found if each is not None]
        pairs = {pair: None for each in begun for pair in self._spans(each)}
        self._diff([pair for pair in pairs if pair not in self._touched])
        self._touched = {pair: each for pair, each in self._touched.items() if pair in pairs}
        return [each if each.aside else self._filled(each) for each in begun]

    def _begin(self, live: Live, now: Snapshot) -> Scanned | None:
        """Return a branch with its target; None for one that brings nothing."""
        tip = target.tip(now.repository, live.target)
        goal = Live(branch=live.target, head=tip or "", standing=Standing.TARGET)
        if tip is None:
            return Scanned(live=live, target=goal, aside=f"{live.target} is gone")
        try:
            based = self._bases_of(live.head, tip)
            rules = self._attributes(tip).name
        except (NotFoundError, GitFailedError) as error:  # deleted underneath, or damaged
            _LOG.info("not read", extra={"branch": live.branch, "why": error.message})
            return Scanned(live=live, target=goal, aside="it cannot be read")
        if live.head in based and not live.draft:
            return None
        aside = "" if based else f"it has no history in common with {live.target}"
        tree = self._repository.tree_of(tip)
        return Scanned(live=live, target=goal, target_tree=tree, rules=rules, aside=aside)

    def _bases_of(self, head: str, tip: str) -> tuple[str, ...]:
        if (head, tip) not in self._bases:
            if len(self._bases) > _REMEMBERED:
                self._bases.clear()
            self._bases[head, tip] = touched.bases(self._repository, head, tip)
        return self._bases[head, tip]

    def _attributes(self, tip: str) -> Path:
        tree = self._repository.tree_of(tip)
        if tree not in self._rules:
            self._rules = {tree: attributes_file(self._repository, tree), **self._rules}
        return self._rules[tree]

    def _spans(self, each: Scanned) -> list[tuple[str, str]]:
        """Return the pairs of commits whose difference says what a branch touched."""
        if each.aside:
            return []
        live, tip = each.live, each.target.head
        ends = [live.head, tip, *([live.draft] if live.draft else [])]
        return [(base, end) for base in self._bases_of(live.head, tip) for end in ends]

    def _diff(self, pairs: list[tuple[str, str]]) -> None:
        found = touched.touched(self._repository, pairs)
        self._touched.update(zip(pairs, found, strict=True))

    def _filled(self, each: Scanned) -> Scanned:
        live, tip = each.live, each.target.head
        based = self._bases_of(live.head, tip)

        def since(end: str) -> Touched:
            return touched.together([self._touched[base, end] for base in based])

        draft = since(live.draft) if live.draft else Touched()
        return replace(each, own=since(live.head), draft=draft, moved=since(tip))

    # --- trials

    def _try(self, scanned: Sequence[Scanned], wanted: Sequence[Trial]) -> None:
        if not wanted:
            return  # nothing is even opened
        drafts = {each.live.draft for each in scanned if each.live.draft}
        with trials(self._repository) as bench:
            for rules in dict.fromkeys(each.attributes for each in wanted):
                these = [each for each in wanted if each.attributes == rules]
                alone = {
                    head: bench.draft(head)
                    for each in these
                    for head in (each.one, each.other)
                    if head in drafts
                }
                pairs = [(alone.get(x.one, x.one), alone.get(x.other, x.other)) for x in these]
                path = next(each for each in self._rules.values() if each.name == rules)
                for trial, tried in zip(these, bench.merge(pairs, path), strict=True):
                    self._known[trial] = radar_found.found(self._repository, tried)

    def _keep(self, scanned: Sequence[Scanned]) -> None:
        heads = [each.target.head for each in scanned]
        heads += [head for each in scanned for head in (each.live.head, each.live.draft)]
        self._known = radar_found.about(self._known, heads)
        radar_found.keep(self._path, self._known)


class Radars:
    """The radars of a town's rigs, each made when it is first asked for."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._found: dict[Rig, Radar] = {}

    def of(self, rig: Rig) -> Radar:
        """Return the radar of *rig*."""
        if rig not in self._found:
            self._found[rig] = Radar(self._town, rig)
        return self._found[rig]
