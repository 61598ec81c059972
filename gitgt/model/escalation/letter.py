"""What is told of an escalation, fit for where it is told.

Whoever called may be anybody, and what they wrote is shown, never obeyed: lines become one
where a header or a short message stands, and what a chat takes for markup is spelled out.
"""

from __future__ import annotations

from typing import Any, Final

from gitgt.model.documents import Escalation
from gitgt.model.wording import fit_line, fit_text
from gitgt.values import dataclass

_SHORT: Final = 300  # of a text message
_LONG: Final = 8000


@dataclass(frozen=True, slots=True)
class Letter:
    """One escalation on one of its ways. *id* is the same for every try of it."""

    id: str
    escalation: Escalation
    town: str

    @property
    def subject(self) -> str:
        """What stands above it, on one line."""
        loud = self.escalation.severity.upper()
        return fit_line(f"[{loud}] {self.escalation.title}", longest=200)

    @property
    def body(self) -> str:
        """All of it, for a person."""
        found = self.escalation
        said = fit_text(found.description).strip()[:_LONG]
        rows = [
            fit_line(found.title),
            "",
            *([said, ""] if said else []),
            f"Called by {fit_line(found.created_by)} at {found.created_at}"
            + (f", and {found.repeats} more times" if found.repeats else ""),
            *([f"About {fit_line(found.about)}"] if found.about else []),
            *([f"Related to {found.related}"] if found.related else []),
            f"Town {fit_line(self.town)}",
            "",
            f"Take it:  git gt escalate ack {found.id}",
            f"Close it: git gt escalate close {found.id} --reason '...'",
            f"See it:   git gt escalate show {found.id}",
        ]
        return "\n".join(rows) + "\n"

    @property
    def short(self) -> str:
        """It in few words, on one line, with what takes it."""
        end = f" - git gt escalate ack {self.escalation.id}"
        return fit_line(self.subject, longest=_SHORT - len(end)) + end

    def fields(self) -> dict[str, Any]:
        """Return it as plain values, for a program."""
        found = self.escalation
        said = {
            "id": self.id,
            "escalation": str(found.id),
            "severity": str(found.severity),
            "title": fit_line(found.title),
            "description": fit_text(found.description)[:_LONG],
            "about": found.about,
            "related": found.related,
            "source": found.source,
            "created_by": found.created_by,
            "created_at": found.created_at,
            "town": self.town,
            "text": self.short,
            "ack": f"git gt escalate ack {found.id}",
        }
        return {name: each for name, each in said.items() if each}

    def slack(self) -> dict[str, Any]:
        """Return it as Slack, and who speaks as it does, wants it: nothing in it is markup."""
        return {"text": chat(f"{self.subject}\n{self.body}"), "mrkdwn": False}


def chat(text: str) -> str:
    """Return *text* with what a chat takes for a mention or a link spelled out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
