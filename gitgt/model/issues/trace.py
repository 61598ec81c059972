"""What a bead remembers of its issue, under ``ext``.

Anybody may write there, so all of it is doubted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Self

from gitgt.model.documents import Bead
from gitgt.values import dataclass

KEY: Final = "issue"
MARK: Final = "import"  # what says where a bead is from, whoever brought it
FORGES: Final = ("github", "gitlab", "gitea")  # as that mark calls them
# What follows the issue while nobody wrote something else here.
FOLLOWED: Final = ("title", "description", "priority", "external")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How far a bead and its issue are with each other.

    ``taken`` holds digests of what was last taken from there, ``labels`` the labels.
    ``parted`` is why the bead was put off or closed, ``told`` what those were told who work on
    it, ``said`` what was said below the issue, and of which commit. ``closed`` is the landing
    with which we closed it, ``closed_at`` when that was by the forge's clock.
    """

    number: int
    key: str = ""
    taken: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    parted: str = ""
    told: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    closed: str = ""
    closed_at: str = ""

    @classmethod
    def of(cls, bead: Bead) -> Self | None:
        """Return what *bead* remembers; None if it never was with an issue."""
        found = bead.ext.get(KEY)
        if not isinstance(found, Mapping) or not isinstance(found.get("number"), int):
            return None
        labels = found.get("labels")
        return cls(
            number=found["number"],
            key=_text(found, "key"),
            taken=_texts(found.get("taken")),
            labels=tuple(map(str, labels)) if isinstance(labels, list | tuple) else (),
            parted=_text(found, "parted"),
            told=_text(found, "told"),
            said=_texts(found.get("said")),
            closed=_text(found, "closed"),
            closed_at=_text(found, "closed_at"),
        )

    def on(self, bead: Bead) -> Bead:
        """Return *bead* remembering this."""
        plain: dict[str, Any] = {
            "number": self.number, "key": self.key, "taken": dict(self.taken),
            "labels": list(self.labels), "parted": self.parted, "told": self.told,
            "said": dict(self.said), "closed": self.closed, "closed_at": self.closed_at,
        }  # fmt: skip
        kept = {name: value for name, value in plain.items() if value}
        return bead.replace(ext={**bead.ext, KEY: kept})

    @property
    def is_silent(self) -> bool:
        """Tell whether nobody there is to hear of the bead: the label is off, or it is gone."""
        return {self.parted, self.told} & {"unlabelled", "gone"} != set()


def is_of_a_forge(bead: Bead) -> bool:
    """Tell whether a bead was an issue before: somebody whom nobody knows wrote it."""
    mark = bead.ext.get(MARK)
    is_forges = isinstance(mark, Mapping) and mark.get("from") in FORGES
    return is_forges or Trace.of(bead) is not None


def digest(value: object) -> str:
    """Return what tells a field's value from another one."""
    return hashlib.sha256(str(value).encode(errors="replace")).hexdigest()[:12]


def taken_of(said: Bead) -> dict[str, str]:
    """Return the digests of what an issue, told as a bead, says."""
    return {name: digest(getattr(said, name)) for name in FOLLOWED}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    return value if isinstance(value, str) else ""


def _texts(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {}
    return {str(key): value for key, value in found.items() if isinstance(value, str)}
