"""What was said in a session, turn by turn, whichever program held it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from gitgt.values import dataclass

USER: Final = "user"
ASSISTANT: Final = "assistant"
TOOL: Final = "tool"
_ROLES: Final = (USER, ASSISTANT, TOOL)
_LONGEST: Final = 20_000  # characters of one turn
# Of what is too long the beginning says what was asked, and the end how it came out.
_HEAD_SHARE: Final = 0.2
_WORD: Final = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that was said: by somebody, to a *tool*, or by it."""

    role: str
    text: str
    tool: str = ""
    at: str = ""


def emit(turns: Iterable[Turn]) -> str:
    """Return turns as lines of JSON."""
    rows = ({key: each for key, each in asdict(turn).items() if each} for turn in turns)
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def parse(text: str) -> list[Turn]:
    """Read what ``emit`` wrote; a line that nobody can read says nothing."""
    return [turn for line in text.split("\n") if (turn := _parsed(line)) is not None]


def _parsed(line: str) -> Turn | None:
    try:
        found: Any = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        return None
    told = {key: each for key, each in found.items() if key in ("role", "text", "tool", "at")}
    return Turn(**{"text": "", **told}) if told.get("role") in _ROLES else None


def capped(turns: Sequence[Turn], most: int) -> list[Turn]:
    """Return turns of together at most *most* characters; the middle is left out first."""
    cut = [_shortened(each) for each in turns]
    if sum(len(each.text) for each in cut) <= most:
        return cut
    head = _within(cut, int(most * _HEAD_SHARE))
    tail = _within(cut[::-1], most - int(most * _HEAD_SHARE))[::-1]
    left_out = len(cut) - len(head) - len(tail)
    return [*head, Turn(role=TOOL, text=f"[... {left_out} turns left out ...]"), *tail]


def _shortened(turn: Turn) -> Turn:
    more = len(turn.text) - _LONGEST
    if more <= 0:
        return turn
    return replace(turn, text=f"{turn.text[:_LONGEST]}\n[... {more} characters left out ...]")


def _within(turns: Iterable[Turn], most: int) -> list[Turn]:
    kept: list[Turn] = []
    for each in turns:
        most -= len(each.text)
        if most < 0:
            break
        kept.append(each)
    return kept


def rendered(turns: Iterable[Turn]) -> str:
    """Return turns for people to read."""
    return "\n\n".join(_shown(each) for each in turns)


def _shown(turn: Turn) -> str:
    when = f"{turn.at[11:16]} " if len(turn.at) > 16 else ""
    who = f"{turn.role}: {turn.tool}" if turn.tool else turn.role
    return f"[{when}{who}]\n{turn.text.rstrip()}"


def passages(turns: Sequence[Turn], question: str, *, most: int = 3) -> list[Turn]:
    """Return the turns that say most of what *question* is about, in their order.

    No model reads them: words are counted, and rare ones count more. Without any of them, it
    is the last thing that the agent said.
    """
    asked = set(_words(question))
    said = [set(_words(each.text)) for each in turns]
    rare = {word: 1 / (1 + sum(word in each for each in said)) for word in asked}
    scores = [sum(rare[word] for word in asked & each) for each in said]
    best = sorted(range(len(turns)), key=lambda at: (-scores[at], -at))[:most]
    chosen = sorted(at for at in best if scores[at] > 0)
    if not chosen:
        chosen = [at for at, each in enumerate(turns) if each.role == ASSISTANT][-1:]
    return [turns[at] for at in chosen]


def _words(text: str) -> Iterator[str]:
    return (found[0].casefold() for found in _WORD.finditer(text))
