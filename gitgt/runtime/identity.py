"""Processes by who they are, not by their number.

A process is its pid **and** when it started: a pid alone may have passed on to somebody else.
Where there is a ``/proc`` it is read directly, which spares the import of psutil.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gitgt.values import dataclass

_PROC: Final = Path("/proc")
_PIECE: Final = 1 << 16
_HAS_PROC: Final = Path("/proc/self/stat").exists()
# Processes of ours that outlive whoever started them carry this; no sweep goes into them.
DETACHED: Final = "GT_DETACHED"
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Identity:
    """One process, never to be mistaken for a later one with the same pid."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class _Row:
    """What the process table says of one process that is not yet dead.

    ``spent`` are the seconds of a processor that it and its dead children have used.
    """

    identity: Identity
    parent: int
    session: int
    terminal: int = 0
    spent: float = 0.0


def identify(pid: int) -> Identity | None:
    """Return who *pid* is at the moment, None for nobody or a zombie."""
    row = _row(pid)
    return row.identity if row else None


def parent_of(pid: int) -> int | None:
    """Return the pid of whoever *pid* is a child of."""
    row = _row(pid)
    return row.parent if row else None


def family() -> set[int]:
    """Return us and our ancestors: whoever ends a session from within it outlives that."""
    found = set()
    pid: int | None = os.getpid()
    while pid and pid not in found:
        found.add(pid)
        pid = parent_of(pid)
    return found


def name_of(pid: int) -> str:
    """Return what the program of *pid* is called, as far as the system tells."""
    try:
        return (_PROC / str(pid) / "comm").read_text(errors="replace").strip()
    except OSError:
        return "?"


def is_alive(who: Identity) -> bool:
    """Tell whether *who* still runs."""
    return identify(who.pid) == who


def send(who: Identity, signum: int) -> bool:
    """Send a signal to *who* and to nobody else; tell whether there was somebody."""
    try:
        handle = os.pidfd_open(who.pid)
    except AttributeError:
        return _send_by_number(who, signum)
    except OSError:
        return False
    try:
        if not is_alive(who):
            return False
        signal.pidfd_send_signal(handle, signum)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _send_by_number(who: Identity, signum: int) -> bool:
    """Send without a pidfd, which only Linux has."""
    try:
        if not is_alive(who):
            return False
        os.kill(who.pid, signum)
    except OSError:
        return False
    return True


def descendants(pid: int) -> list[Identity]:
    """Return the children of *pid* and theirs, but nobody who is detached on purpose."""
    children: dict[int, list[_Row]] = {}
    for row in _table():
        children.setdefault(row.parent, []).append(row)
    found: list[Identity] = []
    waiting = [pid]
    while waiting:
        for row in children.get(waiting.pop(), ()):
            if not carries(row.identity.pid, DETACHED):
                found.append(row.identity)
                waiting.append(row.identity.pid)
    return found


def spent(pids: Iterable[int]) -> dict[int, float]:
    """Return the seconds of a processor that each of *pids* and all below it have used.

    It grows while any of them is at something. Whoever is gone is not in it.
    """
    rows = {row.identity.pid: row for row in _table()}
    children: dict[int, list[int]] = {}
    for pid, row in rows.items():
        children.setdefault(row.parent, []).append(pid)
    return {pid: _spent_below(pid, rows, children) for pid in pids if pid in rows}


def _spent_below(
    pid: int, rows: Mapping[int, _Row], children: Mapping[int, list[int]]
) -> float:
    waiting, total, seen = [pid], 0.0, set()
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            total += rows[each].spent
            waiting += children.get(each, ())
    return total


def in_session(session: int) -> list[Identity]:
    """Return who runs in the session that process *session* leads or led.

    Session 0 is nobody's: in a container it holds strangers, whose leader is outside.
    """
    if session <= 0:
        return []
    return [row.identity for row in _table() if row.session == session]


def marked(name: str, value: str) -> list[Identity]:
    """Return the processes that were started with *name* = *value* in their environment."""
    return [row.identity for row in _table() if carries(row.identity.pid, name, value)]


def standing_in(folders: Iterable[Path]) -> list[Identity]:
    """Return who stands in one of *folders*, or below, and has no terminal.

    Where there is no ``/proc`` nobody is found.
    """
    roots = [folder.resolve() for folder in folders]
    found = []
    for row in _table():
        try:
            cwd = (_PROC / str(row.identity.pid) / "cwd").readlink()
        except OSError:
            continue
        if not row.terminal and any(cwd.is_relative_to(root) for root in roots):
            found.append(row.identity)
    return found


def carries(pid: int, name: str, value: str | None = None) -> bool:
    """Tell whether *pid*'s environment has *name* (with *value*)."""
    wanted = f"{name}=" if value is None else f"{name}={value}"
    entries = _environment(pid)
    if value is None:
        return any(entry.startswith(wanted) for entry in entries)
    return wanted in entries


def living(those: Iterable[Identity]) -> list[Identity]:
    """Return the ones of *those* that still run."""
    return [who for who in those if is_alive(who)]


def _environment(pid: int) -> list[str]:
    if _HAS_PROC:
        try:
            return _told(pid, "environ").decode(errors="replace").split("\0")
        except OSError:
            return []
    return _environment_elsewhere(pid)


def _row(pid: int) -> _Row | None:
    if not _HAS_PROC:
        return _row_elsewhere(pid)
    try:
        text = _told(pid, "stat")
    except OSError:
        return None
    # The name, in parentheses, may itself hold spaces and parentheses.
    fields = text[text.rindex(b")") + 2 :].split()
    # While its other threads end, a process still holds its files, and so its locks.
    if fields[0] in b"ZX" and int(fields[17]) <= 1:
        return None
    spent = sum(map(int, fields[11:15])) / _TICKS
    who = Identity(pid, fields[19].decode())
    parent, session, terminal = int(fields[1]), int(fields[3]), int(fields[4])
    return _Row(who, parent, session, terminal, spent)


def _told(pid: int, what: str) -> bytes:
    """Return what the system tells of *pid*; all are asked often, so without a ``Path``."""
    handle = os.open(f"{_PROC}/{pid}/{what}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = []
        while piece := os.read(handle, _PIECE):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)


def _table() -> Iterator[_Row]:
    for pid in _pids():
        row = _row(pid)
        if row is not None:
            yield row


def _pids() -> list[int]:
    if _HAS_PROC:
        return [int(name) for name in os.listdir(_PROC) if name.isdigit()]  # noqa: PTH208 - speed
    import psutil

    return psutil.pids()


def _row_elsewhere(pid: int) -> _Row | None:
    """Ask psutil, where there is no /proc."""
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        started = repr(process.create_time())
        times = process.cpu_times()
        used = times.user + times.system
        return _Row(Identity(pid, started), process.ppid(), os.getsid(pid), spent=used)
    except (psutil.Error, OSError):
        return None


def _environment_elsewhere(pid: int) -> list[str]:
    import psutil

    try:
        return [f"{name}={value}" for name, value in psutil.Process(pid).environ().items()]
    except (psutil.Error, OSError):
        return []
