"""Gates on a forge's runners: what is said of a probe, whose word counts, how long one waits.

A runner that is lost, cancelled or late has said nothing: nobody is blamed for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from gitgt.model.gate import Verdict
from gitgt.model.pull_request import wait_before
from gitgt.values import dataclass

# After so many rounds that told nothing, one after the other, a probe has told nothing.
PATIENT: Final = 3
# A probe that has been at work for long is asked less often, but at least so often.
_SELDOM: Final = 60.0
_SHARE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody at the forge says of a commit.

    ``key`` is its own for each run, ``name`` that of the check, job or context, ``by`` an app
    or a login. Without a verdict it is still at work. ``doubtful``: it was stopped instead of
    saying no. ``seconds`` is how long it took, 0 if it does not say.
    """

    key: str
    name: str
    by: str
    verdict: Verdict | None = None
    why: str = ""
    doubtful: bool = False
    url: str = ""
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What counts of all that was said of one check on one commit.

    ``answer`` is None as long as there is none; ``at_work``: then somebody is at it.
    ``strangers`` are those who said something that does not count.
    """

    answer: Said | None = None
    at_work: bool = False
    strangers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def hear(
    said: Iterable[Said], check: str, believed: Collection[str], past: Collection[str]
) -> Heard:
    """Return what is new of *check* from those who are *believed*.

    What is in *past* was heard before. Of several that bear one name all must pass.
    """
    named = [each for each in said if each.name == check]
    mine = [each for each in named if each.by in believed and each.key not in past]
    strangers = tuple(sorted({each.by for each in named if each.by not in believed}))
    if not mine or any(each.verdict is None for each in mine):
        return Heard(at_work=bool(mine), strangers=strangers)
    return Heard(
        answer=min(mine, key=_badness), strangers=strangers,
        keys=tuple(each.key for each in mine),
    )  # fmt: skip


# What could not run comes first: the others' red may come of it.
_ORDER: Final = (Verdict.COULD_NOT_RUN, Verdict.FAIL, Verdict.PASS)


def _badness(said: Said) -> int:
    assert said.verdict is not None
    return _ORDER.index(said.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A gate that was asked for at the forge.

    ``asked_at`` is when we wanted it, ``pushed_at`` when it was there for a runner (0: not
    yet); it has ``patience`` seconds from then on.
    """

    asked_at: float
    pushed_at: float = 0.0
    patience: float = 0.0
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The latest round of questions: when, about what, and how it went.

    ``fails`` is how many failed, one after the other, ``failed_at`` when the last of them did,
    and ``wait`` for how long the forge wants to be left alone.
    """

    at: float = 0.0
    about: str = ""
    fails: int = 0
    failed_at: float = 0.0
    trouble: str = ""
    wait: float | None = None

    def failed(self, trouble: str, *, at: float, wait: float | None = None) -> Round:
        """Return it once it has failed with *trouble*."""
        return replace(self, fails=self.fails + 1, failed_at=at, trouble=trouble, wait=wait)

    def done(self) -> Round:
        """Return it once it has told what there was to tell."""
        return replace(self, fails=0, trouble="", wait=None)


def lost(probe: Probe, latest: Round, *, now: float) -> str:
    """Return why a probe has told nothing and will not; empty if one still waits for it."""
    if latest.fails >= PATIENT and latest.failed_at >= probe.asked_at:
        return latest.trouble or "the forge tells nothing"
    if not probe.pushed_at or now - probe.pushed_at <= probe.patience:
        return ""
    if latest.fails:
        return latest.trouble
    if probe.strangers:
        them = ", ".join(probe.strangers)
        return f"no runner answered that is believed, only {them}"
    return f"no runner answered within {probe.patience:g} s"


def due_in(
    latest: Round, about: str, probes: Iterable[Probe], *, now: float, poll: float
) -> float:
    """Return in how many seconds the forge is to be asked again.

    *about* is what the round would be about: once that is something else, it is due at once,
    unless the forge is in trouble. What seems to lie ahead was noted before the clock was set
    back.
    """
    if latest.at > now:
        return 0.0
    if latest.fails:
        wait = latest.wait if latest.wait is not None else wait_before(latest.fails)
    elif latest.about != about:
        return 0.0
    else:
        begun = [each.pushed_at or each.asked_at for each in probes]
        youngest = now - max(begun) if begun else 0.0
        wait = max(poll, min(_SELDOM, youngest / _SHARE))
    return max(0.0, latest.at + wait - now)
