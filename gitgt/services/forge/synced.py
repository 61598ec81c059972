"""What it came to that a rig's forge was asked, about pull requests or about issues."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from gitgt.values import dataclass


@dataclass(slots=True)
class Synced:
    """What was ``done``, each with the document that it is ``about``: a request, or a bead.

    ``wait`` is for how long the forge wants to be left alone, in seconds.
    """

    rig: str
    about: str
    forge: str = ""
    done: list[tuple[str, str]] = field(default_factory=list)
    trouble: str = ""
    wait: float | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        done = [{self.about: name, "done": what} for name, what in self.done]
        return {
            "rig": self.rig, "forge": self.forge, "done": done, "trouble": self.trouble,
            "wait": self.wait,
        }  # fmt: skip
