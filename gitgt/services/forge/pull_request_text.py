"""What a pull request says of itself."""

from __future__ import annotations

from typing import Final

from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.pull_request import cut
from gitgt.model.wording import fit_line

_LONGEST_TITLE: Final = 250
# Forges take 65,536 characters, the trailers included.
_LONGEST: Final = 60_000


def title_of(request: MergeRequest) -> str:
    """Return the title of a request's pull request."""
    return fit_line(request.title, longest=_LONGEST_TITLE)


def body_of(bead: Bead, request: MergeRequest) -> str:
    """Return the text of a request's pull request: its bead's, and whose work it is."""
    trailers = (
        f"Bead: {bead.id}",
        f"Merge-Request: {request.id}",
        f"Agent: {request.agent}",
    )
    parts = (cut(bead.description, _LONGEST), "\n".join(trailers))
    return "\n\n".join(filter(None, parts)) + "\n"
