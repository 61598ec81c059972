"""What was last seen of a forge's issues: momentary, and without it all is looked at again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Final, Self

from gitgt.git.repository import Repository
from gitgt.model.issues.issue import Issue
from gitgt.runtime.notes import read, write_whole
from gitgt.values import dataclass

# After so many seconds everything is looked at: a forge need not tell of what was deleted.
WHOLE_LOOK: Final = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of the issues of one ``place``.

    ``home`` is what the forge calls the folder where they are, ``whole_at`` when all were
    looked at, by our clock. ``since`` is the latest change that was seen, by the forge's;
    ``heard`` says of each issue with comments up to which change they were read.
    """

    place: str = ""
    home: str = ""
    whole_at: float = 0.0
    since: str = ""
    etag: str = ""
    heard: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, repository: Repository, place: str) -> Self:
        """Return what is remembered of *place*; nothing if that was another one."""
        found = read(_path(repository), dict)
        try:
            known = cls(**found)
        except TypeError:
            return cls(place=place)
        return known if known.place == place else cls(place=place)

    def keep(self, repository: Repository) -> None:
        """Remember this."""
        path = _path(repository)
        path.parent.mkdir(parents=True, exist_ok=True)
        fields = {name: getattr(self, name) for name in self.__slots__}
        write_whole(path, json.dumps(fields))

    def is_partial(self, now: float) -> bool:
        """Tell whether a look at what changed is enough."""
        return bool(self.since) and 0 <= now - self.whole_at < WHOLE_LOOK

    def after(self, issues: Iterable[Issue], etag: str) -> Self:
        """Return what is remembered once these were seen."""
        latest = max((each.updated for each in issues), default=self.since)
        return replace(self, since=max(latest, self.since), etag=etag)


def _path(repository: Repository) -> Path:
    return repository.gt / "issues.json"
