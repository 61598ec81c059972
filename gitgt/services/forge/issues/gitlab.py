"""Issues at GitLab. Confidential ones stay there: a ledger may be read by more people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
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

_SIZE: Final = 100
_KEPT: Final = (
    "iid", "web_url", "title", "description", "state", "labels", "created_at", "closed_at",
    "due_date", "weight", "issue_type",
)  # fmt: skip


class GitLabIssues:
    """The issues of one project."""

    source = forges.GITLAB

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"projects/{quote(project, safe='')}/issues"

    def labelled(self, label: str) -> Iterator[Issue]:
        """Yield the open issues with *label*; see ``Issues``."""
        query = f"state=opened&labels={quote(label, safe='')}&confidential=false"
        path = f"{self._base}?{query}&order_by=created_at&sort=asc"
        for page in self._api.pages(path, size=_SIZE):
            yield from _issues(page)

    def since(self, when: str, etag: str) -> Changed | None:
        """Return what changed; see ``Issues``."""
        query = f"state=all&updated_after={quote(when)}&order_by=updated_at&sort=desc"
        path = f"{self._base}?{query}"
        first = self._api.changed(f"{path}&per_page={_SIZE}&page=1", etag)
        if first is None:
            return None
        found = [*_issues(first.body)]
        if isinstance(first.body, list) and len(first.body) == _SIZE:
            pages = self._api.pages(path, size=_SIZE)
            found = [each for page in pages for each in _issues(page)]
        return Changed(tuple(found), first.head.get("etag", ""))

    def one(self, number: int) -> Issue | None:
        """Return an issue; see ``Issues``."""
        found = found_or_none(self._api.get, f"{self._base}/{number}")
        return None if found is None or found.flag("confidential") else _issue(found)

    def remarks(self, number: int) -> list[Mapping[str, Any]]:
        """Return the comments below an issue; see ``Issues``."""
        found = [each for each in self._notes(number) if not ours(each.text("body"))]
        return [
            {
                "id": each.number("id"), "created_at": each.text("created_at"),
                "author": {"username": each.who("author", "username")},
                "body": each.text("body")[:LONGEST_REMARK],
            }
            for each in found[-MOST_REMARKS:]
        ]  # fmt: skip

    def said(self, number: int) -> tuple[Said, ...]:
        """Return who said what; see ``Issues``."""
        return tuple(
            Said(str(each.number("id")), each.who("author", "username"), each.text("body"))
            for each in self._notes(number)
        )

    def comment(self, number: int, text: str) -> None:
        """Write a comment; see ``Issues``."""
        self._api.call("POST", f"{self._base}/{number}/notes", {"body": text})

    def unsay(self, number: int, name: str) -> None:
        """Take a comment away; see ``Issues``."""
        self._api.call("DELETE", f"{self._base}/{number}/notes/{name}")

    def close(self, number: int) -> str:
        """Close an issue; see ``Issues``."""
        found = self._api.call("PUT", f"{self._base}/{number}", {"state_event": "close"})
        return instant(Answer(found.body, "issue").text("updated_at"))

    def _notes(self, number: int) -> list[Answer]:
        """Return what people said; what GitLab itself notes there is no comment."""
        path = f"{self._base}/{number}/notes?order_by=created_at&sort=asc"
        found = (
            each
            for page in self._api.pages(path, size=_SIZE)
            for each in Answer(page, "notes").each()
        )
        # An internal note is for the project's own people, as a confidential issue is.
        return [each for each in found if not each.flag("system") and not each.flag("internal")]


def _issues(page: Any) -> Iterator[Issue]:  # noqa: ANN401 - what the forge says
    for each in Answer(page, "issues").each():
        yield _issue(each)


def _issue(found: Answer) -> Issue:
    url = found.text("web_url")
    kept = {name: found.value.get(name) for name in _KEPT}
    people = [{"username": each.text("username")} for each in found.each("assignees")]
    milestone = found.maybe("milestone")
    estimate = found.maybe("time_stats")
    kept |= {
        "author": {"username": found.who("author", "username")}, "assignees": people,
        "milestone": {"title": milestone.text("title")} if milestone is not None else None,
        "time_stats": {
            "time_estimate": estimate.value.get("time_estimate") if estimate is not None else 0
        },
    }  # fmt: skip
    labels = [each.value for each in found.each("labels") if isinstance(each.value, str)]
    hidden = "it is confidential by now" if found.flag("confidential") else ""
    moved = found.maybe("moved_to_id")
    return Issue(
        number=found.number("iid"),
        url=url,
        key=str(found.number("id")),
        is_open=found.text("state") == "opened",
        labels=tuple(labels),
        updated=instant(found.text("updated_at")),
        remarks=found.number("user_notes_count"),
        moved=hidden or ("to another project" if moved is not None else ""),
        record=cut_record(kept, "description", url),
    )
