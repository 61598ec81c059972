"""The wire formats by the paths that they are asked on, and what CLIs ask for besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from gitgt.runtime.fakemodel import anthropic, chat, gemini, responses
from gitgt.runtime.fakemodel.script import FRESH, Asked, Reply


class Format(NamedTuple):
    """One way in which models are asked."""

    name: str
    path: re.Pattern[str]
    read: Callable[[Mapping[str, Any], str], Asked]
    whole: Callable[[Asked, Reply, int], dict[str, Any]]
    stream: Callable[[Asked, Reply, int], Iterator[bytes]]


# fmt: off
FORMATS: Final = (
    Format("anthropic", re.compile(r"/messages$"),
           anthropic.read, anthropic.whole, anthropic.stream),
    Format("responses", re.compile(r"/responses$"),
           responses.read, responses.whole, responses.stream),
    Format("chat", re.compile(r"/chat/completions$"),
           chat.read, chat.whole, chat.stream),
    Format("gemini", re.compile(r":(generateContent|streamGenerateContent)$"),
           gemini.read, gemini.whole, gemini.stream),
)
# fmt: on
_ASIDE: Final[tuple[tuple[re.Pattern[str], dict[str, Any]], ...]] = (
    (re.compile(r"/messages/count_tokens$"), {"input_tokens": FRESH}),
    (re.compile(r":countTokens$"), {"totalTokens": FRESH}),
    (re.compile(r"/models$"), {"object": "list", "data": [{"id": "fake", "object": "model"}]}),
)


def for_path(path: str) -> Format | None:
    """Return the format that is asked on *path*, None if no model is."""
    bare = path.partition("?")[0]
    return next((each for each in FORMATS if each.path.search(bare)), None)


def aside(path: str) -> dict[str, Any] | None:
    """Return what is answered on *path*, which is no question to the model itself."""
    bare = path.partition("?")[0]
    return next((answer for sign, answer in _ASIDE if sign.search(bare)), None)
