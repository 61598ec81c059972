"""Its taps: commands that a settings file in Claude Code's form names for each event.

Each reads one JSON document from stdin. Exit code 0: what it prints is context, or a document
that decides; 2: refused, and stderr says why; any other code is a failure that stops nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.values import dataclass

_REFUSED: Final = 2
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the taps of an event said: context to add, or why it may not be."""

    context: str = ""
    refused: str = ""


class Taps:
    """The taps of one conversation."""

    def __init__(self, settings: Path | None, facts: Mapping[str, str]) -> None:
        self._hooks = _hooks(settings)
        self._facts = dict(facts)

    def call(self, event: str, matched: str = "", **more: object) -> Answer:
        """Call whoever wants to know of *event*; matchers are compared with *matched*."""
        context: list[str] = []
        for entry in self._hooks.get(event, []):
            if not _matches(entry.get("matcher", ""), matched):
                continue
            for hook in entry.get("hooks", []):
                answer = self._run(hook, {"hook_event_name": event, **more})
                if answer.refused:
                    return answer
                context.append(answer.context)
        return Answer("\n".join(each for each in context if each))

    def _run(self, hook: Mapping[str, Any], more: Mapping[str, object]) -> Answer:
        try:
            done = subprocess.run(  # noqa: S602 - the form's own
                hook["command"], shell=True, capture_output=True, check=False,
                input=json.dumps({**self._facts, **more}).encode(), env=dict(os.environ),
                timeout=float(hook.get("timeout", _PATIENCE)),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return Answer()
        if done.returncode == _REFUSED:
            return Answer(refused=done.stderr.decode(errors="replace").strip() or "refused")
        return _told(done.stdout.decode(errors="replace")) if done.returncode == 0 else Answer()


def _told(text: str) -> Answer:
    """Read what a tap printed: JSON that decides, or plain context."""
    try:
        said = json.loads(text)
    except ValueError:
        return Answer(context=text.strip())
    if not isinstance(said, dict):
        return Answer(context=text.strip())
    special = said.get("hookSpecificOutput", {})
    if special.get("permissionDecision") == "deny":
        return Answer(refused=special.get("permissionDecisionReason") or "refused")
    if said.get("decision") == "block":
        return Answer(refused=said.get("reason") or "refused")
    return Answer(context=special.get("additionalContext", ""))


def _hooks(settings: Path | None) -> dict[str, list[dict[str, Any]]]:
    if settings is None:
        return {}
    found: dict[str, list[dict[str, Any]]] = json.loads(settings.read_text()).get("hooks", {})
    return found


def _matches(matcher: str, name: str) -> bool:
    return matcher in ("", "*") or re.fullmatch(matcher, name) is not None
