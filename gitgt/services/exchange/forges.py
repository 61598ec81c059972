"""Issues as GitHub, GitLab and Gitea hand them out in JSON.

Who wrote them is called ``NAME at HOST``: a stranger may be called as somebody of the town.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from gitgt.errors import RefusedError
from gitgt.model.issues.harmless import closes_nothing
from gitgt.model.wording import fit_line
from gitgt.services.exchange import fit
from gitgt.services.exchange.foreign import Foreign

GITHUB: Final = "github"
GITLAB: Final = "gitlab"
GITEA: Final = "gitea"
_TYPES: Final = {
    "bug": "bug", "defect": "bug", "incident": "bug", "enhancement": "feature",
    "feature": "feature", "feature request": "feature", "epic": "epic", "chore": "chore",
    "maintenance": "chore", "decision": "decision", "adr": "decision",
}  # fmt: skip
_LONG_AGO: Final = "1970-01-01T00:00:00Z"  # where nobody says when
_URGENCY: Final = {
    "p0": 0, "p1": 1, "p2": 2, "p3": 3, "p4": 4,
    "critical": 0, "urgent": 0, "blocker": 0, "high": 1, "medium": 2, "normal": 2, "low": 3,
}  # fmt: skip


def no_place(record: Mapping[str, Any]) -> str:
    """Return why a record of GitHub or Gitea is no issue; empty if it is one."""
    is_one = record.get("pull_request") is not None
    return f"#{record.get('number')} is a pull request, not an issue" if is_one else ""


def read_github(record: Mapping[str, Any], where: str) -> Foreign:
    """Return an issue of GitHub, in the shape of ``gh issue list --json`` or of its REST API.

    Raises:
        RefusedError: it is none.
    """
    return _like_github(GITHUB, record, where)


def read_gitea(record: Mapping[str, Any], where: str) -> Foreign:
    """Return an issue of Gitea or Forgejo, in the shape of their REST API.

    Raises:
        RefusedError: it is none.
    """
    return _like_github(GITEA, record, where)


def _like_github(source: str, record: Mapping[str, Any], where: str) -> Foreign:
    number = _number(record, "number")
    url = str(record.get("html_url") or record.get("url") or "")
    reason = str(record.get("stateReason") or record.get("state_reason") or "").lower()
    labels = [*_names(record.get("labels"), "name")]
    fields: dict[str, Any] = {
        "title": record.get("title"),
        "description": record.get("body"),
        "created_by": _at(_login(record.get("author") or record.get("user")), url),
        "created_at": fit.time(_either(record, "createdAt", "created_at")),
        "owner": next(_names(record.get("assignees"), "login"), ""),
        "comments": fit.comments(_github_comments(record, url)),
        "due_at": fit.time(_due(record.get("milestone"))),
        "external": url,
    }
    end = fit.time(_either(record, "closedAt", "closed_at"))
    closed = str(record.get("state", "")).lower() == "closed"
    outcome = "success" if reason in ("", "completed") else "cancelled"
    fields |= {"labels": labels, **_end(fields, end, outcome if closed else "")}
    return _foreign(source, url or f"#{number}", where, record, fields, labels)


def read_gitlab(record: Mapping[str, Any], where: str) -> Foreign:
    """Return an issue of GitLab, in the shape of its REST API.

    Raises:
        RefusedError: it is none.
    """
    number = _number(record, "iid")
    # Newer ones call some of their issues so, and know both addresses.
    url = str(record.get("web_url") or "").replace("/-/work_items/", "/-/issues/")
    spent = (record.get("time_stats") or {}).get("time_estimate") or 0
    due = record.get("due_date")
    fields: dict[str, Any] = {
        "title": record.get("title"),
        "description": record.get("description"),
        "created_by": _at((record.get("author") or {}).get("username") or "", url),
        "created_at": fit.time(record.get("created_at")),
        "owner": next(_names(record.get("assignees"), "username"), ""),
        "comments": fit.comments(_gitlab_notes(record, url)),
        "due_at": fit.time(f"{due}T00:00:00Z") if due else "",
        "estimate": spent // 60 if isinstance(spent, int) else None,
        "external": url,
    }
    kind = str(record.get("issue_type") or record.get("type") or "").lower()
    labels = [each for each in record.get("labels") or () if isinstance(each, str)]
    end = fit.time(record.get("closed_at"))
    closed = record.get("state") == "closed"
    fields |= {"labels": labels, **_end(fields, end, "success" if closed else "")}
    return _foreign(GITLAB, url or f"#{number}", where, record, fields, [kind, *labels])


def _end(fields: Mapping[str, Any], at: str, outcome: str) -> dict[str, Any]:
    if not outcome:
        return {"status": "open"}
    end = at or fields["created_at"] or _LONG_AGO
    return {"status": "closed", "closed_at": end, "outcome": outcome}


def _foreign(
    source: str, name: str, where: str, record: Mapping[str, Any], fields: Mapping[str, Any],
    hints: list[str],
) -> Foreign:  # fmt: skip
    found = fit.fitting({**fields, **_told_by([each.lower() for each in hints])})
    if "title" in found:  # it becomes the subject of a commit, which forges read
        found["title"] = fit_line(closes_nothing(found["title"]))
    if "title" not in found:
        raise RefusedError(f"{name} has no title")
    found.setdefault("created_at", _LONG_AGO)
    found.setdefault("created_by", "unknown")
    return Foreign(source, name, where, record, found, kept=_kept(record))


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a bead has no field for: milestone, weight, a second assignee."""
    people = [*_names(record.get("assignees"), "username" if "iid" in record else "login")]
    milestone = record.get("milestone")
    title = milestone.get("title") if isinstance(milestone, Mapping) else milestone
    kept = {
        "milestone": title,
        "assignees": people if len(people) > 1 else None,
        "weight": record.get("weight"),
    }
    return {key: value for key, value in kept.items() if value is not None}


def _told_by(words: list[str]) -> dict[str, Any]:
    """Return what labels say about type and urgency."""
    bare = [word.replace("::", ":").rpartition(":")[2].strip() for word in words]
    types = [_TYPES[word] for word in bare if word in _TYPES]
    ranks = [_URGENCY[word] for word in bare if word in _URGENCY]
    return {"type": types[0] if types else "task", "priority": min(ranks, default=2)}


def _github_comments(
    record: Mapping[str, Any], url: str
) -> Iterator[dict[str, str] | None]:  # fmt: skip
    found = record.get("comments")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, Mapping):
            who = _at(_login(each.get("author") or each.get("user")), url)
            at = _either(each, "createdAt", "created_at")
            yield fit.comment(_either(each, "node_id", "id"), at, who, each.get("body"))


def _gitlab_notes(
    record: Mapping[str, Any], url: str
) -> Iterator[dict[str, str] | None]:  # fmt: skip
    found = record.get("notes")
    for each in found if isinstance(found, list) else ():
        who = _at((each.get("author") or {}).get("username") or "", url)
        yield fit.comment(each.get("id"), each.get("created_at"), who, each.get("body"))


def _due(milestone: Any) -> Any:  # noqa: ANN401
    return _either(milestone, "dueOn", "due_on") if isinstance(milestone, Mapping) else ""


def _number(record: Mapping[str, Any], key: str) -> int:
    found = record.get(key)
    if not isinstance(found, int):
        raise RefusedError(f"a record without {key}")
    return found


def _either(record: Mapping[str, Any], one: str, other: str) -> Any:  # noqa: ANN401
    return record.get(one) or record.get(other)


def _login(who: Any) -> str:  # noqa: ANN401
    return str(who.get("login") or who.get("name") or "") if isinstance(who, Mapping) else ""


def _at(login: str, url: str) -> str:
    host = urlsplit(url).hostname if login else None
    return f"{login} at {host}" if host else login


def _names(found: Any, key: str) -> Iterator[str]:  # noqa: ANN401
    for each in found if isinstance(found, list) else ():
        name = each.get(key) if isinstance(each, Mapping) else each
        if isinstance(name, str) and name:
            yield name
