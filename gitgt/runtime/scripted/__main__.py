"""Start it: ``python -m gitgt.runtime.scripted -p "what to do"``, or without ``-p`` to talk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from gitgt.runtime.scripted import terminal, transcript, words
from gitgt.runtime.scripted.agent import Agent
from gitgt.runtime.scripted.faults import Faults
from gitgt.runtime.scripted.taps import Taps
from gitgt.runtime.scripted.transcript import Transcript
from gitgt.runtime.scripted.words import Asked


def main(argv: list[str], environ: Mapping[str, str]) -> int:
    """Do what the command line asks for; return the exit code."""
    asked = words.read(argv, environ)
    cwd = Path.cwd()
    try:
        spoilt = _as_often(Faults.read((*asked.faults, *_labels(environ))), environ, cwd)
        conversation = _transcript(asked, environ, cwd)
    except ValueError as error:
        sys.stderr.write(f"scripted: {error}\n")
        return 1
    settings = None if "nohooks" in spoilt else asked.settings
    facts = {
        "session_id": conversation.conversation,
        "transcript_path": str(conversation.path),
        "cwd": str(cwd),
    }
    agent = Agent(
        conversation, Taps(settings, facts), spoilt, environ=environ, show=terminal.write,
        spoil=lambda found: _as_often(found, environ, cwd),
    )  # fmt: skip
    if not asked.headless:
        return terminal.talk(agent, asked.prompt or "", _source(asked), spoilt)
    return _one_turn(agent, asked, conversation.conversation)


def _one_turn(agent: Agent, asked: Asked, conversation: str) -> int:
    prompt = sys.stdin.read() if asked.prompt is None else asked.prompt
    agent.start(_source(asked))
    said = agent.turn(prompt, first=not asked.resumed)
    agent.end("other")
    over = said.startswith("You've hit")
    if asked.as_json:
        told = {"type": "result", "is_error": over, "session_id": conversation, "result": said}
        said = json.dumps(told, sort_keys=True)
    terminal.write(f"{said}\n".encode())
    return int(over)


def _transcript(asked: Asked, environ: Mapping[str, str], cwd: Path) -> Transcript:
    """Return the conversation to hold: a new one, an earlier one, or a copy of that."""
    origin = transcript.find(asked.resumed, environ, cwd) if asked.resumed else []
    if asked.resumed and not origin:
        raise ValueError(f"no conversation found with session ID: {asked.resumed}")
    folder = transcript.folder_of(environ, cwd)
    clock = _clock(environ)
    goes_on = asked.resumed if origin and not asked.forks else ""
    name = (
        goes_on
        or asked.conversation
        or transcript.new_id(str(cwd), str(clock()), str(os.getpid()))
    )
    made = Transcript(
        folder / f"{name}.jsonl", cwd=cwd, model=asked.model, clock=clock,
        earlier=origin if goes_on else (),
    )  # fmt: skip
    if origin and not goes_on:
        made.copied(origin)
    return made


def _source(asked: Asked) -> str:
    return "resume" if asked.resumed else "startup"


def _clock(environ: Mapping[str, str]) -> transcript.Clock:
    fixed = environ.get("GT_FAKE_NOW")
    return (lambda: float(fixed)) if fixed else time.time


def _labels(environ: Mapping[str, str]) -> list[str]:
    """Return the faults that the bead on the hook has as labels."""
    bead = environ.get("GT_BEAD")
    if not bead:
        return []
    if shutil.which("git-gt", path=environ.get("PATH")) is None:
        return []
    shown = subprocess.run(
        ["git-gt", "bead", "show", bead, "--json"], capture_output=True, check=False,
        stdin=subprocess.DEVNULL, env=dict(environ),
    )  # fmt: skip
    try:
        found = json.loads(shown.stdout)
    except ValueError:
        return []
    beads = found if isinstance(found, list) else [found]
    labels = [label for each in beads for label in each.get("labels", [])]
    return [each for each in labels if each.startswith("fault:")]


def _as_often(spoilt: Faults, environ: Mapping[str, str], cwd: Path) -> Faults:
    """Return *spoilt*, or no faults if they are to come about once, and did."""
    if not spoilt.once:
        return spoilt
    from gitgt.git import refs

    # The only place that is the agent's own, outlives a session, and can be written in a jail.
    own = refs.git_dir_of(cwd) or transcript.folder_of(environ, cwd)
    usual = own / f"scripted-once-{environ.get('GT_BEAD') or 'any'}"
    mark = Path(environ.get("GT_SCRIPTED_ONCE") or usual)
    if mark.exists():
        return Faults()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return spoilt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
