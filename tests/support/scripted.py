"""The scripted agent as a program: run, and looked at through its taps and its transcript."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ARGV = (sys.executable, "-m", "gitgt.runtime.scripted")
EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PreCompact",
    "Stop",
    "SessionEnd",
)


@dataclass
class Scripted:
    """One sandbox in which the scripted agent is run, with taps that note what they hear."""

    cwd: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.heard = self.folder / "heard.jsonl"
        self.settings = self.folder / "settings.json"
        self.answer()

    def answer(self, **commands: str) -> None:
        """Let the tap of an event be a shell command, besides noting what it hears."""
        note = f"{{ cat; echo; }} >>'{self.heard}'"
        hooks = {
            event: [{"hooks": [{"type": "command", "command": f"{note}; {rest}"}]}]
            for event in EVENTS
            for rest in (commands.get(event, "true"),)
        }
        self.settings.write_text(json.dumps({"hooks": hooks}))

    @property
    def env(self) -> dict[str, str]:
        """What it is started with."""
        own = {"GT_SESSION_DIR": str(self.folder / "s1"), "GT_FAKE_NOW": "1764000000"}
        return {**os.environ, **own, **self.environment}

    def argv(self, *words: str) -> list[str]:
        """Return its command line."""
        return [*ARGV, "--settings", str(self.settings), *words]

    def run(self, *words: str, said: str = "") -> subprocess.CompletedProcess[bytes]:
        """Run it on *said*, without a terminal."""
        return subprocess.run(
            self.argv("-p", *words), cwd=self.cwd, env=self.env, input=said.encode(),
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip

    @property
    def events(self) -> list[str]:
        """What the taps heard, in order."""
        return [_brief(each) for each in self._lines(self.heard)]

    def transcript(self, conversation: str) -> list[dict[str, Any]]:
        """Return the messages of a conversation."""
        return [each["message"] for each in self._lines(self._path(conversation))]

    def _path(self, conversation: str) -> Path:
        return self.folder / "s1" / f"{conversation}.jsonl"

    def _lines(self, path: Path) -> Sequence[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text().splitlines()]


def _brief(told: dict[str, Any]) -> str:
    more = (
        told.get("source") or told.get("trigger") or told.get("tool_input", {}).get("command")
    )
    return f"{told['hook_event_name']} {more}" if more else str(told["hook_event_name"])
