"""Plugins: a folder with ``plugin.md``, which says when something is to be done, and what.

It begins with TOML between two lines ``+++``: its name, when it runs (``[gate]``) and for how
long it may (``[execution]``). What follows is what an agent is to do; where a script lies
beside it, ``run.sh``, that is what is done.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import InvalidDocumentError, RefusedError
from gitgt.model import cron, when
from gitgt.model.documents import Severity
from gitgt.model.formula import form
from gitgt.model.formula.form import Finding
from gitgt.model.formula.lines import line_of, lines_of
from gitgt.model.formula.table import Table
from gitgt.values import dataclass

FILE: Final = "plugin.md"
SCRIPT: Final = "run.sh"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}", re.ASCII)
_FENCE: Final = "+++"
_TIMEOUT: Final = "5m"
_EVENT: Final = re.compile(r"[a-z][a-z-]*\.[a-z][a-z-]*", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z0-9:_./-]{1,60}", re.ASCII)
_SPAN_HINT: Final = '"90s", "15m", "12h" or "7d"'


class GateKind(StrEnum):
    """What lets a plugin run."""

    COOLDOWN = "cooldown"  # so long after its last run
    CRON = "cron"  # at these times
    CONDITION = "condition"  # a command says with exit code 0 that it is time
    EVENT = "event"  # something was written to the ledger
    MANUAL = "manual"  # somebody asks


@dataclass(frozen=True, slots=True)
class Gate:
    """When a plugin runs. For ``every`` seconds it rests: no condition is asked meanwhile."""

    kind: GateKind = GateKind.MANUAL
    every: float = 0.0
    schedule: str = ""
    check: str = ""
    on: str = ""

    def told(self) -> str:
        """Return it in a few words."""
        match self.kind:
            case GateKind.COOLDOWN:
                return f"every {when.lasts(self.every)}"
            case GateKind.CRON:
                return f"cron {self.schedule}"
            case GateKind.CONDITION:
                return f"when `{self.check}` says so"
            case GateKind.EVENT:
                return f"on {self.on}"
            case GateKind.MANUAL:
                return "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin of the town, or of a *rig*."""

    name: str
    rig: str = ""
    description: str = ""
    version: str = ""
    gate: Gate = Gate()
    labels: tuple[str, ...] = ()
    timeout: float
    notify_on_failure: bool = False
    severity: Severity = Severity.LOW
    instructions: str = ""
    script: bool = False
    path: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.name, "rig": self.rig, "description": self.description,
            "version": self.version, "gate": str(self.gate.kind), "when": self.gate.told(),
            "timeout": self.timeout, "script": self.script, "path": self.path,
            "labels": list(self.labels),
        }  # fmt: skip


def parse(text: str, *, path: str, folder: str, rig: str = "", script: bool = False) -> Plugin:
    """Read the ``plugin.md`` at *path*, in a folder called *folder*.

    Raises:
        InvalidDocumentError: it says what no plugin can say: file, line, key and what.
    """
    if not NAME.fullmatch(folder):
        raise InvalidDocumentError(
            f"{path!r}: no plugin can be called {folder[:80]!r}",
            hint="small letters, digits, - and _, up to 50",
        )
    head, body = _parted(text, path)
    findings: list[Finding] = []
    top = Table(_toml(head, path), "", findings)
    name = top.text("name") or folder
    if name != folder:
        top.complain("name", f"{name!r} lies in a folder called {folder!r}", f'"{folder}"')
    gate = _gate(top.table("gate"))
    labels = _tracking(top.table("tracking"))
    timeout, notify, severity = _execution(top.table("execution"))
    found = Plugin(
        name=folder, rig=rig, description=top.text("description"), version=top.text("version"),
        gate=gate, labels=labels, timeout=timeout, notify_on_failure=notify,
        severity=severity, instructions=body.strip(), script=script, path=path,
    )  # fmt: skip
    top.finish()
    if not script and not found.instructions:
        top.complain("", f"what is to be done? There is no {SCRIPT}, and nothing is said")
    _refuse(findings, head, path)
    return found


def _parted(text: str, path: str) -> tuple[str, str]:
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines) if line.strip() == _FENCE]
    if not marks or marks[0] != 0:
        raise InvalidDocumentError(f"{path}:1: it is to begin with a line {_FENCE}")
    if len(marks) < 2:
        raise InvalidDocumentError(f"{path}:1: the second line {_FENCE} is missing")
    return "\n".join(lines[1 : marks[1]]), "\n".join(lines[marks[1] + 1 :])


def _toml(head: str, path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        # TOML counts from the line after the first fence.
        match = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = 1 + (int(match[1]) if match else max(1, len(head.splitlines())))
        said = str(error).partition(" (at ")[0]
        raise InvalidDocumentError(f"{path}:{line}: {said}") from error
    except RecursionError as error:
        raise InvalidDocumentError(f"{path}:2: it is nested too deeply") from error


def _gate(table: Table | None) -> Gate:
    if table is None:
        return Gate()
    kind = table.text("type")
    if kind not in [*GateKind]:
        table.complain("type", f"{kind!r} is no gate", " | ".join(GateKind))
        kind = GateKind.MANUAL
    found = Gate(
        GateKind(kind), _span(table, "duration", "0s"), table.text("schedule"),
        table.text("check"), table.text("on"),
    )  # fmt: skip
    for key, problem in _wrong(found):
        table.complain(key, problem)
    table.finish()
    return found


def _wrong(gate: Gate) -> list[tuple[str, str]]:
    """Return what a gate of its kind lacks."""
    match gate.kind:
        case GateKind.COOLDOWN if gate.every <= 0:
            return [("duration", f"for how long does it rest? {_SPAN_HINT}")]
        case GateKind.CRON:
            try:
                cron.parse(gate.schedule)
            except RefusedError as error:
                return [("schedule", error.message)]
        case GateKind.CONDITION if not gate.check.strip():
            return [("check", "which command says that it is time?")]
        case GateKind.EVENT if not _EVENT.fullmatch(gate.on):
            return [("on", f"{gate.on!r} is no event, such as 'bead.landed'")]
    return []


def _tracking(table: Table | None) -> tuple[str, ...]:
    if table is None:
        return ()
    found = table.names("labels")
    for each in found:
        if not _LABEL.fullmatch(each):
            table.complain("labels", f"{each!r} is no label")
    return found


def _execution(table: Table | None) -> tuple[float, bool, Severity]:
    table = table or Table({}, "execution", [])
    timeout = _span(table, "timeout", _TIMEOUT)
    if timeout <= 0:
        table.complain("timeout", "it is to have some time", _SPAN_HINT)
    said = table.text("severity") or Severity.LOW
    if said not in [*Severity]:
        table.complain("severity", f"{said!r} is none", " | ".join(Severity))
        said = Severity.LOW
    found = timeout, table.flag("notify_on_failure"), Severity(said)
    table.finish()
    return found


def _span(table: Table, key: str, usual: str) -> float:
    said = table.text(key) or usual
    found = when.span(said)
    if found is None:
        table.complain(key, f"{said!r} is no span of time", _SPAN_HINT)
    return found or 0.0


def _refuse(findings: list[Finding], head: str, path: str) -> None:
    wrong = [each for each in findings if each.severity is form.Severity.ERROR]
    if not wrong:
        return
    lines = lines_of(head)
    told = [
        f"{path}:{line_of(lines, each.where) + 1}: {each.where + ': ' if each.where else ''}"
        f"{each.what}"
        for each in wrong
    ]
    raise InvalidDocumentError("\n".join(told), hint=wrong[0].hint)
