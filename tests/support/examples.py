"""Types what the documents show, as their readers would, and compares the answers.

A block that begins with `` ```console `` is a transcript: lines with ``$ `` are typed (``> ``
goes on with the one before), the others are the answer, errors among it. A page is one sitting
in a new home, which answers call ``~``. In an answer ``...`` stands for anything on its line,
and alone on a line for any lines; times and durations stand for others. An id or a commit that
is shown first stands for the one that really came, from then on, also where it is typed.

A page that says ``<!-- needs PROGRAM -->`` is for who has that program.

After ``console retry`` one command is typed until it gives the answer, for somebody else is at
work. A transcript in an HTML comment, ``<!-- console``, is typed too, and only not shown.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(
    r"^(?:```|<!-- )console(?P<retry> retry)?\n(?P<text>.*?)^(?:```|-->)$",
    re.MULTILINE | re.DOTALL,
)
_TOKEN: Final = re.compile(
    r"""(?P<lines>(?m:^\.\.\.\n))
      | (?P<anything>\.\.\.)
      | (?P<bead>\b(?P<prefix>[a-z][a-z0-9]{1,3}(?:-[a-z]{2})?-)[a-z0-9]{5}\b
          (?P<child>(?:\.(?!yaml\b|json\b)[a-z0-9]{4}\b)*))
      | (?P<hash>\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}\b)
      | (?P<shard>\bitems/./.(?=/))
      | (?P<stamp>\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)
      | (?P<time>\b\d\d:\d\d(?::\d\dZ?)?\b)
      | (?P<date>\b\d{4}-\d\d-\d\d\b)
      | (?P<span>\b\d+(?:\.\d+)?(?=\ (?:s|ms|seconds?|minutes?)\b))""",
    re.VERBOSE,
)
_LOOSE: Final = {
    "lines": r"(?:.*\n)*?",
    "anything": r".*",
    "shard": r"items/./.",
    "stamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "time": r"\d\d:\d\d(?::\d\dZ?)?",
    "date": r"\d{4}-\d\d-\d\d",
    "span": r"\d+(?:\.\d+)?",
}
# So that the exit code of the command before is there, and the folder for the one after.
_TYPE: Final = '(exit "$1"); eval "$2"; code=$?; pwd >"$3"; exit $code'
_COMPLAINT: Final = re.compile("^(?:gt|error|fatal): ", re.MULTILINE)
# Where the document of an id lies follows from it.
_SHARD: Final = re.compile(r"items/./.(/[a-z][a-z0-9-]*-)(\w)(\w)")
_PATIENCE: Final = 90.0
_LOOK_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Example:
    """What is typed, and what the document says comes of it."""

    command: str
    answer: str
    retry: bool = False


def needs(page: str) -> list[str]:
    """Return the programs without which the transcripts of a page cannot be typed."""
    return re.findall(r"^<!-- needs (\S+) -->$", page, flags=re.MULTILINE)


def examples(page: str) -> Iterator[Example]:
    """Yield what the transcripts of a page type, in order."""
    for block in _BLOCK.finditer(page):
        for each in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            command, _, answer = each.partition("\n")
            while answer.startswith(("> ", ">\n")):
                line, _, answer = answer[1:].partition("\n")
                command += f"\n{line.removeprefix(' ')}"
            yield Example(command, answer, bool(block["retry"]))


@dataclass
class Sitting:
    """Somebody who reads a page in *home* and types what it shows."""

    home: Path
    cwd: Path = field(init=False)
    code: int = 0
    real: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cwd = self.home

    def follow(self, example: Example) -> None:
        """Type one example.

        Raises:
            AssertionError: something else came than the document says.
        """
        until = time.monotonic() + (_PATIENCE if example.retry else 0.0)
        answer = self._typed(example.command)
        while (found := self._matched(example.answer, answer)) is None:
            if time.monotonic() > until:
                raise AssertionError(_told(example, answer))
            threading.Event().wait(_LOOK_EVERY)  # the cores are for who is waited for
            answer = self._typed(example.command)
        self.real |= found
        if self.code and not _COMPLAINT.search(example.answer):
            raise AssertionError(f"{_told(example, answer)}--- exit code {self.code}")

    def _typed(self, command: str) -> str:
        folder = self.home.parent / "cwd"
        done = subprocess.run(
            ["sh", "-c", _TYPE, "sh", str(self.code), self._with_real(command), str(folder)],
            cwd=self.cwd,
            env={**os.environ, "PWD": str(self.cwd)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_PATIENCE,
        )
        self.code, self.cwd = done.returncode, Path(folder.read_text().removesuffix("\n"))
        text = done.stdout.decode(errors="replace").replace(str(self.home), "~")
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())

    def _with_real(self, text: str) -> str:
        real = _TOKEN.sub(lambda token: self.real.get(token[0], token[0]), text)
        return _SHARD.sub(r"items/\2/\3\1\2\3", real)

    def _matched(self, shown: str, answer: str) -> dict[str, str] | None:
        """Return what stands for what, if *answer* is the one that is *shown*."""
        names: dict[str, str] = {}
        pattern, end = "", 0
        for token in _TOKEN.finditer(shown):
            pattern += re.escape(shown[end : token.start()]) + self._pattern(token, names)
            end = token.end()
        match = re.fullmatch(pattern + re.escape(shown[end:]), answer)
        return None if match is None else {word: match[name] for word, name in names.items()}

    def _pattern(self, token: re.Match[str], names: dict[str, str]) -> str:
        """Return what matches the real thing that *token* stands for; note it if it is new."""
        word = token[0]
        if token.lastgroup in _LOOSE:
            return _LOOSE[token.lastgroup]
        if word in self.real:
            return re.escape(self.real[word])
        if word in names:
            return f"(?P={names[word]})"
        names[word] = f"n{len(names)}"
        return f"(?P<{names[word]}>{_unknown(token)})"


def _unknown(token: re.Match[str]) -> str:
    """Return what matches any id or commit of the same form as *token*."""
    if token["bead"]:
        return f"{re.escape(token['prefix'])}[a-z0-9]{{5}}" + token["child"].count(".") * (
            r"\.[a-z0-9]{4}"
        )
    return f"[0-9a-f]{{{len(token[0])}}}"


def _told(example: Example, answer: str) -> str:
    return f"$ {example.command}\n--- should answer\n{example.answer}--- answered\n{answer}"
