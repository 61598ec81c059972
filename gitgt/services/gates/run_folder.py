"""The folder of a run: what is known of it while it goes on, and until it was taken in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.git import faults
from gitgt.model.gate import Runs
from gitgt.model.queue.merge_acts import Run
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.values import dataclass

_FACTS: Final = "run.json"
_CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class Live:
    """A run that has not been taken in yet, for the queue of *branch*.

    ``commit`` is what lies in its slot, and ``whole`` the tree that it was made from: the same
    tree, unless the gate sees only some of it. ``definition`` is the gate as it was then. One
    that is ``alone`` runs beside no other. ``runs`` says where: only here it has a slot.
    """

    folder: Path
    branch: str
    run: Run
    commit: str
    digest: str
    slot: int
    whole: str = ""
    definition: str = ""
    alone: bool = False
    runs: Runs = Runs.HERE

    @property
    def is_remote(self) -> bool:
        """Tell whether it is with the forge's runners."""
        return self.runs == Runs.FORGE

    @property
    def key(self) -> str:
        """What is being found out: a gate's verdict on a tree."""
        return f"{self.run.tree}.{self.digest}"

    @property
    def is_cancelled(self) -> bool:
        """Tell whether nobody wants to know any more."""
        return (self.folder / _CANCELLED).exists()


@dataclass(frozen=True, slots=True)
class AtWork:
    """A gate at work: on whom, for which branch, and for how many *seconds* already.

    A *screen* is evidence about requests further behind, and can land nobody. *usual* is in how
    many seconds half of the recent passes of that gate were done; 0 if too few are known.
    """

    gate: str
    branch: str
    requests: tuple[str, ...]
    seconds: float
    screen: bool = False
    heads: tuple[str, ...] = ()
    usual: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "gate": self.gate, "branch": self.branch, "requests": list(self.requests),
            "seconds": round(self.seconds, 1), "screen": self.screen,
            "usual": round(self.usual, 1),
        }  # fmt: skip


def began(folder: Path) -> float | None:
    """Return when a run began; None if it was taken in at this moment."""
    try:
        return (folder / _FACTS).stat().st_mtime
    except OSError:
        return None  # taken in at this moment


def make(live: Live, more: Mapping[str, str] | None = None) -> None:
    """Make the folder of a run: it is there with all its facts, or not at all.

    *more* are files that it begins with.
    """
    for left in live.folder.parent.glob(".*"):  # by one that was killed here
        shutil.rmtree(left)
    draft = live.folder.with_name(f".{live.folder.name}")
    draft.mkdir(parents=True)
    draft.chmod(0o700)  # in it lies the environment, with what secrets the gate is let see
    facts = {
        "branch": live.branch,
        "tree": live.run.tree,
        "gate": live.run.gate,
        "place": live.run.place,
        "heads": live.run.heads,
        "commit": live.commit,
        "digest": live.digest,
        "slot": live.slot,
        "whole": live.whole,
        "definition": live.definition,
        "alone": live.alone,
        "runs": live.runs,
    }
    write_whole(draft / _FACTS, json.dumps(facts))
    for name, text in (more or {}).items():
        write_whole(draft / name, text)
    faults.act("rename", draft)
    draft.rename(live.folder)


def remove(folder: Path) -> None:
    """Remove the folder of a run: for whoever looks it is there with all its files, or not."""
    faults.act("remove", folder)
    gone = folder.with_name(f".{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone)


def read(folder: Path) -> Live | None:
    """Return what is known of a run; None if that is gone or makes no sense."""
    try:
        facts = notes.read(folder / _FACTS, dict)
        heads = tuple(facts.get("heads", ()))
        run = Run(facts["tree"], facts["gate"], tuple(facts["place"]), heads)
        return Live(
            folder, facts["branch"], run, facts["commit"], facts["digest"], facts["slot"],
            facts.get("whole", facts["tree"]), facts.get("definition", ""),
            facts.get("alone", False), Runs(facts.get("runs", Runs.HERE)),
        )  # fmt: skip
    except (KeyError, NotADirectoryError):
        return None  # taken in at this moment, or spoilt


def cancel(folder: Path) -> None:
    """Note that nobody wants to know any more what a run will say."""
    (folder / _CANCELLED).touch()
