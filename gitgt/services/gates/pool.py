"""The slots of a rig: folders below ``<rig>/refinery`` in which gates run, warm or new."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.git import slot
from gitgt.git.repository import Repository
from gitgt.model.gate import Gate
from gitgt.model.pool import Warm, choose
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole

_LAST: Final = "last.json"
# What a gate sees of the rig's refs, besides the branch that it is run for.
_SHOWN: Final = ("refs/tags/", "refs/remotes/")
_CONFIGS: Final = (".config/git/config", ".gitconfig")


class Pool:
    """The slots of one rig, whose folder is *path*."""

    def __init__(self, repository: Repository, path: Path) -> None:
        self._repository = repository
        self._path = path / "refinery"
        self._notes = repository.gt / "slots"

    @property
    def disk(self) -> Path:
        """A folder on the disk that gates fill."""
        return self._repository.common

    def place(self, number: int) -> Path:
        """Return the folder of a slot."""
        return self._path / f"slot-{number}"

    def temporary(self, number: int) -> Path:
        """Return the folder for what a gate writes beside its slot."""
        return self._repository.gt / "tmp" / f"slot-{number}"

    def choose(self, taken: Iterable[int], gate: Gate, commit: str) -> int:
        """Return the number of a slot that is not *taken*: the one that is warm for *gate*."""
        busy = set(taken)
        free = [each for each in self._warm(gate, commit) if each.number not in busy]
        return choose(free, sorted(busy), gate.name)

    def retire(self, gates: Collection[str]) -> None:
        """Let any gate have the slots of those that are none of *gates* any more."""
        for path in self._notes.glob(f"slot-*/{_LAST}"):
            said = notes.read(path, dict)
            if said.get("keeps") and said.get("gate") not in gates:
                with suppress(FileNotFoundError):  # thrown away at this moment
                    write_whole(path, json.dumps({**said, "keeps": False}))

    def _warm(self, gate: Gate, commit: str) -> Iterator[Warm]:
        for path in sorted(self._notes.glob(f"slot-*/{_LAST}")):
            said = notes.read(path, dict)
            number = int(path.parent.name.removeprefix("slot-"))
            last, at = str(said.get("gate", "")), str(said.get("commit", ""))
            far = self._far(at, commit) if at and last == gate.name else 0
            yield Warm(number, last, bool(said.get("keeps")), far)

    def _far(self, last: str, commit: str) -> int:
        if last == commit:
            return 0
        try:
            return len(self._repository.differences(last, commit))
        except GtError:
            return 1_000_000  # what was tested there is gone

    def prepare(self, number: int, gate: Gate, commit: str, branch: str) -> Path:
        """Put *commit* into a slot, and return its folder; its temporary folder is empty.

        Raises:
            EnvironmentProblemError: this disk cannot hold the tree as it is.
        """
        self.clear(number)
        self.temporary(number).mkdir(parents=True)
        refs = {} if gate.inputs else self._refs(branch)
        slot.prepare(
            self._repository, self.place(number), commit, gate.keep, refs,
            submodules=gate.submodules,
        )  # fmt: skip
        said: dict[str, Any] = {"gate": gate.name, "commit": commit, "keeps": bool(gate.keep)}
        write_whole(self._notes / f"slot-{number}" / _LAST, json.dumps(said))
        return self.place(number)

    def _refs(self, branch: str) -> Mapping[str, str]:
        """Return the refs that a gate finds: of our own branches only the one it is run for."""
        found = {
            name: oid
            for prefix in _SHOWN
            for name, oid in self._repository.refs(prefix).items()
        }
        target = f"refs/heads/{branch}"
        oid = self._repository.ref(target)
        return found if oid is None else {**found, target: oid}

    def settings_of_git(self, number: int, ours: Mapping[str, str]) -> Path:
        """Return a file that says what the user's git settings say, and takes what is set."""
        chosen = ours.get("GIT_CONFIG_GLOBAL")
        home = Path(ours.get("HOME", "~")).expanduser()
        sources = [Path(chosen)] if chosen else [home / each for each in _CONFIGS]
        path = self._notes / f"slot-{number}" / "gitconfig"
        path.write_text(
            "".join(f'[include]\n\tpath = "{_escaped(each)}"\n' for each in sources)
        )
        return path

    def is_tampered(self, number: int, gate: Gate, commit: str) -> bool:
        """Tell whether a slot no longer holds what was put there for *gate*."""
        place = self.place(number)
        return slot.is_tampered(self._repository, place, commit, submodules=gate.submodules)

    def discard(self, number: int) -> None:
        """Remove a slot."""
        slot.discard(self._repository, self.place(number))

    def clear(self, number: int) -> None:
        """Remove what a gate has written beside its slot."""
        slot.remove(self.temporary(number))


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
