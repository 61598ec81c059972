"""Bring plugins from elsewhere, and commit them: what is not committed does not run."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, InvalidDocumentError
from gitgt.model import plugin as form
from gitgt.model.actor import Actor
from gitgt.model.plugin import FILE, SCRIPT
from gitgt.services import commit
from gitgt.services.plugins import library
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_MOST: Final = 1024 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to change: files by path (None for one that goes), and what is said of them."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "changed": list(self.changed), "gone": list(self.gone), "broken": list(self.broken)
        }  # fmt: skip


def plan(town: Town, rig: Rig | None, source: Path, *, clean: bool) -> Plan:
    """Return what is to change so that the plugins are those of the folder *source*."""
    above = f"{rig.name}/{library.FOLDER}" if rig else library.FOLDER
    known = _known(town, above)
    files: dict[str, bytes | None] = {}
    changed: list[str] = []
    broken: list[str] = []
    there: set[str] = set()
    for folder in sorted(each.parent for each in source.glob(f"*/{FILE}")):
        there.add(folder.name)
        try:
            found = _read(folder)
        except (InvalidDocumentError, EnvironmentProblemError) as error:
            broken.append(error.message)
            continue
        new = {f"{above}/{folder.name}/{path}": content for path, content in found.items()}
        old = {path: blob for path, blob in known.items() if _of(path, above) == folder.name}
        if new != old:
            changed.append(folder.name)
            files |= {path: None for path in old if path not in new}
            files |= new
    gone = sorted({_of(path, above) for path in known} - there) if clean else []
    files |= {path: None for path in known if _of(path, above) in gone}
    return Plan(files, tuple(changed), tuple(gone), tuple(broken))


def bring(town: Town, rig: Rig | None, found: Plan, who: Actor) -> bool:
    """Commit what was planned; say if anything changed.

    Raises:
        NotAllowedError: an agent asks.
    """
    whose = f"plugins of {rig.name}" if rig else "plugins"
    names = ", ".join([*found.changed, *(f"no {each}" for each in found.gone)])
    return commit.change(town, lambda: found.files, f"{whose}: {names}"[:500], who)


def _of(path: str, above: str) -> str:
    return path.removeprefix(f"{above}/").partition("/")[0]


def _known(town: Town, above: str) -> dict[str, bytes]:
    head = town.repository.ref("HEAD")
    files = {} if head is None else town.repository.files(head)
    return {
        path: town.repository.blob(blob)
        for path, blob in files.items()
        if path.startswith(f"{above}/") and path.count("/") > above.count("/") + 1
    }


def _read(folder: Path) -> dict[str, bytes]:
    """Return the files of a plugin by their paths in its folder."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > _MOST:
            raise InvalidDocumentError(f"{path}: {path.stat().st_size} bytes are too many")
        try:
            found[str(path.relative_to(folder))] = path.read_bytes()
        except OSError as error:
            raise EnvironmentProblemError(f"{path}: {error.strerror}") from error
    try:
        text = found[FILE].decode()
    except UnicodeDecodeError as error:
        raise InvalidDocumentError(f"{folder / FILE}: this is no UTF-8") from error
    form.parse(text, path=str(folder / FILE), folder=folder.name, script=SCRIPT in found)
    return found
