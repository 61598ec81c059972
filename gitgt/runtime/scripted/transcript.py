"""What it remembers of a conversation: lines of JSON as Claude Code writes them.

A message that holds text and a call of a tool is two lines with one id and one usage, as
there. Usage is computed from lengths: what was said before comes from the cache.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Clock = Callable[[], float]

_SPACE: Final = uuid.UUID("6f9b2f3e-5d39-4c1a-9a77-6b1c3f2a8d10")
_LETTERS: Final = 4  # of which one token is made


def folder_of(environ: Mapping[str, str], cwd: Path) -> Path:
    """Return where a conversation held in *cwd* is kept: with the session, if it is one."""
    if environ.get("GT_SESSION_DIR"):
        return Path(environ["GT_SESSION_DIR"])
    state = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME', '/')}/.local/state"
    return Path(state) / "gitgt/scripted" / re.sub(r"[^A-Za-z0-9]", "-", str(cwd))


def find(conversation: str, environ: Mapping[str, str], cwd: Path) -> list[Path]:
    """Return the files of an earlier conversation, the first one first.

    Each session that took part has one, whoever's it was: in a jail it may write to no other.
    """
    here = folder_of(environ, cwd)
    folders = [here, *here.parents[1].glob("*/*")] if environ.get("GT_SESSION_DIR") else [here]
    folders += _sessions_around(cwd)
    found = {each / f"{conversation}.jsonl" for each in folders}
    there = [each for each in found if each.is_file()]
    return sorted(there, key=lambda each: (each.stat().st_mtime_ns, each))


def _sessions_around(cwd: Path) -> list[Path]:
    """Return the folders of all sessions of the repository that *cwd* is a worktree of."""
    from gitgt.git import refs

    top = refs.top_of(cwd)
    git_dir = None if top is None else refs.git_dir_of(top)
    return [] if git_dir is None else [*refs.common_dir(git_dir).glob("gt/sessions/*/*")]


def new_id(*seed: str) -> str:
    """Return the id that a conversation, a message or a call gets from *seed*."""
    return str(uuid.uuid5(_SPACE, "\0".join(seed)))


class Transcript:
    """One conversation, in a file; what was said before *path* was begun is in *earlier*."""

    def __init__(
        self, path: Path, *, cwd: Path, model: str, clock: Clock, earlier: Sequence[Path] = ()
    ) -> None:
        self.path = path
        self.conversation = path.stem
        self._cwd = cwd
        self._model = model
        self._clock = clock
        before = [each for each in earlier if each != path]
        self._lines = [line for each in (*before, path) for line in _read(each)]
        self._cached = sum(len(_text_of(each)) for each in self._lines) // _LETTERS

    @property
    def commands(self) -> list[str]:
        """The shell commands that were run in this conversation, forks' origins included."""
        calls = [part for line in self._lines for part in _parts(line)]
        return [str(part["input"]["command"]) for part in calls if part["type"] == "tool_use"]

    @property
    def told(self) -> list[str]:
        """What it was told in this conversation, the latest last."""
        texts = [line["message"]["content"] for line in self._lines if line["type"] == "user"]
        return [each for each in texts if isinstance(each, str)]

    @property
    def finished(self) -> list[str]:
        """The shell commands whose results came back."""
        parts = [part for line in self._lines for part in _parts(line)]
        back = {part["tool_use_id"] for part in parts if part["type"] == "tool_result"}
        calls = [part for part in parts if part["type"] == "tool_use" and part["id"] in back]
        return [str(part["input"]["command"]) for part in calls]

    def copied(self, origin: Sequence[Path]) -> None:
        """Begin as a copy of the conversation in the files *origin*."""
        for line in (line for each in origin for line in _read(each)):
            self._write({**line, "sessionId": self.conversation})
        self._cached = sum(len(_text_of(each)) for each in self._lines) // _LETTERS

    def user(self, text: str) -> None:
        """Note what it was told."""
        self._message("user", {"role": "user", "content": text})

    def said(self, text: str) -> None:
        """Note a message that is only text."""
        self._assistant([{"type": "text", "text": text}])

    def called(self, text: str, command: str) -> str:
        """Note a message that runs *command*; return the id of the call."""
        call = f"toolu_{new_id(self.conversation, str(len(self._lines)))[:18]}"
        use = {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": command}}
        self._assistant([{"type": "text", "text": text}, use])
        return call

    def result(self, call: str, output: str, *, failed: bool) -> None:
        """Note what a call came to."""
        part = {"type": "tool_result", "tool_use_id": call, "content": output}
        self._message("user", {"role": "user", "content": [{**part, "is_error": failed}]})

    def _assistant(self, content: list[dict[str, Any]]) -> None:
        """Write each part on a line of its own, all with the usage of the whole."""
        spoken = sum(len(json.dumps(part)) for part in content) // _LETTERS + 1
        before = sum(len(_text_of(each)) for each in self._lines) // _LETTERS
        usage = {
            "input_tokens": 3,
            "cache_creation_input_tokens": max(0, before - self._cached),
            "cache_read_input_tokens": self._cached,
            "output_tokens": spoken,
        }
        self._cached = before
        name = f"msg_{new_id(self.conversation, 'message', str(len(self._lines)))[:18]}"
        for part in content:
            message = {
                "id": name,
                "type": "message",
                "role": "assistant",
                "model": self._model,
                "content": [part],
                "usage": usage,
            }
            self._message("assistant", message)

    def _message(self, kind: str, message: dict[str, Any]) -> None:
        last = self._lines[-1]["uuid"] if self._lines else None
        line = {
            "type": kind,
            "uuid": new_id(self.conversation, "line", str(len(self._lines))),
            "parentUuid": last,
            "sessionId": self.conversation,
            "cwd": str(self._cwd),
            "timestamp": _stamp(self._clock()),
            "message": message,
        }
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        self._lines.append(line)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a transcript; whoever was killed may have left half of one."""
    found = []
    for line in path.read_text().splitlines() if path.is_file() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _parts(line: dict[str, Any]) -> list[dict[str, Any]]:
    content = line["message"]["content"]
    return content if isinstance(content, list) else []


def _text_of(line: dict[str, Any]) -> str:
    return json.dumps(line["message"]["content"])


def _stamp(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
