"""The forms that a landing may have in a target's history; the tree is the same in all."""

from __future__ import annotations

from enum import StrEnum


class Style(StrEnum):
    """What a request's landing looks like in the target's history."""

    MERGE = "merge"  # a merge commit with the branch as its second parent
    SQUASH = "squash"  # one commit for the whole branch
    REBASE = "rebase"  # the branch's commits anew, one upon the other
    FAST_FORWARD = "fast-forward"  # the branch's own commits where they fit, else as rebase
