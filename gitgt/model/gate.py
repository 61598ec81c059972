"""What must pass before anything lands: gates, their verdicts, and what is known of a tree.

A verdict belongs to a tree, a gate's definition and an environment. Nothing here runs a gate.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, Final, Self

from gitgt.errors import SettingsError
from gitgt.values import dataclass

DEFAULT_TIMEOUT: Final = 1800.0
FIRST_PHASE: Final = 1


class Runs(StrEnum):
    """Where a gate runs: here, in a slot of the rig, or on the runners of the rig's forge."""

    HERE = "here"
    FORGE = "forge"


class Verdict(StrEnum):
    """What a gate said of a tree. Only a pass lands; only a fail is blamed on anybody."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    COULD_NOT_RUN = "could-not-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A command that says with exit code 0 that a tree is good.

    ``minimum`` is how many tests it must have run to count; ``keep`` names what of earlier
    runs stays in the worktree, such as ``.venv``. Gates of a later ``phase`` wait for those of
    the earlier ones; one that is not ``parallel`` runs beside no other of its rig. With
    ``inputs`` it sees nothing of a tree but what these globs name. ``memory`` is what each of
    its processes may take, ``output`` how much of what it prints is kept, both in MiB (0: as
    usual). ``environment`` names what it may see of ours, or gives a value (``TZ=UTC``). What
    the command ``fingerprint`` prints tells one machine from another. ``junit`` is the report
    that it writes; ``quarantine`` is why it neither blocks nor blames for the time being.
    ``runs`` says where, and ``check`` what it is called there, if not by its name.
    """

    name: str
    command: tuple[str, ...]
    timeout: float = DEFAULT_TIMEOUT
    minimum: int = 0
    keep: tuple[str, ...] = ()
    phase: int = FIRST_PHASE
    parallel: bool = True
    inputs: tuple[str, ...] = ()
    memory: int = 0
    output: float = 0
    environment: tuple[str, ...] = ()
    submodules: bool = False
    fingerprint: tuple[str, ...] = ()
    junit: str = ""
    quarantine: str = ""
    runs: Runs = Runs.HERE
    check: str = ""

    def __post_init__(self) -> None:
        if not self.command:
            raise SettingsError(f"the gate {self.name!r} has no command")
        if self.timeout <= 0:
            raise SettingsError(f"the gate {self.name!r} has no time to run in")

    @property
    def is_remote(self) -> bool:
        """Tell whether it runs on the forge's runners."""
        return self.runs == Runs.FORGE

    @property
    def is_alone(self) -> bool:
        """Tell whether it runs beside no other: there each has a machine of its own."""
        return not self.parallel and not self.is_remote

    @property
    def called(self) -> str:
        """What the forge calls it."""
        return self.check or self.name

    @property
    def passed_on(self) -> tuple[str, ...]:
        """The names of the variables that it gets with the value that they have here."""
        return tuple(each for each in self.environment if "=" not in each)

    @property
    def given(self) -> dict[str, str]:
        """The variables that it gets with a value of its own."""
        pairs = (each.partition("=") for each in self.environment if "=" in each)
        return {name: value for name, _, value in pairs}

    @property
    def unusual(self) -> dict[str, Any]:
        """What its definition says beyond what goes without saying, as plain values."""
        said = {each.name: (getattr(self, each.name), each.default) for each in fields(self)}
        return {
            name: [*value] if isinstance(value, tuple) else value
            for name, (value, usual) in said.items()
            if value != usual
        }


# What of a definition cannot change a verdict: when it runs, what it counts for, and how much
# of its log is kept.
_NO_MATTER: Final = frozenset({"phase", "output", "quarantine"})
# What was there before anything else was: it counts even where it says nothing.
_ALWAYS: Final = ("name", "command", "timeout", "minimum", "keep")


def gate_hash(gate: Gate, environment: str) -> str:
    """Return what names this definition, in this environment: no other verdict counts.

    What is as usual is left out, so a definition that says nothing new keeps its verdicts.
    """
    always = {name: getattr(gate, name) for name in _ALWAYS}
    definition = {**gate.unusual, **always}
    for name in _NO_MATTER:
        definition.pop(name, None)
    if "environment" in definition:
        definition["variables"] = sorted(definition["environment"])
    definition["environment"] = environment
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that one gate has said of one tree.

    ``passed_at`` and ``failed_at`` are positions in the order of verdicts, not times: no
    clock decides. The fails are ``doubtful`` if the latest one was the gate being stopped
    (time, signal) instead of saying no; ``lapses`` counts those since it last passed, if it
    ever did. ``trouble`` is why the latest attempt told nothing.
    ``failures`` names what failed in each red run (what passed once on a tree is no failure of
    it), ``seen`` what did in any; they are None and empty unless each run named all of it.
    """

    passes: int = 0
    fails: int = 0
    passed_at: int = 0
    failed_at: int = 0
    doubtful: bool = False
    lapses: int = 0
    trouble: str = ""
    failures: frozenset[str] | None = None
    seen: frozenset[str] = frozenset()

    @property
    def verdict(self) -> Verdict | None:
        """What to go by: a pass wins over the fails of the same tree."""
        if self.passes:
            return Verdict.PASS
        if self.fails:
            return Verdict.FAIL
        return Verdict.COULD_NOT_RUN if self.trouble else None

    @property
    def is_flaky(self) -> bool:
        """Tell whether equal runs have contradicted each other."""
        return bool(self.passes and self.fails)

    def after(
        self, verdict: Verdict, *, at: int, doubtful: bool = False, why: str = "",
        failures: frozenset[str] | None = None,
    ) -> Self:  # fmt: skip
        """Return what is known once a run more has ended as number *at*.

        *failures* is all that failed in it, None if that cannot be named.
        """
        match verdict:
            case Verdict.PASS:
                return replace(self, passes=self.passes + 1, passed_at=at, lapses=0, trouble="")
            case Verdict.FAIL:
                every, some = self._named(failures)
                return replace(
                    self, fails=self.fails + 1, failed_at=at, doubtful=doubtful, trouble="",
                    lapses=self.lapses + bool(self.passes), failures=every, seen=some,
                )  # fmt: skip
            case Verdict.COULD_NOT_RUN:
                return replace(self, trouble=why or "it could not run")

    def _named(
        self, failures: frozenset[str] | None
    ) -> tuple[frozenset[str] | None, frozenset[str]]:
        """Return what failed each time, and ever, with a red run more in which these did."""
        if failures is None or (self.fails and self.failures is None):
            return None, frozenset()
        before = failures if self.failures is None else self.failures
        return before & failures, self.seen | failures
