"""Runs of plugins, each a wisp: who is at it since when, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import NotFoundError
from gitgt.model import wisp as rules
from gitgt.model.actor import Actor
from gitgt.model.change import marked
from gitgt.model.documents import Bead, Outcome
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import BeadVerb
from gitgt.model.plugin import Plugin
from gitgt.model.wisp import WispKind
from gitgt.model.wording import fit_line
from gitgt.services import wisps
from gitgt.services.plugins import library
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("deacon")


class Result(StrEnum):
    """How a run went."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"


_OUTCOMES: Final = {
    Result.SUCCESS: Outcome.SUCCESS,
    Result.FAILURE: Outcome.FAILURE,
    Result.SKIPPED: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a plugin. ``head`` is where the ledger stood when it began."""

    id: str
    plugin: str
    rig: str
    dog: str
    result: Result
    began: float
    ended: str = ""
    timeout: float
    session: str = ""
    script: bool = False
    head: str = ""
    why: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.id, "plugin": self.plugin, "rig": self.rig, "dog": self.dog,
            "result": str(self.result), "began": text_of(self.began), "ended": self.ended,
            "why": self.why,
        }  # fmt: skip


def begin(town: Town, plugin: Plugin, dog: str) -> Run:
    """Note that *dog* is to run *plugin* from now on."""
    rig = library.place(town, plugin)
    made = wisps.create(
        town, rig, WHO, f"plugin {plugin.name}", WispKind.RUN,
        {
            "labels": _labels(plugin, Result.RUNNING),
            "ext": {
                "plugin": plugin.name, "rig": plugin.rig, "dog": dog, "session": "",
                "timeout": plugin.timeout, "script": plugin.script,
                "head": town.ledger_at(rig).repository.ref(town.ledger_at(rig).ref) or "",
            },
        },
    )  # fmt: skip
    found = _run(made)
    assert found is not None
    return found


def note(town: Town, run: Run, **more: Any) -> Run:  # noqa: ANN401 - any value
    """Keep more of a run that goes on."""
    found = _run(wisps.change(town, run.id, WHO, {}, **more))
    assert found is not None
    return found


def end(town: Town, run: Run, result: Result, *, why: str = "", who: Actor = WHO) -> Run:
    """Note how a run went; what was noted before stays."""

    def decide(present: Mapping[str, Bead]) -> Mapping[str, Bead] | None:
        old = present.get(run.id)
        if old is None or old.is_closed:
            return None
        ended = old.after(BeadVerb.CLOSE, outcome=_OUTCOMES[result], reason=fit_line(why))
        ended = marked(old, ended, now=town.now(), by=who.address)
        labels = [each for each in old.labels if not each.startswith("result:")]
        ended = ended.replace(labels=tuple(sorted([*labels, f"result:{result}"])))
        return {run.id: rules.touched(ended, town.now())}

    place = town.rig(run.rig) if run.rig else None
    after = wisps.at(town, place).transact(decide, who)
    found = _run(after[run.id]) if run.id in after else None
    return found or run


def every(town: Town, *, plugin: str = "") -> list[Run]:
    """Return the runs that are remembered, the newest first; those of one plugin if named."""
    places: list[Rig | None] = [None, *town.rigs_here().values()]
    found = [
        run
        for place in places
        for each in wisps.at(town, place).all().values()
        if (run := _run(each)) is not None and plugin in ("", run.plugin)
    ]
    return sorted(found, key=lambda each: (each.began, each.id), reverse=True)


def live(town: Town) -> list[Run]:
    """Return the runs that go on."""
    return [each for each in every(town) if each.result is Result.RUNNING]


def of_dog(town: Town, dog: str) -> Run:
    """Return the run that *dog* is at.

    Raises:
        NotFoundError: it is at none.
    """
    found = next((each for each in live(town) if each.dog == dog), None)
    if found is None:
        raise NotFoundError(f"dogs/{dog} is at nothing", hint="git gt dog list")
    return found


def _labels(plugin: Plugin, result: Result) -> tuple[str, ...]:
    own = (f"plugin:{plugin.name}", f"result:{result}", "type:plugin-run")
    of_rig = (f"rig:{plugin.rig}",) if plugin.rig else ()
    return tuple(sorted({*own, *of_rig, *plugin.labels}))


def _run(wisp: Bead) -> Run | None:
    said = wisp.ext
    if rules.kind_of(wisp) is not WispKind.RUN or not said.get("plugin"):
        return None
    return Run(
        id=str(wisp.id), plugin=str(said["plugin"]), rig=str(said.get("rig", "")),
        dog=str(said.get("dog", "")), result=_result(wisp),
        began=seconds_of(wisp.created_at), ended=wisp.closed_at,
        timeout=float(said.get("timeout", 0.0)), session=str(said.get("session", "")),
        script=bool(said.get("script")), head=str(said.get("head", "")), why=wisp.reason,
    )  # fmt: skip


def _result(wisp: Bead) -> Result:
    if not wisp.is_closed:
        return Result.RUNNING
    known = {outcome: result for result, outcome in _OUTCOMES.items()}
    return known.get(Outcome(wisp.outcome), Result.SKIPPED)
