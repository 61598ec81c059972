"""What somebody might write to be obeyed, and what must hold of every text that shows it."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from tests.support.world import ROOT

_FOLDER: Final = ROOT / "fixtures" / "hostile"
_BY: Final = re.compile(r'(?:, by (?:"[^"\n]*"|[A-Za-z0-9_.@+/-]+))? \(information')
_MARK: Final = re.compile(r"^--- [0-9a-f]{8,}", re.MULTILINE)
_CUT: Final = re.compile(r"^(--- MARK ends); \d+ more characters.*$", re.MULTILINE)
_COUNT: Final = re.compile(r"^\(\d+ more of \d+: [a-z ]+\)$", re.MULTILINE)


def texts(kind: str = "*") -> Iterator[tuple[str, str]]:
    """Yield the hostile texts of a kind, or all, each with a name."""
    for path in sorted(_FOLDER.glob(f"{kind}.json")):
        for number, each in enumerate(json.loads(path.read_text())):
            yield f"{path.stem}-{number}", _whole(each)


def _whole(each: str | dict[str, Any]) -> str:
    if isinstance(each, str):
        return each
    return str(each["repeat"]) * int(each["times"]) + str(each.get("then", ""))


def outside(text: str) -> list[str]:
    """Return the lines that are not behind a fence, without what may differ in them.

    That is: the mark, who wrote what is behind it, and how much of it was cut.
    """
    text = _COUNT.sub("", _BY.sub(" (information", _MARK.sub("--- MARK", text)))
    return [each for each in _CUT.sub(r"\1", text).split("\n") if each and each[0] != "|"]


def unseen(text: str) -> set[str]:
    """Return the characters of *text* that no reader would see, or a terminal would obey."""
    return {
        each
        for each in text
        if each not in "\n\t" and unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }


def leaks(shown: str, usual: str) -> list[str]:
    """Return what of a hostile text in *shown* is to be seen beside what is *usual*."""
    wrong = [f"{ord(each):04x}" for each in sorted(unseen(shown))]
    lines = difflib.unified_diff(outside(usual), outside(shown), n=0, lineterm="")
    return [*wrong, *[each for each in lines if each[:3] not in ("---", "+++")]]
