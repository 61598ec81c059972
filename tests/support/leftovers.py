"""Finds processes that the tests started and nobody ended."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from tests.support.world import MARK


def left_behind(run: str, folders: Sequence[Path], *, patience: float = 60.0) -> list[str]:
    """End the processes that belong to a test run, and return what they were.

    A process is ours if it has inherited our mark, or works in one of the folders: an agent's
    environment is an allow-list, which our mark is not on. Those that are about to end get some
    time for it.
    """
    _, alive = psutil.wait_procs(list(_ours(run, folders)), timeout=patience)
    told = [_told(process) for process in alive]
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=patience)
    return told


def _ours(run: str, folders: Sequence[Path]) -> Iterator[psutil.Process]:
    family = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        if process.pid not in family and _belongs(process, run, folders):
            yield process


def _belongs(process: psutil.Process, run: str, folders: Sequence[Path]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if process.environ().get(MARK) == run:
            return True
        cwd = Path(process.cwd())
    except (psutil.Error, OSError):
        return False
    return any(cwd.is_relative_to(folder) for folder in folders)


def _told(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())} in {process.cwd()}"
    except psutil.Error:
        return str(process.pid)
