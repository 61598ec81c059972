"""What a memory is called, for whom it is, and how it is told in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gitgt.model.documents import Memory, Topic
from gitgt.model.fence import line

LONGEST: Final = 2000  # characters of one memory; its schema says so, too
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}", re.ASCII)
_LONGEST_KEY: Final = 40
_WORDS: Final = 6
_TOLD: Final = 300  # characters of one that an agent is told
_ORDER: Final = tuple(Topic)


def is_key(text: str) -> bool:
    """Tell whether a memory may be called so."""
    return _KEY.fullmatch(text) is not None


def key_from(text: str, taken: Iterable[str] = ()) -> str:
    """Return a name for a memory: the first words of its *text*, and none that is *taken*."""
    words = re.findall(r"[a-z0-9]+", text.lower(), re.ASCII)[:_WORDS]
    key = "-".join(words)[:_LONGEST_KEY].strip("-") or "memory"
    known, number, made = {*taken}, 1, key
    while made in known:
        number += 1
        made = f"{key}-{number}"
    return made


def concerns(memory: Memory, role: str) -> bool:
    """Tell whether *memory* is for whoever has that role."""
    return memory.role in ("", role)


def says(memory: Memory, query: str) -> bool:
    """Tell whether *query* is in what a memory is called or says."""
    return query.casefold() in f"{memory.title}\n{memory.description}".casefold()


def in_order(memories: Iterable[Memory]) -> list[Memory]:
    """Return memories as they are told: by topic, and the newest first."""
    newest = sorted(memories, key=lambda each: (each.created_at, each.id), reverse=True)
    return sorted(newest, key=lambda each: _ORDER.index(Topic(each.topic)))


def told(memory: Memory) -> str:
    """Return a memory as one line, whatever it says: what it is called, whose it is, what."""
    return f"{memory.title} ({memory.topic}, {line(memory.created_by)}): " + line(
        memory.description or memory.title, _TOLD
    )
