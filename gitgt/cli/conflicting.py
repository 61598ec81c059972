"""Say of what was just submitted that it conflicts, before the refinery does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitgt.cli import output

if TYPE_CHECKING:
    from gitgt.model.documents import MergeRequest
    from gitgt.services.town import Town


def tell(town: Town, request: MergeRequest) -> None:
    """Say what *request* conflicts in, if it does, and what its author can do."""
    from gitgt.services.queue import conflicts

    found = conflicts.of_new(town, request)
    if found is not None:
        output.say(f"gt: {found.line}: it comes back to you")
        output.say("hint: git gt resolve")
