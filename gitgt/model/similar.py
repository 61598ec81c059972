"""Which texts may say the same: by the words of their titles, then by those of their bodies."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"\w+")
# Words in more texts than this tell nothing, and would make every pair a candidate.
_COMMON: Final = 40
_OF_THE_TITLE: Final = 0.7


class Text(NamedTuple):
    """A title and a body, under a name."""

    name: str
    title: str
    body: str


class Pair(NamedTuple):
    """Two texts and how like each other they are: 1 is the same."""

    one: str
    other: str
    score: float


def pairs(texts: Sequence[Text], *, least: float) -> list[Pair]:
    """Return the pairs that are at least so much alike, the most alike first."""
    words = [(_words(each.title), _words(each.body)) for each in texts]
    found = [
        Pair(texts[a].name, texts[b].name, round(_likeness(words[a], words[b]), 2))
        for a, b in sorted(_candidates([title for title, _ in words]))
    ]
    kept = [each for each in found if each.score >= least]
    return sorted(kept, key=lambda pair: -pair.score)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _candidates(titles: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs whose titles are the same, or share a word that is not common."""
    known = Counter(word for title in titles for word in title)
    holding: dict[object, list[int]] = defaultdict(list)
    for number, title in enumerate(titles):
        holding[title].append(number)
        for word in title:
            if known[word] <= _COMMON:
                holding[word].append(number)
    seen: set[tuple[int, int]] = set()
    for numbers in holding.values():
        for pair in combinations(numbers[: _COMMON * 5], 2):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _likeness(
    one: tuple[frozenset[str], frozenset[str]], other: tuple[frozenset[str], frozenset[str]]
) -> float:
    title, body = _jaccard(one[0], other[0]), _jaccard(one[1], other[1])
    if not one[1] and not other[1]:
        return title
    return _OF_THE_TITLE * title + (1 - _OF_THE_TITLE) * body


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    both = one | other
    return len(one & other) / len(both) if both else 1.0
