"""Issues at GitHub, and at Gitea and Forgejo, which answer almost alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol
from urllib.parse import quote

from gitgt.model.issues.issue import Issue, Said
from gitgt.services.exchange import forges
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import Answer
from gitgt.services.forge.issues.base import (
    LONGEST_REMARK,
    MOST_REMARKS,
    Changed,
    cut_record,
    found_or_none,
    instant,
    ours,
)

# What a bead is made of; the rest changes from look to look.
_KEPT: Final = (
    "number", "html_url", "title", "body", "state", "state_reason", "milestone", "assignees",
    "created_at", "closed_at", "user", "labels",
)  # fmt: skip
_SLIM: Final = {"user": ("login",), "milestone": ("title", "due_on"), "labels": ("name",),
                "assignees": ("login",)}  # fmt: skip


class Dialect(Protocol):
    """Where the two differ."""

    source: str
    size: int
    word: str  # for the size of a page
    only: str  # what leaves out pull requests
    newest: str  # the latest change first


class _GitHub:
    source = forges.GITHUB
    size = 100
    word = "per_page"
    only = ""
    newest = "&sort=updated&direction=desc"


class _Gitea:
    source = forges.GITEA
    size = 50
    word = "limit"
    only = "&type=issues"
    newest = ""


GITHUB: Final[Dialect] = _GitHub()
GITEA: Final[Dialect] = _Gitea()


class HubIssues:
    """The issues of one project."""

    def __init__(self, api: Api, project: str, dialect: Dialect) -> None:
        self._api = api
        self._base = f"repos/{project}/issues"
        self._dialect = dialect
        self.source = dialect.source

    def labelled(self, label: str) -> Iterator[Issue]:
        """Yield the open issues with *label*; see ``Issues``."""
        query = f"state=open&labels={quote(label, safe='')}{self._dialect.only}"
        order = "&sort=created&direction=asc" if self._dialect.newest else ""
        for page in self._pages(f"{self._base}?{query}{order}"):
            yield from self._issues(page)

    def since(self, when: str, etag: str) -> Changed | None:
        """Return what changed; see ``Issues``."""
        only, newest, word = self._dialect.only, self._dialect.newest, self._dialect.word
        path = f"{self._base}?state=all&since={quote(when)}{only}{newest}"
        size = self._dialect.size
        first = self._api.changed(f"{path}&{word}={size}&page=1", etag)
        if first is None:
            return None
        found = [*self._issues(first.body)]
        if isinstance(first.body, list) and len(first.body) == size:
            found = [each for page in self._pages(path) for each in self._issues(page)]
        return Changed(tuple(found), first.head.get("etag", ""))

    def one(self, number: int) -> Issue | None:
        """Return an issue; see ``Issues``."""
        found = found_or_none(self._api.get, f"{self._base}/{number}")
        return None if found is None else self._issue(found)

    def remarks(self, number: int) -> list[Mapping[str, Any]]:
        """Return the comments below an issue; see ``Issues``."""
        found = [each for each in self._comments(number) if not ours(each.text("body"))]
        return [
            {
                "id": each.number("id"), "node_id": each.text("node_id"),
                "user": {"login": each.who("user", "login")},
                "created_at": each.text("created_at"),
                "body": each.text("body")[:LONGEST_REMARK],
            }
            for each in found[-MOST_REMARKS:]
        ]  # fmt: skip

    def said(self, number: int) -> tuple[Said, ...]:
        """Return who said what; see ``Issues``."""
        return tuple(
            Said(str(each.number("id")), each.who("user", "login"), each.text("body"))
            for each in self._comments(number)
        )

    def comment(self, number: int, text: str) -> None:
        """Write a comment; see ``Issues``."""
        self._api.call("POST", f"{self._base}/{number}/comments", {"body": text})

    def unsay(self, number: int, name: str) -> None:  # noqa: ARG002 - others want it
        """Take a comment away; see ``Issues``."""
        self._api.call("DELETE", f"{self._base}/comments/{name}")

    def close(self, number: int) -> str:
        """Close an issue; see ``Issues``."""
        found = self._api.call("PATCH", f"{self._base}/{number}", {"state": "closed"})
        return instant(Answer(found.body, "issue").text("updated_at"))

    def _comments(self, number: int) -> list[Answer]:
        found = self._pages(f"{self._base}/{number}/comments")
        return [each for page in found for each in Answer(page, "comments").each()]

    def _pages(self, path: str) -> Iterator[Any]:
        return self._api.pages(path, size=self._dialect.size, word=self._dialect.word)

    def _issues(self, page: Any) -> Iterator[Issue]:  # noqa: ANN401 - what the forge says
        for each in Answer(page, "issues").each():
            if each.maybe("pull_request") is None:
                yield self._issue(each)

    def _issue(self, found: Answer) -> Issue:
        url = found.text("html_url")
        kept = {name: _slim(name, found.value.get(name)) for name in _KEPT}
        return Issue(
            number=found.number("number"),
            url=url,
            key=found.text("node_id") or str(found.number("id")),
            is_open=found.text("state") == "open",
            completed=found.text("state_reason") in ("", "completed"),
            labels=tuple(each.text("name") for each in found.each("labels")),
            updated=instant(found.text("updated_at")),
            remarks=found.number("comments"),
            record=cut_record(kept, "body", url),
        )


def _slim(name: str, value: Any) -> Any:  # noqa: ANN401
    """Return what is kept of a part: people's pictures and a label's color are no news."""
    if name not in _SLIM:
        return value
    if isinstance(value, list):
        return [_slim(name, each) for each in value]
    return {key: value.get(key) for key in _SLIM[name]} if isinstance(value, Mapping) else value
