"""Its turns: each is told something, runs a script step by step, and hands the work in."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, NoReturn

from gitgt.runtime.scripted import faults, script
from gitgt.runtime.scripted.faults import Faults
from gitgt.runtime.scripted.taps import Taps
from gitgt.runtime.scripted.transcript import Transcript
from gitgt.values import dataclass

_CRASHED: Final = 42
_QUOTA: Final = "You've hit your usage limit · resets 7pm"
# A tap may make a turn go on; not for ever, whatever it says.
_GOES_ON: Final = 8
_SHOWN: Final = 10_000
# In the first line of a prompt: the conversation was cut short, and goes on.
_CUT_SHORT: Final = "\u2022 resumed:"


@dataclass(frozen=True, slots=True)
class Work:
    """What a turn has to do: the commands, and whether it then hands in by itself."""

    steps: tuple[str, ...] = ()
    hands_in: bool = False
    quota: bool = False


class Agent:
    """Holds a conversation, one turn after the other.

    ``spoil`` says which of the faults that a script names come about this time.
    """

    def __init__(
        self,
        transcript: Transcript,
        taps: Taps,
        spoilt: Faults,
        *,
        spoil: Callable[[Faults], Faults],
        environ: Mapping[str, str],
        show: Callable[[bytes], None],
    ) -> None:
        self._transcript = transcript
        self._taps = taps
        self._faults = spoilt
        self._spoil = spoil
        self._environ = environ
        self._show = show
        self._told = ""
        self._step = 0

    @property
    def faults(self) -> Faults:
        """What goes wrong: that it was started with, or that its script names."""
        return self._faults

    @property
    def seed(self) -> str:
        """What chance goes by: the session's name, else the conversation's."""
        return self._environ.get("GT_SESSION") or self._transcript.conversation

    def start(self, source: str) -> None:
        """Say that it is there, and remember what its tap tells it."""
        if "latehook" not in self._faults:
            self._begin(source)

    def turn(self, prompt: str, *, first: bool) -> str:
        """Do what *prompt* asks for, and return the last thing that it has to say."""
        said = self._one(prompt, first=first)
        if first and "latehook" in self._faults:
            self._begin("startup")
        for number in range(_GOES_ON):
            asked = self._taps.call("Stop", stop_hook_active=number > 0).refused
            if not asked:
                break
            said = self._one(asked, first=False)
        return said

    def end(self, reason: str) -> None:
        """Say that it goes."""
        self._taps.call("SessionEnd", reason, reason=reason)

    def _begin(self, source: str) -> None:
        self._told = self._taps.call("SessionStart", source, source=source).context

    def _one(self, prompt: str, *, first: bool) -> str:
        answer = self._taps.call("UserPromptSubmit", prompt=prompt)
        if answer.refused:
            return self._say(f"not done: {answer.refused}")
        if first and not self._told:
            self._told = _primed(self._environ)
        whole = "\n\n".join(each for each in (self._told, prompt, answer.context) if each)
        self._told = ""
        self._transcript.user(whole)
        work = self._work(whole, prompt, first=first)
        if work.quota:
            return self._say(_QUOTA)
        if not work.steps:
            return self._say(self._recalled(prompt))
        for step in work.steps:
            self._do(step)
            while "loop" in self._faults:
                time.sleep(0.05)  # a model takes longer for each
                self._do(step)
        return self._say(f"done: {len(work.steps)} steps")

    def _work(self, told: str, prompt: str, *, first: bool) -> Work:
        """Return what is to be done after what was *told*: the *prompt*, and what came too."""
        if _CUT_SHORT in prompt.partition("\n")[0]:
            return self._left()
        found = script.find(told)
        bead = self._environ.get("GT_BEAD", "")
        if found is not None and found.faults:
            self._faults = self._spoil(Faults.read(found.faults))
        if "quota" in self._faults:
            return Work(quota=True)
        if found is None and not (first and bead):
            return Work()
        steps = found.steps if found is not None else _usual(bead)
        hands_in = first and bool(bead) and not any("done" in each.split() for each in steps)
        return self._spoilt(Work(steps, hands_in), bead)

    def _left(self) -> Work:
        """Return what is left to do of what it was told before it was cut short."""
        bead, did = self._environ.get("GT_BEAD", ""), self._transcript.finished
        known = [each for each in map(script.find, self._transcript.told) if each is not None]
        if known and known[0].faults:
            self._faults = self._spoil(Faults.read(known[0].faults))
        whole = known[0].steps if known else _usual(bead)
        done = next((n for n, each in enumerate(whole) if each not in did), len(whole))
        self._step = done  # faults come before the same steps as the first time
        hands_in = not any("done" in each.split() for each in (*whole, *did))
        return self._spoilt(Work(tuple(whole[done:]), hands_in), bead)

    def _spoilt(self, work: Work, bead: str) -> Work:
        """Return *work* as the faults have it."""
        more: list[str] = []
        if "conflict" in self._faults:
            more += _written_and_committed("CONFLICT.md", f"only {bead} is right", bead)
        if "badtest" in self._faults:
            test = "def test_that_fails(): assert False"
            more += [f"printf '%s\\n' '{test}' >test_broken.py"]
            more += _written_and_committed("BROKEN", bead, bead, also="test_broken.py")
        if "dirty" in self._faults:
            more += ["printf 'not committed\\n' >>DIRTY.md"]
        before = [f"git checkout -q -b wrong-{bead}"] if "wrongbranch" in self._faults else []
        done = ["git gt done"] if work.hands_in and "nodone" not in self._faults else []
        return replace(work, steps=(*before, *work.steps, *more, *done))

    def _do(self, command: str) -> None:
        """Run one command, if no tap refuses it, after the faults that come before it."""
        self._step += 1
        self._fail_before(self._step)
        call = self._transcript.called(f"step {self._step}: {command}", command)
        asked = {"tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": call}
        refused = self._taps.call("PreToolUse", "Bash", **asked).refused
        output, code = (refused, 2) if refused else _run(command, self._environ)
        self._show(f"$ {command}\n{output[:_SHOWN]}".rstrip().encode() + b"\n")
        self._transcript.result(call, output, failed=code != 0)
        self._taps.call("PostToolUse", "Bash", **asked, tool_response={"stdout": output})
        if "compact" in self._faults and self._step == 1:
            self._compact()

    def _fail_before(self, step: int) -> None:
        if "slow" in self._faults:
            time.sleep(self._faults["slow"])
        if "garbage" in self._faults:
            self._show(faults.garbage(self._environ.get("GT_BEAD", ""), step))
        if self._faults.strikes("hang", step):
            _hang()
        if self._faults.strikes("kill", step):
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        chance = step == 1 and self._faults.crashes_by_chance(self.seed)
        if chance or self._faults.strikes("crash", step):
            self._show(b"Traceback: it crashes, as it was asked to\n")
            sys.stdout.flush()
            os._exit(_CRASHED)

    def _compact(self) -> None:
        """Forget what was told, and be told again."""
        self._taps.call("PreCompact", "auto", trigger="auto")
        self._begin("compact")

    def _recalled(self, prompt: str) -> str:
        """Answer what it has no script for, out of what it did."""
        did = self._transcript.commands
        asked = prompt.strip().splitlines()[0][:200] if prompt.strip() else "nothing"
        done = "; ".join(did) if did else "nothing yet"
        return f"asked: {asked}\nran: {done}"

    def _say(self, text: str) -> str:
        self._transcript.said(text)
        return text


def _run(command: str, environ: Mapping[str, str]) -> tuple[str, int]:
    done = subprocess.run(  # noqa: S602 - a script is lines of sh
        command, shell=True, check=False, stdin=subprocess.DEVNULL, env=dict(environ),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout.decode(errors="replace"), done.returncode


def _primed(environ: Mapping[str, str]) -> str:
    """Return what ``git gt prime`` tells whom no tap told anything."""
    if not environ.get("GT_AGENT") or shutil.which("git-gt", path=environ.get("PATH")) is None:
        return ""
    said = subprocess.run(
        ["git-gt", "prime"], capture_output=True, check=False, stdin=subprocess.DEVNULL,
        env=dict(environ),
    )  # fmt: skip
    return said.stdout.decode(errors="replace") if said.returncode == 0 else ""


def _usual(bead: str) -> tuple[str, ...]:
    """Return what it does for a bead that has no script."""
    return tuple(_written_and_committed(f"WORK-{bead}.md", f"worked on {bead}", bead))


def _written_and_committed(name: str, line: str, bead: str, *, also: str = "") -> list[str]:
    return [
        f"printf '%s\\n' '{line}' >{name}",
        f"git add {name} {also}".rstrip(),
        f"git commit -q -m 'Write {name} for {bead}'",
    ]


def _hang() -> NoReturn:
    while True:
        signal.pause()
