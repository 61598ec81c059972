"""Where plugins lie: ``plugins/<name>`` of the town, ``<rig>/plugins/<name>`` of a rig.

They are read as committed, like directives: an agent can write into the town's folder and
commits nothing there, so what is only in a file is nobody's word yet. A rig's plugin stands in
the place of the town's of the same name, and one that is spoilt keeps no other from running.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from gitgt.errors import InvalidDocumentError, NotFoundError
from gitgt.git import faults
from gitgt.git.repository import Repository
from gitgt.model import plugin as form
from gitgt.model.plugin import FILE, SCRIPT, Plugin
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

FOLDER: Final = "plugins"
_MOST: Final = 1024 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that nobody can read: the path of its file, and why."""

    path: str
    why: str

    def fields(self) -> dict[str, str]:
        """Return it as plain values."""
        return {"path": self.path, "why": self.why}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The plugins that there are, and those that are spoilt."""

    plugins: tuple[Plugin, ...] = ()
    broken: tuple[Broken, ...] = ()

    def find(self, name: str, rig: str = "") -> Plugin:
        """Return the plugin called *name*: the rig's own, else the town's, else the only one.

        Raises:
            NotFoundError: there is none.
            InvalidDocumentError: it is spoilt.
        """
        named = [each for each in self.plugins if each.name == name]
        wanted = [each for each in named if each.rig in (rig, "")] if rig else named
        if wanted:
            return next((each for each in wanted if each.rig == rig), wanted[0])
        for each in self.broken:
            if f"/{name}/" in f"/{each.path}":
                raise InvalidDocumentError(each.why)
        raise NotFoundError(f"there is no plugin {name!r}", hint="git gt plugin list")


def shelf(town: Town) -> Shelf:
    """Return all plugins that are committed in the town's repository."""
    head = town.repository.ref("HEAD")
    return Shelf() if head is None else _shelf(town.repository.common, head, (*_places(town),))


@lru_cache(maxsize=8)  # the watcher asks again and again for what hardly ever changes
def _shelf(common: Path, head: str, places: tuple[tuple[str, str], ...]) -> Shelf:
    repository = Repository(common)
    files = repository.files(head)
    found: list[Plugin] = []
    broken: list[Broken] = []
    for rig, folder in places:
        for path in sorted(files):
            if (name := _named(path, folder)) is None:
                continue
            try:
                found.append(_read(repository, files, path, name, rig))
            except InvalidDocumentError as error:
                broken.append(Broken(path, error.message))
    own = {each.name for each in found if each.rig}
    return Shelf(
        tuple(each for each in found if each.rig or each.name not in own), tuple(broken)
    )


def uncommitted(town: Town, known: Shelf) -> list[str]:
    """Return the paths of plugins that lie in a folder and were never committed."""
    there = {each.path for each in known.plugins} | {each.path for each in known.broken}
    paths = [
        str(path.relative_to(town.root))
        for _, folder in _places(town)
        for path in sorted((town.root / folder).glob(f"*/{FILE}"))
    ]
    head = town.repository.ref("HEAD")
    files = {} if head is None else town.repository.files(head)
    return [each for each in paths if each not in there and each not in files]


def place(town: Town, plugin: Plugin) -> Rig | None:
    """Return the rig that a plugin is of; None is the town."""
    return town.rig(plugin.rig) if plugin.rig else None


def lay_out(town: Town, plugin: Plugin, folder: Path) -> Path:
    """Write a plugin's committed files into *folder*; return its script."""
    head = town.repository.ref("HEAD")
    assert head is not None
    above = plugin.path.removesuffix(FILE)
    folder.mkdir(parents=True, exist_ok=True)
    for path, blob in town.repository.files(head).items():
        if not path.startswith(above):
            continue
        to = folder / path.removeprefix(above)
        if ".." in to.parts:  # git refuses such names, and so do we
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        faults.act("write", to)
        to.write_bytes(town.repository.blob(blob))
    script = folder / SCRIPT
    if script.is_file():
        script.chmod(0o755)
    return script


def _places(town: Town) -> Iterator[tuple[str, str]]:
    yield "", FOLDER
    yield from ((name, f"{name}/{FOLDER}") for name in town.rigs())


def _named(path: str, folder: str) -> str | None:
    """Return the name of the plugin whose file *path* is, if it is one in *folder*."""
    if not path.startswith(f"{folder}/") or not path.endswith(f"/{FILE}"):
        return None
    name = path.removeprefix(f"{folder}/").removesuffix(f"/{FILE}")
    return None if "/" in name else name


def _read(
    repository: Repository, files: dict[str, str], path: str, name: str, rig: str
) -> Plugin:  # fmt: skip
    content = repository.blob(files[path])
    if len(content) > _MOST:
        raise InvalidDocumentError(f"{path}: {len(content)} bytes are too many")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidDocumentError(f"{path}:{line}: this is no UTF-8") from error
    has_script = path.removesuffix(FILE) + SCRIPT in files
    return form.parse(text, path=path, folder=name, rig=rig, script=has_script)
