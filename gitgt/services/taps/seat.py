"""Whose tap it is: what the environment of an agent's session says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.model.guard import Ground
    from gitgt.services.town import Rig, Town


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A session, as its own environment tells."""

    role: str
    folder: Path
    town: Path
    address: str = ""
    session: str = ""
    rig: str = ""
    bead: str = ""
    branch: str = ""
    base: str = ""
    worktree: Path | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Seat | None:
        """Return the session that has this environment; None for a person's own."""
        role, folder = environ.get("GT_ROLE"), environ.get("GT_SESSION_DIR")
        town = environ.get("GT_TOWN_ROOT")
        if not role or not folder or not town:
            return None
        worktree = environ.get("GT_WORKTREE")
        return cls(
            role=role,
            folder=Path(folder),
            town=Path(town),
            address=environ.get("GT_AGENT", ""),
            session=environ.get("GT_SESSION", ""),
            rig=environ.get("GT_RIG", ""),
            bead=environ.get("GT_BEAD", ""),
            branch=environ.get("GT_BRANCH", ""),
            base=environ.get("GT_BASE", ""),
            worktree=Path(worktree) if worktree else None,
        )

    def open_town(self) -> Town:
        """Return the town that it is in."""
        from gitgt.services.town import Town

        return Town(self.town)

    def place(self, town: Town) -> Rig | Town:
        """Return where it is kept: in its rig, or in the town.

        Raises:
            NotFoundError: the rig is gone.
        """
        return town.rig(self.rig) if self.rig else town

    def ground(self, cwd: str, environ: Mapping[str, str]) -> Ground:
        """Return where its tools are used."""
        from gitgt.model.guard import Ground

        here = str(self.worktree or self.town / "mayor")
        temporary = ("/tmp", "/var/tmp", environ.get("TMPDIR", ""))  # noqa: S108 - whoever's
        return Ground(
            role=self.role,
            branch=self.branch,
            base=self.base,
            worktree=here,
            cwd=cwd or here,
            home=environ.get("HOME", ""),
            town=str(self.town),
            temporary=tuple(each for each in temporary if each),
        )
