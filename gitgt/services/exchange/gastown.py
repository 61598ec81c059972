"""A whole town of Gas Town's: its rigs, beads, formulas and directives; the rest is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError, RefusedError
from gitgt.model.actor import Actor
from gitgt.services import commit, rig
from gitgt.services.exchange import bring, sources
from gitgt.services.exchange.bring import Step, quiet
from gitgt.services.rig import Wanted
from gitgt.services.town import Rig, Town

_BEADS: Final = (".beads/issues.jsonl", "mayor/rig/.beads/issues.jsonl")
# What is kept as it is, and where.
_COPIED: Final = {
    ".beads/formulas/*.toml": "formulas",
    "formulas/*.toml": "formulas",
    "directives/*.md": "directives",
    "formula-overlays/*.toml": "formula-overlays",
}
_NO_PLACE: Final = {
    "mayor/daemon.json": "the watcher's own settings say when it acts",
    "mayor/accounts.json": "accounts are the runtimes' own",
    "mayor/quota.json": "quotas are the runtimes' own",
    "mayor/wasteland.json": "towns are not federated",
    "mayor/config.json": "what agents run on is set with: git gt config",
    "settings/config.json": "what agents run on is set with: git gt config",
    "settings/agents.json": "what agents run on is set with: git gt config",
    "settings/escalation.json": "escalations are routed by severity",
    "config/messaging.json": "there are no lists and queues",
    "hooks/registry.toml": "each runtime's taps come with it",
    "plugins": "there are no plugins",
    "deacon/dogs": "dogs are part of the watcher",
}


@dataclass(slots=True)
class Told:
    """What was done, what could not be, and what has no place here."""

    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def is_town(path: Path) -> bool:
    """Tell whether *path* is a town of Gas Town's."""
    return (path / "mayor/rigs.json").is_file()


def bring_town(
    town: Town, old: Path, who: Actor, *, dry_run: bool = False, step: Step = quiet
) -> Told:
    """Bring the town at *old* over. Done again, it goes on where it was."""
    told = Told()
    for name, wanted in sorted(_rigs(old, told).items()):
        step(name)
        found = town.rigs().get(name)
        if found is None and dry_run:
            told.done.append(
                f"rig {name}: {wanted.origin}, prefix {wanted.prefix or 'to be made'}"
            )
            continue
        try:
            found, fresh = (found, False) if found else rig.add(town, wanted, who)
        except GtError as error:
            told.problems.append(f"rig {name}: {error.message}")
            continue
        told.done += [f"rig {name}: added"] if fresh else []
        _beads(town, found, old / name, who, told, dry_run=dry_run)
    _beads(town, None, old, who, told, dry_run=dry_run)
    _copy(town, old, who, told, dry_run=dry_run)
    told.left += _left(old)
    return told


def _rigs(old: Path, told: Told) -> dict[str, Wanted]:
    found: dict[str, Wanted] = {}
    for name, entry in _json(old / "mayor/rigs.json", told).get("rigs", {}).items():
        own = _json(old / name / "config.json", told)
        facts = {**own, **(entry if isinstance(entry, dict) else {})}
        url = facts.get("git_url") or facts.get("local_repo")
        beads = facts.get("beads") if isinstance(facts.get("beads"), dict) else {}
        prefix = str((beads or {}).get("prefix") or "").rstrip("-")
        if url:
            branch = str(own.get("default_branch") or "")
            found[name] = Wanted(name, str(url), prefix=prefix, branch=branch)
        else:
            told.problems.append(f"rig {name}: nothing says where its repository is")
    return found


def _json(path: Path, told: Told) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        told.problems.append(f"{path}: {error}")
        return {}
    return found if isinstance(found, dict) else {}


def _beads(
    town: Town, where: Rig | None, folder: Path, who: Actor, told: Told, *, dry_run: bool
) -> None:
    name = "hq" if where is None else where.name
    path = next((folder / each for each in _BEADS if (folder / each).is_file()), None)
    if path is None:
        told.left.append(f"{name}: no issues.jsonl; bd export writes it")
        return
    try:
        read = sources.read(path.read_bytes(), str(path), kind="bd", at=town.now())
        if dry_run:
            plan = bring.foresee(town, where, read.records)
        else:
            plan = bring.bring(town, where, read.records, who, said=f"Gas Town's {name}")
    except (GtError, OSError) as error:
        told.problems.append(f"{name}: {error}")
        return
    told.problems += [str(each) for each in (*read.problems, *plan.problems)]
    counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.same} the same"
    told.done.append(f"{name}: {counts}")


def _copy(town: Town, old: Path, who: Actor, told: Told, *, dry_run: bool) -> None:
    files = {
        f"{to}/{path.name}": path.read_bytes()
        for pattern, to in _COPIED.items()
        for path in sorted(old.glob(pattern))
        if path.is_file()
    }
    there = {name for name in files if (town.root / name).exists()}
    fresh = {name: content for name, content in files.items() if name not in there}
    told.left += [
        f"{name}: one of that name is here, and stays"
        for name in sorted(there)
        if (town.root / name).read_bytes() != files[name]
    ]
    if fresh and not dry_run:
        try:
            commit.change(town, lambda: fresh, "bring over Gas Town's files", who)
        except RefusedError as error:
            told.problems.append(error.message)
            return
    told.done += [f"{name}: copied" for name in sorted(fresh)]


def _left(old: Path) -> Iterator[str]:
    for name, why in _NO_PLACE.items():
        if (old / name).exists():
            yield f"{name}: {why}"
    for path in sorted(old.glob("*/crew/*/")):
        where = path.relative_to(old)
        yield f"{where}: git gt crew add {path.name} --rig {where.parts[0]}"
    for path in sorted(old.glob("*/polecats/*/")):
        yield f"{path.relative_to(old)}: agents are made when they are needed"
