"""Send a dog: it is noted first what it is to do, and then begun.

A script is run by itself, whose end leaves a note. An agent is told by mail, which is there
before its session begins, and says itself when it is done.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gitgt.errors import AtCapacityError, BusyError, GtError, RefusedError
from gitgt.git.turn import turn
from gitgt.model import kennel as rules
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import MessageType
from gitgt.model.plugin import Plugin
from gitgt.runtime import process
from gitgt.runtime.process import Spec
from gitgt.services import freeze
from gitgt.services.agents import attended
from gitgt.services.agents.attended import Wish
from gitgt.services.dogs import kennel
from gitgt.services.mail import sending
from gitgt.services.mail.sending import Letter
from gitgt.services.plugins import library, runs, trying
from gitgt.services.plugins.runs import WHO, Result, Run
from gitgt.services.sessions import sessions
from gitgt.services.town import Town
from gitgt.values import dataclass

LOCK = "kennel"


@dataclass(frozen=True, slots=True)
class Sent:
    """A run that goes on; ``fresh`` tells whether it was begun just now."""

    run: Run
    fresh: bool


def folder_of(town: Town, run: Run) -> Path:
    """Return where a script's run is kept, and what it printed."""
    return town.gt / "dogs" / run.dog / run.id


def send(town: Town, plugin: Plugin, *, dog: str = "", create: bool = True) -> Sent:
    """Let a dog run *plugin*, unless one is at it already.

    *dog* is to be that one; if none is idle, one is made where *create* says so.

    Raises:
        AtCapacityError: all dogs are at work.
        GtError: it cannot be begun, and why; that is noted as its result.
    """
    freeze.check(town, library.place(town, plugin))
    with turn(town.repository, LOCK):
        for each in runs.live(town):
            if (each.plugin, each.rig) == (plugin.name, plugin.rig):
                return Sent(each, fresh=False)
        run = runs.begin(town, plugin, _choose(town, dog, create=create))
        return Sent(begin(town, plugin, run), fresh=True)


def foresee(town: Town, *, dog: str = "", create: bool = True) -> str:
    """Return which dog would be sent; raises as ``send`` does."""
    if dog:
        return _idle(town, dog)
    found = kennel.idle(kennel.every(town))
    if found is not None:
        return found.name
    known = kennel.names(town.ledger.snapshot())
    if not create or len(known) >= rules.POOL:
        raise AtCapacityError(
            f"{len(known)} dogs, and none is idle", hint="git gt dog list; git gt dog add"
        )
    return rules.next_name(known)


def begin(town: Town, plugin: Plugin, run: Run) -> Run:
    """Begin what *run* notes; once, however often it is asked for.

    Raises:
        GtError: it cannot be begun, and why.
    """
    try:
        return (_run_script if run.script else _begin_session)(town, plugin, run)
    except BusyError:
        raise
    except GtError as error:
        runs.end(town, run, Result.FAILURE, why=f"could not be begun: {error.message}")
        raise


def _choose(town: Town, dog: str, *, create: bool) -> str:
    name = foresee(town, dog=dog, create=create)
    return name if name in kennel.names(town.ledger.snapshot()) else kennel.add(town, WHO, name)


def _idle(town: Town, named: str) -> str:
    dog = kennel.find(town, named)
    if dog.run is not None:
        raise RefusedError(f"{dog.address} is at {dog.run.plugin}", hint="git gt dog list")
    return dog.name


def _run_script(town: Town, plugin: Plugin, run: Run) -> Run:
    folder = folder_of(town, run)
    if process.look(folder) is not None:
        return run
    script = library.lay_out(town, plugin, folder / "plugin")
    wiring = sessions.wiring(town, town)
    told = {"GT_PLUGIN_DIR": str(script.parent), "GT_PLUGIN_RUN": run.id}
    process.spawn(
        Spec(
            argv=("/bin/sh", str(script)) if _is_plain(script) else (str(script),),
            cwd=trying.home(town, plugin),
            env=trying.environment(town, plugin, **told),
            directory=folder,
            timeout=plugin.timeout,
            wake=wiring.wake,
            note=str(town.root),
            watcher=wiring.watcher,
            after=wiring.after,
        )
    )
    return run


def _is_plain(script: Path) -> bool:
    with script.open("rb") as file:
        return file.read(2) != b"#!"


def _begin_session(town: Town, plugin: Plugin, run: Run) -> Run:
    post = kennel.post_of(town, run.dog)
    post.worktree.mkdir(parents=True, exist_ok=True)
    seen = sessions.look(town, post.address)
    if seen.state is not SessionState.RUNNING:
        _tell(town, plugin, run, post.address)
        attended.start(town, post, WHO, Wish())
    elif not run.session:
        _tell(town, plugin, run, post.address)
        with suppress(GtError):  # then it hears it at the end of its turn
            from gitgt.services.mail import doorstep

            doorstep.ring(town, post.address)
    return runs.note(town, run, session=sessions.look(town, post.address).session)


def _tell(town: Town, plugin: Plugin, run: Run, address: str) -> None:
    place = trying.home(town, plugin)
    body = (
        f"Run the plugin {plugin.name} in {place}, within {round(plugin.timeout)} s (run"
        f" {run.id}). What that is, people have committed: git gt plugin show {plugin.name}"
        f"{f' --rig {plugin.rig}' if plugin.rig else ''}\nWhen it is done, or cannot be:"
        " git gt dog done --result success|failure|skipped --reason '...'"
    )
    letter = Letter(subject=f"plugin {plugin.name}", body=body, message_type=MessageType.TASK)
    sending.send(town, letter, [address], sender=WHO.address, who=WHO)
