"""Where a ref stood before, by the file that git keeps of it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

_MOST: Final = 50


def stood_at(common: Path, ref: str) -> list[str]:
    """Return where *ref* stood, the latest first; empty where git keeps no such record."""
    try:
        rows = (common / "logs" / ref).read_text(errors="replace").splitlines()
    except OSError:
        return []
    fields = (row.split(" ", 2) for row in islice(reversed(rows), _MOST))
    found = [oid for each in fields if len(each) == 3 for oid in (each[1], each[0])]
    return [oid for oid in dict.fromkeys(found) if set(oid) != {"0"}]


def stands_at(git_dir: Path) -> str | None:
    """Return where a checkout stands by its own record; None where git keeps none.

    Only what is done in the checkout itself is written there, whoever moves its branch.
    """
    found = stood_at(git_dir, "HEAD")
    return found[0] if found else None
