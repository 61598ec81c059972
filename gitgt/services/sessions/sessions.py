"""Sessions of agents: start one, look at one, count how often one was tried in vain.

They are kept where the agent belongs: below the repository of its rig, or of the town.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gitgt.errors import BusyError, GtError
from gitgt.git.signposts import own_command
from gitgt.git.spool import Spool
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Bead, Mode
from gitgt.runtime import identity, launcher, process, progress
from gitgt.runtime.assignment import Assignment, TakesUp, slug
from gitgt.runtime.environment import town_mark
from gitgt.runtime.launchers.launchers import Launchers
from gitgt.runtime.notes import write_whole
from gitgt.runtime.process import TOWN_MARK, Spec
from gitgt.runtime.progress import Progress
from gitgt.runtime.wiring import Wiring
from gitgt.services import freeze, properties, settings, target
from gitgt.services.agents import sandbox
from gitgt.services.integration import branches
from gitgt.services.sessions import programs, runtimes, session_records
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

NOT_STARTED: Final = "could not be started"  # how the reason for such a release begins
# Gas Town refuses more polecats than these in one rig.
_LIMIT: Final = 30
ROUND: Final = "round"  # what a session of a ralph loop is begun for
_FORGIVEN: Final = "forgiven"
_TOLD: Final = "told"
_WHY: Final = "why"


@dataclass(frozen=True, slots=True)
class Seen:
    """How an agent's session is doing, and what to say of it."""

    state: SessionState
    session: str = ""
    said: str = ""
    bead: str = ""
    run: launcher.Session = launcher.ABSENT


def root_of(place: Rig | Town) -> Path:
    """Return where the sessions of a rig's agents are kept, or of the town's own."""
    return (place.gt if isinstance(place, Town) else place.repository_path / "gt") / "sessions"


def sessions_of(place: Rig | Town) -> Launchers:
    """Return what observes the sessions of *place*, and ends them, whatever they run in."""
    return Launchers(root_of(place))


def wiring(place: Rig | Town, town: Town) -> Wiring:
    """Return whom a process of ours tells that it ended, and what goes on if nobody watches."""
    return Wiring(
        wake=(Spool.of(root_of(place).parents[1]).path,),
        watcher=town.gt / "watch.lock",
        after=(*own_command(), "-C", str(town.root), "tick"),
    )


def limit(rig: Rig, town: Town | None = None) -> int:
    """Return how many sessions of *rig* may live at once, by all layers if *town* is given."""
    if town is not None:
        return int(properties.get(town, rig, "max_polecats").value)
    return int(
        settings.read(rig.path / "settings/config.yaml", "rig").get("max_polecats", _LIMIT)
    )


def longest(town: Town, rig: Rig) -> float | None:
    """Return after how many seconds a polecat's session is ended, whatever it is at."""
    of_all = settings.read(town.root / "settings/config.yaml", "settings").get("sessions", {})
    own = settings.read(rig.path / "settings/config.yaml", "rig").get("sessions", {})
    found: float | None = {**of_all, **own}.get("longest")
    return found


def folder_of(place: Rig | Town, address: str, session: str) -> Path:
    """Return where the output of a session is, and what else is known of it."""
    return root_of(place) / slug(address) / session


def is_running(place: Rig | Town, address: str) -> bool:
    """Tell whether a session of *address* is going on, whatever it is at."""
    return look(place, address).state is SessionState.RUNNING


def environment_of(place: Rig | Town, address: str) -> Mapping[str, str] | None:
    """Return the environment that an agent's session was given; None if it has none.

    What the agent made of it since is not in it.
    """
    for folder in sessions_of(place).folders():
        if folder.parent.name == slug(address) and (folder / "spec.json").is_file():
            return Spec.from_json((folder / "spec.json").read_text()).env
    return None


def look_all(place: Rig | Town) -> dict[str, Seen]:
    """Return how the last session of everybody is doing who ever had one, by address."""
    return {address: look(place, address) for address in sessions_of(place).addresses()}


def look(place: Rig | Town, address: str) -> Seen:
    """Return how the last session of *address* is doing."""
    seen = sessions_of(place).observe(address)
    match seen.state:
        case launcher.SessionState.RUNNING:
            return Seen(SessionState.RUNNING, seen.session, bead=seen.bead, run=seen)
        case launcher.SessionState.ABSENT:
            return Seen(SessionState.NONE)
        case _:
            why = _why(folder_of(place, address, seen.session))
            seen = replace(seen, problem=why) if why else seen
            said = seen.problem or "said nothing"
            return Seen(SessionState.ENDED, seen.session, said, seen.bead, seen)


def say_why(place: Rig | Town, address: str, session: str, why: str) -> None:
    """Note why a session is about to be ended, for whoever goes on from there."""
    write_whole(folder_of(place, address, session) / _WHY, why)


def _why(folder: Path) -> str:
    try:
        return (folder / _WHY).read_text()
    except (OSError, ValueError):
        return ""


def tell_ended(town: Town, place: Rig | Town, seen: Mapping[str, Seen]) -> None:
    """Note for good and in the event log which of the sessions that were *seen* have ended.

    Whoever is killed on the way does it again: it is noted for good once all the same.
    """
    for address, each in seen.items():
        folder = folder_of(place, address, each.session)
        mark = folder / _TOLD
        if each.state is not SessionState.ENDED or mark.exists():
            continue
        _note_ended(town, place, address, each, progress.read(folder))
        facts = {
            "session": each.session,
            "bead": each.bead,
            "why": each.run.problem,
            "seconds": each.run.seconds,
        }
        town.events.append("session.ended", address, facts)
        with contextlib.suppress(OSError):  # then it is told once more
            mark.touch()


def _note_ended(
    town: Town, place: Rig | Town, address: str, seen: Seen, went: Progress
) -> None:
    # How long one took that vanished nobody knows; it was seen to be gone now.
    is_known = seen.run.state is launcher.SessionState.ENDED and seen.run.at
    ended = seen.run.at + seen.run.seconds if is_known else town.clock()
    record = session_records.note_ended(
        town, place, address, seen.session, ended=ended, how=seen.run.problem,
        conversation=went.conversation, transcript=went.transcript, model=went.model,
    )  # fmt: skip
    if record is not None:
        from gitgt.services.sessions import transcripts

        transcripts.keep(town, place, record, folder_of(place, address, seen.session))


def _series(now: Snapshot, address: str, bead: str) -> str:
    """Return what the sessions share that were started for a bead since its branch moved."""
    tip = now.repository.ref(f"refs/heads/{sandbox.branch_of(address, bead)}") or ""
    back = sandbox.sent_back(now, now.bead(bead))
    return f"{bead}-{tip[:12]}-{back.revision if back else 0}-"


def starts(rig: Rig, now: Snapshot, address: str, bead: str) -> tuple[int, int]:
    """Return how many sessions were started for *bead* since its branch moved, and in all.

    All are those since it was slung or came back.
    """
    series = _series(now, address, bead)
    back = series.removeprefix(f"{bead}-").split("-")[1]
    of_all = _started(rig, address, f"{bead}-*-{back}-")
    counted = [each.name for each in of_all if not (each / _FORGIVEN).exists()]
    return sum(name.startswith(series) for name in counted), len(counted)


def rounds(town: Town, rig: Rig, bead: str) -> int:
    """Return how many sessions there have been in the ralph loop of *bead*, whoever's."""
    kept = session_records.records(town, rig)
    return sum((each.bead, each.topic) == (bead, ROUND) for each in kept)


def forgive(rig: Rig, address: str, bead: str) -> None:
    """Count what was started for *bead* no more: who is given it next has all tries."""
    for each in _started(rig, address, f"{bead}-"):
        if not (each / _FORGIVEN).exists():
            (each / _FORGIVEN).touch()


def forgive_one(place: Rig | Town, address: str, session: str) -> None:
    """Count *session* no more: it was no try of its own, or another goes on from there."""
    (folder_of(place, address, session) / _FORGIVEN).touch()


def after(place: Rig | Town, address: str, session: str) -> str:
    """Return the name of a session that goes on where *session* ended."""
    before, _, number = session.rpartition("-")
    is_counted = number.isdigit() and "-" in before
    return _next(place, address, f"{before}-" if is_counted else f"{session}-")


def _started(place: Rig | Town, address: str, series: str) -> list[Path]:
    folder = root_of(place) / slug(address)
    return [path.parent for path in folder.glob(f"{series}*/session.json")]


def _next(place: Rig | Town, address: str, series: str) -> str:
    """Return the name of the next session of *series*; the first ones may be gone by now."""
    found = [each.name.removeprefix(series) for each in _started(place, address, series)]
    numbers = [int(each) for each in found if each.isdigit()]
    return f"{series}{max(numbers, default=0) + 1}"


def start(town: Town, rig: Rig, now: Snapshot, bead: Bead) -> None:
    """Make the sandbox of *bead* ready and start its polecat there.

    A session that was cut short is gone on with, where its program can.

    Raises:
        GtError: sandbox or session cannot be had, and why.
    """
    # Here, not above, as below: most who ask for sessions only look at them.
    from gitgt.services.sessions import prompt, resuming

    bead = bead.replace(target=branches.place(town, rig, bead))
    asked = now.agent_at(bead.assignee)
    own = asked.agent if asked else ""
    chosen = runtimes.chosen(town, rig, bead.agent, own, role="polecat")
    chosen = programs.ready(chosen)  # before anything is made that costs
    _end_strays(town, bead.assignee)
    path, marked = sandbox.prepare(rig, now, bead)
    back = sandbox.sent_back(now, bead)
    session = _next(rig, bead.assignee, _series(now, bead.assignee, bead.id))
    attempt = 1 if back is None else back.revision + 1
    last = resuming.cut_short(
        town, rig, bead, chosen, attempt=attempt,
        folder_of=lambda name: folder_of(rig, bead.assignee, name),
    )  # fmt: skip
    topic = resuming.RESUMED if last else ROUND if bead.mode == Mode.RALPH else "assigned"
    occasion = prompt.Occasion("dispatcher", topic, bead.id, last.how if last else "")
    begin(
        town,
        rig,
        Assignment(
            address=bead.assignee,
            role="polecat",
            runtime=chosen,
            town=town.root,
            worktree=path,
            session=session,
            rig=rig.name,
            name=bead.assignee.rpartition("/")[2],
            bead=bead.id,
            branch=marked.branch,
            base=target.of(rig, bead),
            attempt=attempt,
            at=town.clock(),
            longest=longest(town, rig),
            prompt=prompt.opening(town, bead.assignee, chosen, occasion, session=session),
            conversation=last.conversation if last else "",
            takes_up=TakesUp.RESUME if last else TakesUp.NOTHING,
        ),
        topic=topic if topic in (resuming.RESUMED, ROUND) else "",
    )


def _end_strays(town: Town, address: str) -> None:
    """End what still runs of an agent that has no session: its folder was deleted meanwhile.

    Two programs in one sandbox would do the work twice, and undo each other's.

    Raises:
        BusyError: something does not end.
    """
    marked = identity.marked(TOWN_MARK, town_mark(town.root))
    family = identity.family()
    strays = [
        who
        for who in marked
        if who.pid not in family and identity.carries(who.pid, "GT_AGENT", address)
    ]
    left = process.kill_all(strays, grace=0.0)
    if left:
        raise BusyError(f"{address} still runs in process {left[0].pid}, and does not end")


def _locked(town: Town, place: Rig | Town, assignment: Assignment) -> Assignment:
    """Return *assignment* with the jail that its program is to be in."""
    from gitgt.services.jail import choice as jail_choice

    placed = replace(
        assignment, folder=folder_of(place, assignment.address, assignment.session)
    )
    return replace(assignment, jail=jail_choice.jail_for(town, place, placed))


def begin(town: Town, place: Rig | Town, assignment: Assignment, *, topic: str = "") -> None:
    """Start the session of any agent of *place*, in a sandbox that is there.

    *topic* is what it is begun for, for people: an assignment, a handoff.

    Raises:
        BusyError: the town is frozen, or the rig.
        GtError: it cannot be had, and why.
    """
    from gitgt.services.sessions import starting

    rig = None if isinstance(place, Town) else place
    freeze.check(town, rig)
    assignment = starting.named(assignment)
    address, session = assignment.address, assignment.session
    last = look(place, address)
    tell_ended(town, place, {address: last})
    is_new = last.state is not SessionState.RUNNING
    if is_new:
        session_records.note_started(town, place, assignment, topic=topic)
        (folder_of(place, address, session) / _TOLD).unlink(missing_ok=True)
    try:
        one_turn = topic == ROUND
        kind = starting.kind_for(town, place, assignment.runtime, one_turn=one_turn)
        launchers = Launchers(root_of(place), kind=kind, wiring=wiring(place, town))
        given = starting.given(town, place, assignment)
        launchers.start(_locked(town, place, assignment), given)
        if freeze.frozen(
            town, rig
        ):  # since we asked; whoever did it may not have seen this one
            launchers.freeze(address)
    except GtError as error:
        if is_new and look(place, address).session != session:
            session_records.note_ended(
                town, place, address, session, ended=town.clock(),
                how=f"{session_records.NOT_BEGUN}{error}",
            )  # fmt: skip
        raise
    facts = {
        "session": session,
        "bead": assignment.bead,
        "runtime": assignment.runtime.name,
        "launcher": kind,
    }
    town.events.append("session.started", address, facts)
