"""What is asked all the time, of warm indexes alone: little is imported, no process started.

Agents and prompts ask for it all the time, and what Python takes to import the rest is several
times what the question takes. Whatever is not as usual (an index that is behind, a blocker in
another ledger, rigs that changed since they were last read) is left to ``reading``, which
gives the same answer. A file beside the town's index says where the rigs' ledgers are; it
counts while ``rigs.yaml`` is the file that it was made from.
"""

from __future__ import annotations

import os
import sqlite3
import time

from gitgt.ledger import questions
from gitgt.ledger.abroad import Homes
from gitgt.ledger.ready import in_order, ready_rows, recently

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from gitgt.services.town import Town

    Columns = tuple[str, str, str, int, str, str, str]
    _T = TypeVar("_T")


def ready(
    cwd: str, wish: Mapping[str, Any] | None = None, *, at: float | None = None
) -> list[Columns] | None:
    """Return what ``reading.ready`` would say in *cwd*; None if it takes more to find out.

    *at* is when it is asked, in seconds since the epoch; now, if it is not given.
    """
    wanted = {"sort": "priority", "limit": 0, **(wish or {})}
    clock = time.time() if at is None else at
    now, recent = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock)), recently(clock)

    def asked(town: str, home: Homes) -> list[Columns]:
        found: list[Any] = []
        for prefix in _asked(town, cwd):
            found += ready_rows(_sure(home(prefix)), home, wanted, now=now, recent=recent)
        return in_order(found, wanted, recent)

    return _answered(cwd, asked)


def listed(cwd: str, limit: int) -> list[Columns] | None:
    """Return what ``select.beads`` would list in *cwd* if nothing else is asked for."""

    def asked(town: str, home: Homes) -> list[Columns]:
        found: list[Columns] = []
        spoiled: list[Columns] = []
        for prefix in _asked(town, cwd):
            db = _sure(home(prefix))
            found += db.execute(questions.LIVE, {"limit": limit or -1})
            spoiled += db.execute(questions.SPOILED)
        return [*sorted(found, key=lambda row: row[3]), *spoiled][: limit or None]

    return _answered(cwd, asked)


def shown(cwd: str, text: str) -> dict[str, Any] | None:
    """Return the fields of the one document that *text* names or begins to name."""

    def asked(_: str, home: Homes) -> dict[str, Any]:
        db = _sure(home(text.partition("-")[0]))
        names = [row[0] for row in db.execute(questions.NAMED, (text, f"{text}\uffff"))]
        name = text if text in names else names[0]
        content, kind, error = db.execute(questions.SHOWN, (name,)).fetchone()
        if (len(names) > 1 and name != text) or kind != "bead" or error:
            raise LookupError(text)
        return _fields(content)

    return _answered(cwd, asked)


def unread(cwd: str, box: str) -> list[tuple[str, int]] | None:
    """Return id and priority of the messages in *box* that nobody has read."""

    def asked(_: str, home: Homes) -> list[tuple[str, int]]:
        return _sure(home("hq")).execute(questions.UNREAD, (box,)).fetchall()

    return _answered(cwd, asked)


def folder_of(cwd: str, address: str) -> tuple[str, str] | None:
    """Return the folders for what may be lost of the town, and of where *address* belongs."""
    try:
        town = _town(cwd)
        rig, slash, _ = address.partition("/")
        homes = {name: common for name, _, common, _ in _rows(town)}
    except (OSError, ValueError, LookupError):
        return None
    own = f"{town}/.git/gt"
    return own, f"{homes[rig]}/gt" if slash and rig in homes else own


def _fields(content: bytes) -> dict[str, Any]:
    """Return what a bead's canonical file says, if its document would say it just so."""
    from gitgt.ledger.codec import read_canonical

    fields = read_canonical(content)
    if fields is None or "priority" not in fields or fields.keys() & {"comments", "ext"}:
        raise LookupError("not as usual")
    labels = fields.get("labels", [])
    edges = [(each["type"], each["on"]) for each in fields.get("dependencies", ())]
    if labels != sorted(set(labels)) or edges != sorted(set(edges)):
        raise LookupError("not in order")
    return fields


def _sure(db: sqlite3.Connection | None) -> sqlite3.Connection:
    if db is None:
        raise LookupError("no such ledger")
    return db


def _answered(cwd: str, asked: Callable[[str, Homes], _T]) -> _T | None:
    """Return what *asked* finds in the warm indexes of the town around *cwd*, if they are."""
    opened: dict[str, sqlite3.Connection] = {}
    try:
        town = _town(cwd)
        routes = _known(town)

        def home(prefix: str) -> sqlite3.Connection | None:
            if prefix in routes:
                opened[prefix] = _index(*routes[prefix])
            return opened.get(prefix)

        return asked(town, Homes(home, lambda: routes))
    except (OSError, ValueError, LookupError, TypeError, sqlite3.Error):
        return None
    finally:
        for db in opened.values():
            db.close()


UNHEARD = -1
# A note that waits for so many seconds in front of a watcher was not heard.
_LONG = 900.0


def waiting(cwd: str) -> int | None:
    """Return how much waits in the town around *cwd* while no watcher lives there.

    UNHEARD if one lives, and has heard nothing for long; None if it takes more to find out.
    """
    from gitgt.services.waiting import count

    try:
        town = _town(cwd)
        places = _known(town)
        found = sum(count(common, _ref(common, ref)) for common, ref in places.values())
    except (OSError, ValueError, LookupError):
        return None
    if not found or not _is_watched(town):
        return found
    return UNHEARD if any(_is_old(common) for common, _ in places.values()) else 0


def _is_old(common: str) -> bool:
    """Tell whether a note of a repository waits for long."""
    try:
        notes = [each.stat().st_mtime for each in os.scandir(f"{common}/gt/spool")]
    except OSError:
        return False
    return bool(notes) and min(notes) < time.time() - _LONG


def _is_watched(town: str) -> bool:
    """Tell whether a watcher lives; see ``daemon.presence``."""
    from pathlib import Path

    from gitgt.runtime.held import is_held

    return is_held(Path(town, ".git", "gt", "watch.lock"))


def remember(town: Town) -> None:
    """Say where the ledgers of the rigs are, for the next question."""
    root = str(town.root)
    rows = [
        "\t".join(
            (rig.name, rig.prefix, str(rig.repository_path), f"refs/heads/{rig.ledger_branch}")
        )
        for rig in town.rigs().values()
        if rig.is_here
    ]
    fresh = f"{_routes(root)}.{os.getpid()}"
    try:
        with open(fresh, "w", encoding="utf-8") as file:
            file.write("\n".join((_stamp(root), *rows)))
        os.replace(fresh, _routes(root))
    except OSError:
        return  # then it is asked the long way


def _routes(town: str) -> str:
    return f"{town}/.git/gt/routes"


def _stamp(town: str) -> str:
    """Return what tells one version of the file of rigs from another."""
    seen = os.stat(f"{town}/rigs.yaml")
    return f"{seen.st_ino} {seen.st_size} {seen.st_mtime_ns}"


def _town(cwd: str) -> str:
    """Return the outermost town around *cwd*."""
    named = os.environ.get("GT_TOWN_ROOT")
    if named:
        if not os.path.isfile(f"{named}/town.yaml"):
            raise LookupError(named)
        return os.path.realpath(named)
    found, at, above = "", cwd, os.path.dirname(cwd)
    while at != above:
        if os.path.isfile(f"{at}/town.yaml"):
            found = at
        at, above = above, os.path.dirname(above)
    if not found:
        raise LookupError(cwd)
    return found


def _rows(town: str) -> list[list[str]]:
    """Return name, prefix, directory and ref of the rigs' ledgers."""
    with open(_routes(town), encoding="utf-8") as file:
        stamp, *rows = file.read().split("\n")
    if stamp != _stamp(town):
        raise LookupError(town)
    return [row.split("\t") for row in rows]


def _known(town: str) -> dict[str, tuple[str, str]]:
    """Return directory and ref of each ledger by its prefix."""
    found = {prefix: (common, ref) for _, prefix, common, ref in _rows(town)}
    return {"hq": (f"{town}/.git", "refs/heads/beads"), **found}


def _asked(town: str, cwd: str) -> list[str]:
    """Return the prefixes of the ledgers that a question asked in *cwd* is about."""
    rigs = {name: prefix for name, prefix, *_ in _rows(town)}
    below = cwd[len(town) + 1 :] if cwd.startswith(f"{town}/") else ""
    inside = rigs.get(below.partition("/")[0])
    return [inside] if inside else ["hq", *rigs.values()]


def _index(common: str, ref: str) -> sqlite3.Connection:
    """Open the index of a ledger, if it is of today."""
    index = f"{common}/gt/index.sqlite"
    if not os.path.isfile(index):  # sqlite would make it
        raise LookupError(index)
    db = sqlite3.connect(index, isolation_level=None)
    try:
        db.execute("begin")
        known = dict(db.execute(questions.META))
        if (known["tip"], known["version"]) != (_ref(common, ref), str(questions.VERSION)):
            raise LookupError(index)
    except BaseException:
        db.close()
        raise
    return db


def _ref(common: str, name: str) -> str:
    try:
        with open(f"{common}/{name}", encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        pass
    with open(f"{common}/packed-refs", encoding="utf-8") as file:
        for row in file:
            if row.endswith(f" {name}\n"):
                return row.partition(" ")[0]
    raise LookupError(name)
