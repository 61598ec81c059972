"""What waits for somebody to see to it: counted in a few small files, with little imported.

Hooks leave notes, and a commit past the hooks leaves not even that: but a desk then stands
where nobody has seen it. Where each was seen last is in ``<common git directory>/gt/desks``,
which may be lost: then it is counted once in vain. What concerns nobody, such as a commit of a
person on a branch of their own, is not counted.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_DESKS: Final = "refs/heads/desk"
_WORKTREE: Final = "worktree-"
# How the note of a push begins whose commits close something.
PUSH: Final = "push-"


def count(common: str, ledger: str) -> int:
    """Return how much waits in the repository whose ledger stands at *ledger*."""
    notes = sum(_concerns_us(common, name) for name in _names(f"{common}/gt/spool"))
    return notes + sum(1 for _ in _desks_ahead(common, ledger))


def note_seen(common: str, ref: str, tip: str) -> None:
    """Note that a desk was looked at as it stands; that no disk takes it costs a hint."""
    known = _seen(common)
    if known.get(ref) == tip:
        return
    path = f"{common}/gt/desks"
    rows = [f"{name} {oid}\n" for name, oid in sorted({**known, ref: tip}.items())]
    try:
        with open(f"{path}.{os.getpid()}", "wb") as file:
            file.write(os.fsencode("".join(rows)))  # a branch need not be called text
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        return


def _concerns_us(common: str, note: str) -> bool:
    """Tell a push or an assignment's commit from what has no consequence."""
    name = note.removeprefix(_WORKTREE)
    if name == note:
        return note.startswith(PUSH)
    return os.path.exists(f"{common}/worktrees/{name}/gt-assignment")


def _desks_ahead(common: str, ledger: str) -> Iterator[str]:
    known = _seen(common)
    for ref in _below(common, _DESKS):
        try:
            with open(f"{common}/{ref}", encoding="ascii") as file:
                tip = file.read().strip()
        except OSError:
            continue  # it is gone meanwhile, or packed
        if tip not in (ledger, known.get(ref)):
            yield ref


def _below(common: str, folder: str) -> Iterator[str]:
    """Yield the loose refs of a folder: one that moved is never packed."""
    for name in _names(f"{common}/{folder}"):
        ref = f"{folder}/{name}"
        if os.path.isdir(f"{common}/{ref}"):
            yield from _below(common, ref)
        elif not name.endswith(".lock"):
            yield ref


def _names(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return []


def _seen(common: str) -> dict[str, str]:
    try:
        with open(f"{common}/gt/desks", "rb") as file:
            rows = os.fsdecode(file.read()).split("\n")
        return dict(row.rsplit(" ", 1) for row in rows if row)
    except (OSError, ValueError):
        return {}
