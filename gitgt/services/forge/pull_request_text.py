"""What a pull request says of itself."""

from __future__ import annotations

from typing import Final

from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.issues import harmless
from gitgt.model.issues.trace import is_of_a_forge
from gitgt.model.pull_request import cut
from gitgt.model.wording import fit_line

_LONGEST_TITLE: Final = 250
# Forges take 65,536 characters, the trailers included.
_LONGEST: Final = 60_000


def title_of(bead: Bead, request: MergeRequest) -> str:
    """Return the title of a request's pull request."""
    title = harmless.line(request.title) if is_of_a_forge(bead) else request.title
    return fit_line(title, longest=_LONGEST_TITLE)


def body_of(bead: Bead, request: MergeRequest) -> str:
    """Return the text of a request's pull request: its bead's, and whose work it is."""
    trailers = (
        f"Bead: {bead.id}",
        f"Merge-Request: {request.id}",
        f"Agent: {request.agent}",
    )
    text = cut(bead.description, _LONGEST)
    if text and is_of_a_forge(bead):
        text = harmless.quoted(text)
    parts = (text, "\n".join(trailers))
    return "\n\n".join(filter(None, parts)) + "\n"
