"""The issues of the forge for tests, as GitHub, GitLab and Gitea tell them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

_PREFIXES = {"/api/v4": "gitlab", "/api/v1": "gitea"}


@dataclass
class Ticket:
    """One issue."""

    number: int
    title: str
    body: str
    author: str
    labels: list[str]
    created: str
    updated: str
    is_open: bool = True
    reason: str = ""
    closed: str = ""
    moved: str = ""
    confidential: bool = False
    locked: bool = False
    comments: list[dict[str, Any]] = field(default_factory=list)


class Tracker:
    """The issues of one project, and who may call it what."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.tickets: dict[int, Ticket] = {}
        self._stamp = 0
        self._said = 1000

    # --- what people do

    def open(self, title: str, body: str = "", *labels: str, author: str = "bob") -> Ticket:
        """Open an issue."""
        number, at = len(self.tickets) + 11, self._now()
        found = Ticket(number, title, body, author, list(labels), at, at)
        self.tickets[number] = found
        return found

    def edit(self, number: int, **fields: Any) -> None:
        """Let somebody change an issue."""
        ticket = self.tickets[number]
        for name, value in fields.items():
            setattr(ticket, name, value)
        if "is_open" in fields:
            ticket.closed = "" if ticket.is_open else self._now()
        ticket.updated = self._now()

    def say(self, number: int, who: str, text: str) -> dict[str, Any]:
        """Let somebody comment."""
        self._said += 1
        at = self._now()
        said = {"id": self._said, "body": text, "at": at, "by": who}
        self.tickets[number].comments.append(said)
        self.tickets[number].updated = at
        return said

    def said(self, number: int) -> list[str]:
        """Return what stands below an issue."""
        return [each["body"] for each in self.tickets[number].comments]

    def _now(self) -> str:
        self._stamp += 1
        minute, second = divmod(self._stamp, 60)
        return f"2026-11-22T1{minute // 60}:{minute % 60:02d}:{second:02d}Z"

    # --- answering

    def route(
        self, method: str, path: str, body: dict[str, Any], who: str
    ) -> tuple[int, Any] | None:  # fmt: skip
        """Answer what is about issues; None: it is about something else."""
        kind = _PREFIXES.get(path[:7], "github")
        where, _, query = path.removeprefix("/api/v4").removeprefix("/api/v1").partition("?")
        name = self.project.replace("/", "%2F") if kind == "gitlab" else self.project
        here = f"/projects/{name}/issues" if kind == "gitlab" else f"/repos/{name}/issues"
        said = "notes" if kind == "gitlab" else "comments"
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        if where == here and method == "GET":
            return self._list(kind, asked)
        if where == here and method == "POST":
            made = self.open(body["title"], body["body"], *body["labels"], author=who)
            return 201, self._told(kind, made)
        one = re.fullmatch(rf"{re.escape(here)}/(\d+)", where)
        if one and int(one[1]) in self.tickets:
            return self._one(kind, method, self.tickets[int(one[1])], body)
        below = re.fullmatch(rf"{re.escape(here)}/(\d+)/{said}", where)
        if below and int(below[1]) in self.tickets:
            return self._below(kind, method, int(below[1]), asked, body, who)
        gone = re.fullmatch(rf"{re.escape(here)}/(?:\d+/)?{said}/(\d+)", where)
        if gone and method == "DELETE":
            return self._unsay(int(gone[1]))
        return None

    def _list(self, kind: str, asked: dict[str, str]) -> tuple[int, Any]:
        size = int(asked.get("limit" if kind == "gitea" else "per_page", "30"))
        at = int(asked.get("page", "1")) - 1
        since = asked.get("since") or asked.get("updated_after") or ""
        found = [
            each
            for each in self.tickets.values()
            if not each.moved
            and each.updated >= since
            and (asked.get("state") == "all" or each.is_open)
            and (not asked.get("labels") or asked["labels"] in each.labels)
            and not (each.confidential and asked.get("confidential") == "false")
        ]
        if since:
            found.sort(key=lambda each: each.updated, reverse=True)
        told = [self._told(kind, each) for each in found[at * size : (at + 1) * size]]
        if kind == "github" and not at:  # among GitHub's issues are its pull requests
            pull = Ticket(1, "A pull request", "", "ada", [], "", "")
            told = [*told, {**self._told(kind, pull), "pull_request": {}}][:size]
        return 200, told

    def _one(
        self, kind: str, method: str, ticket: Ticket, body: dict[str, Any]
    ) -> tuple[int, Any]:  # fmt: skip
        if ticket.moved == "deleted":
            return 404, {"message": "Not Found"}
        if method in ("PATCH", "PUT"):
            assert body in ({"state": "closed"}, {"state_event": "close"})
            if ticket.is_open:
                self.edit(ticket.number, is_open=False, reason="completed")
        return 200, self._told(kind, ticket)

    def _below(
        self, kind: str, method: str, number: int, asked: dict[str, str], body: dict[str, Any],
        who: str,
    ) -> tuple[int, Any]:  # fmt: skip
        if method == "POST" and self.tickets[number].locked:
            return 403, {"message": "Unable to create comment because issue is locked."}
        if method == "POST":
            return 201, {"id": self.say(number, who, body["body"])["id"]}
        size = int(asked.get("limit" if kind == "gitea" else "per_page", "30"))
        at = int(asked.get("page", "1")) - 1
        found = self.tickets[number].comments[at * size : (at + 1) * size]
        return 200, [_comment(kind, each) for each in found]

    def _unsay(self, name: int) -> tuple[int, Any]:
        for ticket in self.tickets.values():
            ticket.comments = [each for each in ticket.comments if each["id"] != name]
        return 204, None

    def _told(self, kind: str, ticket: Ticket) -> dict[str, Any]:
        tell: dict[str, Callable[[Ticket, str], dict[str, Any]]] = {
            "github": _github, "gitlab": _gitlab, "gitea": _gitea,
        }  # fmt: skip
        found: dict[str, Any] = json.loads(json.dumps(tell[kind](ticket, self.project)))
        return found


def _github(ticket: Ticket, project: str) -> dict[str, Any]:
    return {
        "id": 5000 + ticket.number, "node_id": ticket.moved or f"I_{ticket.number}",
        "number": ticket.number, "title": ticket.title, "body": ticket.body or None,
        "html_url": f"https://github.com/{project}/issues/{ticket.number}",
        "url": f"https://api.github.com/repos/{project}/issues/{ticket.number}",
        "state": "open" if ticket.is_open else "closed",
        "state_reason": None if ticket.is_open else ticket.reason or "completed",
        "labels": [{"id": 1, "name": each, "color": "ededed"} for each in ticket.labels],
        "user": {"login": ticket.author, "avatar_url": "x"}, "assignees": [],
        "milestone": None, "comments": len(ticket.comments), "created_at": ticket.created,
        "updated_at": ticket.updated, "closed_at": ticket.closed or None,
    }  # fmt: skip


def _gitea(ticket: Ticket, project: str) -> dict[str, Any]:
    found = _github(ticket, project)
    del found["node_id"], found["state_reason"]
    url = f"https://gitea.com/{project}/issues/{ticket.number}"
    return {**found, "html_url": url, "pull_request": None, "original_author": ""}


def _gitlab(ticket: Ticket, project: str) -> dict[str, Any]:
    return {
        "id": 5000 + ticket.number, "iid": ticket.number, "title": ticket.title,
        "description": ticket.body or None,
        "web_url": f"https://gitlab.com/{project}/-/issues/{ticket.number}",
        "state": "opened" if ticket.is_open else "closed", "labels": ticket.labels,
        "author": {"id": 1, "username": ticket.author}, "assignees": [], "milestone": None,
        "user_notes_count": len(ticket.comments), "created_at": ticket.created,
        "updated_at": ticket.updated, "closed_at": ticket.closed or None, "due_date": None,
        "confidential": ticket.confidential, "issue_type": "issue",
        "moved_to_id": 77 if ticket.moved else None,
        "time_stats": {"time_estimate": 0, "total_time_spent": 0},
    }  # fmt: skip


def _comment(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    if kind == "gitlab":
        return {
            "id": said["id"], "body": said["body"], "system": False, "internal": False,
            "author": {"username": said["by"]}, "created_at": said["at"],
        }  # fmt: skip
    node = {"node_id": f"IC_{said['id']}"} if kind == "github" else {}
    return {
        "id": said["id"], "body": said["body"], "user": {"login": said["by"]},
        "created_at": said["at"], **node,
    }  # fmt: skip
