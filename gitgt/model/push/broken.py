"""One rule that a push breaks: where, and what to do about it."""

from __future__ import annotations

import re
from typing import Any, Final

from gitgt.model.event import one_line
from gitgt.values import dataclass

# GitHub's and Azure's runners look for these in whatever a job prints.
_AT_THE_START: Final = re.compile(r"(?<=^)(?=\s*::)")
_IN_A_LINE: Final = re.compile(r"##(\w*)\[")
# What each rule is called, and what it asks for.
RULES: Final[dict[str, str]] = {
    "schema": "A document keeps its schema, and lies where its id says.",
    "content": "A document says nothing that cannot be, and keeps what is fixed.",
    "transition": "A step is one that the lifecycle has.",
    "not-yours": "Whoever takes a step is one who may.",
    "circle": "Nothing waits for itself.",
    "file": "A ledger holds files, whose names can be read.",
    "missing": "What a file says is there to be read.",
    "size": "Nothing is larger than a server takes.",
    "commit": "A commit says who made it and when, as git writes it.",
    "signature": "Commits carry the signatures that a policy asks for.",
    "history": "A ledger is merged, never forced, and begins as every ledger does.",
    "foreign-ledger": "A ledger stays one project's.",
    "protected": "A protected branch is moved by those who may.",
}


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    """One thing that is wrong with a push.

    ``path`` is "" for what is no file's, ``line`` 0 for what is no line's; ``rule`` is a word
    of ``RULES``; ``commit`` is who did it, "" if no single one did.
    """

    path: str
    line: int
    rule: str
    said: str
    hint: str = ""
    commit: str = ""

    @property
    def where(self) -> str:
        """The place as people write it; "" if there is none."""
        path = shown(self.path)
        return f"{path}:{self.line}" if path and self.line else path

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, which any program can read."""
        return {
            "path": visible(self.path), "line": self.line, "rule": self.rule,
            "said": visible(self.said), "hint": visible(self.hint), "commit": self.commit,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """All of it, as lines that neither a terminal nor a pipeline's log would obey."""
        by = f" (in {self.commit[:12]})" if self.commit else ""
        head = f"{self.where}: " if self.where else ""
        rows = [f"{head}{one_line(self.said)} [{self.rule}]{by}"]
        rows += (f"  hint: {one_line(row)}" for row in self.hint.splitlines())
        return harmless("\n".join(rows))


def visible(text: str) -> str:
    """Return *text* with what is no character, such as a byte of a name, made visible."""
    return text.encode(errors="backslashreplace").decode()


def shown(path: str) -> str:
    """Return a path that others chose as it may be shown: on one line, with all visible."""
    if path.isprintable():
        return path
    return path.encode("unicode_escape", errors="backslashreplace").decode()


def harmless(text: str) -> str:
    """Return *text* without what runners of pipelines take for commands to them."""
    rows = (_IN_A_LINE.sub(r"##\1\\[", row) for row in text.split("\n"))
    return "\n".join(_AT_THE_START.sub(r"\\\g<0>", row) for row in rows)
