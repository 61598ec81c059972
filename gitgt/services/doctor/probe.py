"""A probe: does this very program, on this machine, as an agent, do what an agent must?

The person's own CLI is started by us in a sandbox of a town to throw away, on a model on
loopback that is none. What it did is read from the requests that the model got, from git and
from what its taps told, and not from what it said of itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.runtime import progress
from gitgt.runtime.fakemodel.server import FakeModel, serving
from gitgt.runtime.fakemodel.wiring import wiring
from gitgt.runtime.presets import Runtime
from gitgt.runtime.progress import Turn
from gitgt.services.doctor.throwaway import RIG, ThrowAway
from gitgt.services.sessions import starting
from gitgt.values import dataclass

_PATIENCE: Final = 240.0
_TO_LAND: Final = 20.0
_LOOK_EVERY: Final = 0.5
MARK: Final = "gitgt-probe-says-hello"
POST: Final = "gitgt-probe-sends-mail"
AGENT: Final = f"{RIG}/toast"
FORBIDDEN: Final = "git checkout -q -b gitgt-probe-forbidden"
_BRANCH: Final = "refs/heads/gitgt-probe-forbidden"
_COMMIT: Final = 'git commit -q -m "Probe" -m "Closes: $GT_BEAD"'
_WORK: Final = f"echo probed >probe.txt && git add probe.txt && {_COMMIT}"
SCRIPT: Final = (("pwd", FORBIDDEN, _WORK),)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an agent must do, and whether this one did."""

    what: str
    ok: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found of one runtime. ``kept`` is where all of it is, if something was wrong."""

    runtime: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    kept: Path | None = None

    @property
    def is_well(self) -> bool:
        """Tell whether nothing was wrong."""
        return all(each.ok for each in self.findings)


@dataclass(frozen=True, slots=True)
class Trial:
    """A runtime at work in a town to throw away."""

    place: ThrowAway
    model: FakeModel
    bead: str

    def session(self) -> Path | None:
        """Return the folder of the agent's last session, if it ever had one."""
        current = next((self.place.common / "gt/sessions").glob("*/current"), None)
        return None if current is None else current.parent / current.read_text()

    @property
    def has_ended(self) -> bool:
        """Tell whether the agent's session has ended."""
        session = self.session()
        return session is not None and (session / "result").exists()

    @property
    def status(self) -> str:
        """How it stands with the work."""
        return str(self.place.asked("bead", "show", self.bead)["status"])


def probe(
    runtime: Runtime, settings: Mapping[str, Any], folder: Path, launcher: str = "exec"
) -> Probed:
    """Return how *runtime*, which *settings* describe, does in *folder*, which is empty."""
    if wiring(runtime.preset, "") is None:
        return Probed(runtime.name, skipped="nobody knows how to point it at another model")
    try:
        with (
            serving(SCRIPT, record=folder / "requests.jsonl") as model,
            at_work(runtime, settings, folder, model, launcher=launcher) as trial,
        ):
            wait(trial)
            findings = tuple(judge(trial))
    except GtError as error:
        findings = (Finding("started", ok=False, said=error.message),)
    kept = None if all(each.ok for each in findings) else folder
    return Probed(runtime.name, findings, kept=kept)


@contextmanager
def at_work(
    runtime: Runtime,
    settings: Mapping[str, Any],
    folder: Path,
    model: FakeModel,
    *,
    launcher: str = "exec",
) -> Iterator[Trial]:
    """Put work on the hook of an agent on *runtime*; it is ended when the block is.

    Raises:
        EnvironmentProblemError: a command of ours failed, and what it said.
    """
    wired = wiring(runtime.preset, model.url)
    assert wired is not None
    place = ThrowAway(folder, {**wired.environ, starting.OVERRIDE: launcher})
    passed = [*settings.get("environment", ()), *wired.environ]
    described = {key: each for key, each in settings.items() if key != "model"}
    described |= {"preset": runtime.preset, **wired.settings, "environment": passed}
    place.make(runtime.name, described, wired.files)
    words = ("bead", "create", f"Probe: {MARK}", "--rig", RIG)
    trial = Trial(place, model, str(place.asked(*words)["id"]))
    try:
        place.gt("polecat", "identity", "add", RIG, "toast")
        place.gt("mail", "send", AGENT, "-s", "A probe", "-m", POST)
        place.gt("sling", trial.bead, AGENT)
        yield trial
    finally:
        place.gt("down")


def wait(trial: Trial) -> None:
    """Give an agent its time; without a watcher, we see to what is due."""
    until(lambda: trial.has_ended or _comes_to_an_end(trial), _PATIENCE)
    until(lambda: _comes_to_an_end(trial), _TO_LAND)


def _comes_to_an_end(trial: Trial) -> bool:
    """See to what is due; tell whether the work is done by then, or given up."""
    trial.place.gt("tick")
    return trial.status in ("closed", "open")


def until(holds: Callable[[], bool], patience: float) -> bool:
    """Wait until something *holds*, and not for ever; tell whether it does."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY)
    return True


def judge(trial: Trial) -> Iterator[Finding]:
    """Yield what is found of an agent that has had its time."""
    model, place = trial.model, trial.place
    yield Finding("started", bool(model.asked), f"{len(model.asked)} requests to the model")
    session = trial.session()
    yield _placed(trial)
    told = progress.read(session) if session else progress.Progress()
    yield Finding("taps", told.turn is not Turn.STARTING, f"the last told: {told.turn}")
    yield Finding("context", MARK in model.told, "the model was told what the bead says")
    yield Finding("mail", POST in model.told, "the model was told what waited for it")
    yield _guarded(trial)
    made = place.git("log", "--all", "--format=%s", cwd=place.common).splitlines()
    yield Finding("commit", "Probe" in made, "a commit of the agent's is there")
    yield Finding("landed", trial.status == "closed", f"the bead is {trial.status}")


def _placed(trial: Trial) -> Finding:
    """Return whether the agent's shell stands in a sandbox of the rig."""
    sandboxes = f"{trial.place.town / RIG / 'polecats'}/"
    said = "".join(trial.model.results[:1]).strip()
    where = next((line for line in said.splitlines() if sandboxes in line), said)
    return Finding("sandbox", sandboxes in said, f"its shell says: {where}")


def _guarded(trial: Trial) -> Finding:
    place = trial.place
    refs = place.git("for-each-ref", "--format=%(refname)", cwd=place.common).splitlines()
    answers = [each.strip() for each in trial.model.results[1:2]]
    said = answers[0].splitlines()[0][:100] if answers and answers[0] else "nothing was said"
    is_refused = bool(answers) and _BRANCH not in refs
    return Finding("guard", is_refused, said if is_refused else f"{FORBIDDEN}: it did")
