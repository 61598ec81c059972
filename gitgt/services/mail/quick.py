"""Whether anything waits for an agent, found out without loading what would tell it.

Every tap asks this at every boundary of a turn, and mostly nothing waits. Whatever is not as
usual counts as a perhaps: then ``delivery`` looks.
"""

from __future__ import annotations

import json
import os

from gitgt.services import quick

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from typing import Final

_OF_THE_RADAR: Final = "radar/nudges.json"


def nothing_waits(cwd: str, address: str, session: str) -> bool:
    """Tell whether it is sure that *session* of *address* has been told everything."""
    folders = quick.folder_of(cwd, address)
    if folders is None:
        return False
    town, own = folders
    if _is_nudged(own, address) or _is_warned(own, address):
        return False
    found = quick.unread(cwd, address)
    return found is not None and {name for name, _ in found} <= _told(town, address, session)


def unread(cwd: str, address: str) -> tuple[int, int] | None:
    """Return how much mail *address* has not read, and how much is urgent; None: look."""
    found = quick.unread(cwd, address)
    return None if found is None else (len(found), sum(not urgency for _, urgency in found))


def _is_nudged(own: str, address: str) -> bool:
    try:
        names = os.listdir(f"{own}/nudges/{_slug(address)}")
    except OSError:
        return False
    return any(each.startswith("nudge-") for each in names)


def _is_warned(own: str, address: str) -> bool:
    try:
        with open(f"{own}/{_OF_THE_RADAR}", encoding="utf-8") as file:
            said = file.read()
    except (OSError, ValueError):
        return False
    return json.dumps(address) in said and '"waits": true' in said


def _told(town: str, address: str, session: str) -> set[str]:
    try:
        with open(f"{town}/mail/{_slug(address)}.json", encoding="utf-8") as file:
            return set(json.load(file)["told"][session])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return set()


def _slug(address: str) -> str:
    return address.replace("/", ".")
