"""One rule that a push breaks: where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
        return f"{self.path}:{self.line}" if self.path and self.line else self.path

    @property
    def text(self) -> str:
        """All of it, over several lines if need be."""
        by = f" (in {self.commit[:12]})" if self.commit else ""
        head = f"{self.where}: " if self.where else ""
        rows = [f"{head}{self.said} [{self.rule}]{by}"]
        return "\n".join((*rows, *(f"  hint: {row}" for row in self.hint.splitlines())))
