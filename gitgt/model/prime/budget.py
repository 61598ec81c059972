"""How long a text is for a model, and how several texts share what there is room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

# The tokenizers of today make a token of 3.5 to 4.5 bytes of English or of code, of fewer where
# there are ids, and of about one character of Chinese. So this counts rather too many.
_BYTES: Final = 3


def tokens(text: str) -> int:
    """Return how many tokens *text* has at most, as far as one can say without its model."""
    return -(-len(text.encode(errors="replace")) // _BYTES)


def allotted(needs: Mapping[str, int], weights: Mapping[str, int], room: int) -> dict[str, int]:
    """Return how much each gets of *room*: what it needs, else its part by weight.

    What somebody does not need, the others have.
    """
    found: dict[str, int] = {}
    left = dict(needs)
    while left:
        whole = sum(weights[name] for name in left)
        parts = {name: max(room, 0) * weights[name] // whole for name in left}
        content = [name for name in left if left[name] <= parts[name]]
        if not content:
            return {**found, **parts}
        for name in content:
            found[name] = left.pop(name)
            room -= found[name]
    return found


def fitted(shown: Callable[[int], str], most: int, room: int) -> str:
    """Return ``shown(n)`` for the greatest *n* up to *most* whose text has room; else nothing.

    What is not all of it says so, and so may be longer than all; else, more is longer.
    """
    if tokens(whole := shown(most)) <= room:
        return whole
    low, high = 0, most - 1
    while low < high:
        middle = (low + high + 1) // 2
        if tokens(shown(middle)) <= room:
            low = middle
        else:
            high = middle - 1
    text = shown(low)
    return text if tokens(text) <= room else ""
