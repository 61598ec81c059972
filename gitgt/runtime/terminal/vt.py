"""What a terminal shows: a small one of our own, for programs that draw on a pseudo terminal.

It knows what agents' programs use - moves of the cursor, erasing, scrolling, the other screen,
titles - and lets everything else pass without a trace. No bytes are too spoilt for it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

from gitgt.values import dataclass

_TOKEN: Final = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<mark>[<-?]?)(?P<numbers>[0-9:;]*)[ -/]*(?P<csi>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[ -/]*(?P<escape>[0-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
    r"|(?P<broken>\x1b[\x00-\x1f\x7f-\x9f]?)",
)
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[<-?]?[0-9:;]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?)?\Z")
_LONGEST_SEQUENCE: Final = 4096
_TAB: Final = 8


@dataclass(frozen=True, slots=True)
class View:
    """What a terminal shows now. ``bracketed``: its program wants pastes between marks."""

    title: str = ""
    lines: tuple[str, ...] = ()
    bracketed: bool = False

    @property
    def text(self) -> str:
        """Its lines as one text, without the empty ones at the end."""
        return "\n".join(self.lines).rstrip()


class Terminal:
    """A screen of *rows* lines of *columns* characters."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows = rows
        self.columns = columns
        self.title = ""
        self.bracketed = False
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._waiting = ""
        self._grid = self._blank()
        self._other: list[list[str]] | None = None
        self._row = self._column = 0
        self._saved = (0, 0)
        self._top, self._bottom = 0, rows - 1
        self._replies: list[str] = []

    @property
    def view(self) -> View:
        """What is shown."""
        lines = tuple("".join(line).rstrip() for line in self._grid)
        return View(self.title, lines, self.bracketed)

    def feed(self, content: bytes) -> bytes:
        """Take in what a program prints, and return what it is answered to its questions."""
        text = self._waiting + self._decode(content)
        cut = _UNFINISHED.search(text)
        end = cut.start() if cut and len(text) - cut.start() < _LONGEST_SEQUENCE else len(text)
        self._waiting = text[end:]
        for found in _TOKEN.finditer(text[:end]):
            self._take(found)
        replies, self._replies = "".join(self._replies), []
        return replies.encode()

    def resize(self, rows: int, columns: int) -> None:
        """Be of another size; what still fits stays."""
        kept = self._grid[-rows:] if self._row >= rows else self._grid[:rows]
        self._row = min(self._row, rows - 1)
        self._column = min(self._column, columns - 1)
        self.rows, self.columns = rows, columns
        blank = self._blank()
        for number, line in enumerate(kept):
            blank[number] = (line + blank[number])[:columns]
        self._grid, self._other = blank, None
        self._top, self._bottom = 0, rows - 1

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]

    def _take(self, found: re.Match[str]) -> None:
        if found["text"]:
            for letter in found["text"]:
                self._put(letter)
        elif found["csi"]:
            self._sequence(found["mark"], found["csi"], _numbers(found["numbers"]))
        elif found["osc"]:
            kind, _, text = found["osc"].partition(";")
            if kind in ("0", "2"):
                self.title = text
        elif found["escape"]:
            self._escape(found["escape"])
        elif found["control"]:
            self._control(found["control"])

    def _put(self, letter: str) -> None:
        wide = unicodedata.east_asian_width(letter) in "WF"
        if unicodedata.combining(letter):
            return
        if self._column + 1 + wide > self.columns:
            self._column = 0
            self._down()
        line = self._grid[self._row]
        line[self._column] = letter
        if wide and self._column + 1 < self.columns:
            line[self._column + 1] = ""
        self._column += 1 + wide

    def _control(self, letter: str) -> None:
        match letter:
            case "\r":
                self._column = 0
            case "\n" | "\v" | "\f" | "\x84":
                self._down()
            case "\b":
                self._column = max(0, self._column - 1)
            case "\t":
                self._column = min(self.columns - 1, (self._column // _TAB + 1) * _TAB)
            case _:
                pass

    def _escape(self, letter: str) -> None:
        match letter:
            case "7":
                self._saved = (self._row, self._column)
            case "8":
                self._row, self._column = self._saved
            case "D":
                self._down()
            case "E":
                self._column = 0
                self._down()
            case "M":
                self._up()
            case "c":
                self._grid = self._blank()
                self._row = self._column = 0
                self._top, self._bottom = 0, self.rows - 1
            case _:
                pass

    def _sequence(self, mark: str, letter: str, numbers: list[int]) -> None:
        first = numbers[0] if numbers else 0
        if mark == "?":
            self._mode(letter, numbers)
        elif mark:
            return
        elif letter in "ABCDEFGHdf`ae":
            self._move(letter, numbers)
        elif letter in "JKXP@LMST":
            self._change(letter, first)
        elif letter in "rsu":
            self._remember(letter, numbers)
        elif letter in "nc":
            self._reply(letter, first)

    def _move(self, letter: str, numbers: list[int]) -> None:
        first = max(1, numbers[0] if numbers else 1)
        second = max(1, numbers[1] if len(numbers) > 1 else 1)
        row, column = self._row, self._column
        moved = {
            "A": (row - first, column),
            "B": (row + first, column),
            "e": (row + first, column),
            "C": (row, column + first),
            "a": (row, column + first),
            "D": (row, column - first),
            "E": (row + first, 0),
            "F": (row - first, 0),
            "G": (row, first - 1),
            "`": (row, first - 1),
            "d": (first - 1, column),
            "H": (first - 1, second - 1),
            "f": (first - 1, second - 1),
        }
        row, column = moved[letter]
        self._row = min(max(0, row), self.rows - 1)
        self._column = min(max(0, column), self.columns - 1)

    def _change(self, letter: str, number: int) -> None:
        count = max(1, number)
        column = min(self._column, self.columns - 1)
        line = self._grid[self._row]
        match letter:
            case "J":
                self._erase_below_or_above(number)
            case "K":
                self._erase_in_line(number)
            case "X":
                end = min(column + count, self.columns)
                line[column:end] = [" "] * (end - column)
            case "P":
                self._grid[self._row] = self._fit(line[:column] + line[column + count :])
            case "@":
                self._grid[self._row] = self._fit(line[:column] + [" "] * count + line[column:])
            case "L" | "M":
                self._shift(self._row, count if letter == "L" else -count)
            case _:
                self._shift(self._top, count if letter == "T" else -count)

    def _fit(self, line: list[str]) -> list[str]:
        return (line + [" "] * self.columns)[: self.columns]

    def _erase_in_line(self, number: int) -> None:
        line, column = self._grid[self._row], min(self._column, self.columns - 1)
        begin = column if number == 0 else 0
        end = column + 1 if number == 1 else self.columns
        line[begin:end] = [" "] * (end - begin)

    def _erase_below_or_above(self, number: int) -> None:
        blank = self._blank()
        if number in (0, 1):
            self._erase_in_line(number)
        if number == 0:
            self._grid[self._row + 1 :] = blank[self._row + 1 :]
        elif number == 1:
            self._grid[: self._row] = blank[: self._row]
        else:
            self._grid = blank

    def _shift(self, top: int, by: int) -> None:
        """Move the lines from *top* to the region's end down, or up if *by* is negative."""
        if not self._top <= top <= self._bottom:
            return
        size = self._bottom - top + 1
        by = max(-size, min(size, by))
        region = self._grid[top : self._bottom + 1]
        blank = self._blank()[: abs(by)]
        moved = blank + region[: size - by] if by > 0 else region[-by:] + blank
        self._grid[top : self._bottom + 1] = moved

    def _down(self) -> None:
        if self._row == self._bottom:
            self._shift(self._top, -1)
        else:
            self._row = min(self._row + 1, self.rows - 1)

    def _up(self) -> None:
        if self._row == self._top:
            self._shift(self._top, 1)
        else:
            self._row = max(0, self._row - 1)

    def _remember(self, letter: str, numbers: list[int]) -> None:
        if letter == "s":
            self._saved = (self._row, self._column)
        elif letter == "u":
            self._row, self._column = self._saved
        else:
            top = (numbers[0] if numbers else 0) or 1
            bottom = (numbers[1] if len(numbers) > 1 else 0) or self.rows
            if top < bottom <= self.rows:
                self._top, self._bottom = top - 1, bottom - 1
                self._row = self._column = 0

    def _mode(self, letter: str, numbers: list[int]) -> None:
        for number in numbers:
            if number == 2004:
                self.bracketed = letter == "h"
            elif number in (47, 1047, 1049):
                self._switch(other=letter == "h")

    def _switch(self, *, other: bool) -> None:
        """Draw on the other screen, or again on the one that was there before."""
        if other and self._other is None:
            self._other, self._grid = self._grid, self._blank()
            self._saved = (self._row, self._column)
        elif not other and self._other is not None:
            self._grid, self._other = self._other, None
            self._row, self._column = self._saved

    def _reply(self, letter: str, number: int) -> None:
        """Answer what some programs wait for before they begin."""
        if letter == "c":
            self._replies.append("\x1b[?1;2c")
        elif number == 5:
            self._replies.append("\x1b[0n")
        elif number == 6:
            self._replies.append(f"\x1b[{self._row + 1};{self._column + 1}R")


def _numbers(text: str) -> list[int]:
    """Return the numbers of a sequence; one that is absurdly long is a small one."""
    return [int(each[:5] or 0) for each in text.replace(":", ";").split(";")] if text else []
