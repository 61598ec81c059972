"""A whole town of Gas Town's: its rigs, beads, settings and formulas; the rest is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.model.actor import Actor
from gitgt.services import rig, sling
from gitgt.services.exchange import bring, nowork, oldfiles, sources
from gitgt.services.exchange.bring import Step, quiet
from gitgt.services.exchange.oldtown import OldTown, Told
from gitgt.services.exchange.plan import Plan
from gitgt.services.rig import Wanted
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_BEADS: Final = (".beads/issues.jsonl", "mayor/rig/.beads/issues.jsonl")


def is_town(path: Path) -> bool:
    """Tell whether *path* is a town of Gas Town's."""
    return (path / "mayor/rigs.json").is_file()


def bring_town(
    town: Town, old: Path, who: Actor, *, dry_run: bool = False, step: Step = quiet
) -> Told:
    """Bring the town at *old* over. Done again, it goes on where it was.

    A dry run does all that an import does, but in folders that go away again.
    """
    told = Told()
    there = OldTown(old, told)
    there.rigs = frozenset(there.registry())
    with ExitStack() as stack:
        move = _Move(town, there, who, dry_run, step, stack)
        move.rigs()
        for each in (*move.here.values(), None):
            step("the town" if each is None else each.name)
            move.beads(each)
        oldfiles.bring(town, there, move.here, move.fresh, who, dry_run=dry_run)
    told.left += there.left()
    return told


@dataclass(slots=True)
class _Move:
    """What is being brought over: first all rigs, since beads hang on those of other rigs."""

    town: Town
    old: OldTown
    who: Actor
    dry_run: bool
    step: Step
    stack: ExitStack
    here: dict[str, Rig] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)

    def rigs(self) -> None:
        """Add the rigs that are not here."""
        for name, wanted in sorted(_wanted(self.old).items()):
            self.step(name)
            try:
                found, is_new = self._rig(wanted)
            except GtError as error:
                self.old.told.problems.append(f"rig {name}: {error.message}")
                continue
            self.here[name] = found
            if is_new:
                self.fresh.add(name)
                more = f" from {found.origin}, prefix {found.prefix}" if self.dry_run else ""
                self.old.told.done.append(f"rig {name}: added{more}")

    def _rig(self, wanted: Wanted) -> tuple[Rig, bool]:
        known = self.town.rigs().get(wanted.name)
        if known is not None:
            return known, False
        if not self.dry_run:
            return rig.add(self.town, wanted, self.who)
        others = {**self.town.rigs(), **self.here}
        made = rig.rehearse(self.town, wanted, self.who, others)
        return self.stack.enter_context(made), True

    def beads(self, where: Rig | None) -> None:
        """Bring over the beads of a rig, or for None of the town."""
        name, folder = ("hq", "") if where is None else (where.name, f"{where.name}/")
        paths = [folder + each for each in _BEADS if (self.old.root / folder / each).is_file()]
        content = self.old.content(paths[0]) if paths else None
        if content is None:
            self.old.told.left.append(f"{name}: no issues.jsonl; bd export writes it")
            return
        try:
            source = str(self.old.root / paths[0])
            read = sources.read(content, source, kind="bd", at=self.town.now())
            plan = self._brought(where, read, name)
            self._tell(name, read, plan, self._identities(where, read.agents))
        except GtError as error:
            self.old.told.problems.append(f"{name}: {error.message}")

    def _brought(self, where: Rig | None, read: sources.Read, name: str) -> Plan:
        if self.dry_run:
            others = self.here.values()
            return bring.foresee(self.town, where, read.records, others=others)
        said = f"Gas Town's {name}"
        return bring.bring(self.town, where, read.records, self.who, said=said)

    def _identities(self, where: Rig | None, agents: Sequence[str]) -> list[str]:
        """Give the polecats among *agents* an identity; return those that have one now."""
        if where is None:
            return []
        ours = [each for each in agents if each.startswith(f"{where.name}/polecats/")]
        now = self.town.ledger_at(where).snapshot()
        for address in ours:
            if now.agent_at(address) is not None:
                continue
            if not self.dry_run:
                sling.enlist(self.town, where, address, self.who)
            self.old.told.done.append(f"{address}: an identity")
        return ours

    def _tell(
        self, name: str, read: sources.Read, plan: Plan, known: Sequence[str]
    ) -> None:  # fmt: skip
        told = self.old.told
        told.problems += [str(each) for each in (*read.problems, *plan.problems)]
        counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.same} the same"
        told.done.append(f"{name}: {counts}")
        told.left += plan.notes
        reasons = Counter(each.what.removeprefix("left out: ") for each in read.left)
        reasons.subtract({nowork.AGENT: len(known)} if known else {})
        told.left += [
            f"{name}: {count} record{'' if count == 1 else 's'}: {why}"
            for why, count in reasons.items()
            if count
        ]


def _wanted(old: OldTown) -> dict[str, Wanted]:
    found: dict[str, Wanted] = {}
    for name, entry in old.registry().items():
        own = old.settings(f"{name}/config.json")
        facts = {**own, **(entry if isinstance(entry, dict) else {})}
        url = facts.get("git_url") or facts.get("local_repo")
        beads = facts.get("beads") if isinstance(facts.get("beads"), dict) else {}
        prefix = str((beads or {}).get("prefix") or "").rstrip("-")
        if url:
            branch = str(own.get("default_branch") or _target(old, name))
            found[name] = Wanted(name, str(url), prefix=prefix, branch=branch)
        else:
            old.told.problems.append(f"rig {name}: nothing says where its repository is")
    return found


def _target(old: OldTown, name: str) -> str:
    queue: Any = old.settings(f"{name}/settings/config.json").get("merge_queue")
    return str(queue.get("target_branch") or "") if isinstance(queue, Mapping) else ""
