"""The same forge, as GitLab would tell it: as much of its REST as our adapter asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.support import forge_runners
from tests.support.forge import PROJECT, Forge, Pull, RefusedError

_STATES = {"OPEN": "opened", "MERGED": "merged", "CLOSED": "closed"}
_STATUSES = {"success": "success", "failure": "failed", "pending": "running"}
_HERE = f"/projects/{PROJECT.replace('/', '%2F')}"
_ONE = f"{_HERE}/merge_requests/(\\d+)"
_Answer = Callable[..., tuple[int, Any]]


class GitLab:
    """Answers for a forge."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge

    def route(self, method: str, path: str, body: dict[str, Any], who: str) -> tuple[int, Any]:
        """Answer one request."""
        where, _, query = path.partition("?")
        for verb, pattern, answer in self._routes():
            found = re.fullmatch(pattern, where)
            if found and verb == method:
                return answer(*found.groups(), body=body, who=who, query=query)
        return 404, {"message": "404 Not Found"}

    def _routes(self) -> Iterator[tuple[str, str, _Answer]]:
        yield "GET", _HERE, self._project
        yield "GET", f"{_HERE}/merge_requests", self._list
        yield "POST", f"{_HERE}/merge_requests", self._open
        yield "PUT", _ONE, self._edit
        yield "PUT", f"{_ONE}/merge", self._merge
        yield "GET", f"{_ONE}/notes", self._notes
        yield "POST", f"{_ONE}/notes", self._say
        yield "GET", f"{_ONE}/approvals", self._approvals
        yield "GET", f"{_ONE}/reviewers", self._reviewers
        if self._forge.runners is not None:
            yield from forge_runners.gitlab(self._forge.runners, _HERE)
        yield "GET", f"{_HERE}/repository/commits/([0-9a-f]+)/statuses", self._statuses

    def _project(self, **_: Any) -> tuple[int, Any]:
        return 200, {"id": 1, "merge_trains_enabled": False}

    def _list(self, *, query: str, **_: Any) -> tuple[int, Any]:
        asked = dict(each.split("=") for each in query.split("&"))
        assert (asked["state"], asked["order_by"], asked["sort"]) == (
            "all", "created_at", "desc",
        )  # fmt: skip
        branch = asked["source_branch"].replace("%2F", "/")
        found = [each for each in reversed(self._forge.pulls) if each.branch == branch]
        return 200, [self._told(each) for each in found]

    def _told(self, pull: Pull) -> dict[str, Any]:
        ready = pull.state == "OPEN" and self._forge.status(pull) in ("CLEAN", "UNSTABLE")
        return {
            "id": 1000 + pull.number, "iid": pull.number, "sha": pull.head,
            "web_url": f"https://gitlab.com/{PROJECT}/-/merge_requests/{pull.number}",
            "state": _STATES[pull.state], "draft": pull.draft,
            "source_project_id": 2 if pull.cross else 1, "target_project_id": 1,
            "merge_commit_sha": pull.merge_commit or None, "squash_commit_sha": None,
            "merge_when_pipeline_succeeds": bool(pull.auto),
            "detailed_merge_status": "mergeable" if ready else "not_approved",
            "closed_by": {"username": pull.closed_by} if pull.closed_by else None,
        }  # fmt: skip

    def _open(self, *, body: dict[str, Any], who: str, **_: Any) -> tuple[int, Any]:
        title = body["title"]
        fields = {
            "title": title.removeprefix("Draft: "), "draft": title.startswith("Draft: "),
            "head": body["source_branch"], "base": body["target_branch"],
            "body": body["description"],
        }  # fmt: skip
        return self._forge.call("POST", f"/repos/{PROJECT}/pulls", fields, who)

    def _edit(
        self, number: str, *, body: dict[str, Any], who: str, **_: Any
    ) -> tuple[int, Any]:
        assert body == {"state_event": "close"}
        path = f"/repos/{PROJECT}/pulls/{number}"
        return self._forge.call("PATCH", path, {"state": "closed"}, who)

    def _merge(self, number: str, *, body: dict[str, Any], **_: Any) -> tuple[int, Any]:
        pull = self._forge.pull(number)
        if body["sha"] != pull.head:
            raise RefusedError(409, "SHA does not match HEAD of source branch")
        if body.get("auto_merge"):
            pull.auto = "merge"
        else:
            self._forge.merge(pull, "squash" if body["squash"] else "merge")
        return 200, self._told(pull)

    def _notes(self, number: str, **_: Any) -> tuple[int, Any]:
        pull = self._forge.pull(number)
        said = [
            {"id": each["databaseId"], "body": each["body"], "system": False,
             "author": {"username": each["author"]}, "created_at": each["createdAt"]}
            for each in pull.comments
        ]  # fmt: skip
        for review in pull.reviews:
            said += [
                {"id": note["databaseId"], "body": note["body"], "system": False,
                 "author": {"username": review["author"]}, "created_at": review["submittedAt"],
                 "position": {"new_path": note["path"], "new_line": note["line"]}}
                for note in review["notes"]
            ]  # fmt: skip
        at = "2026-11-22T09:00:00.000Z"
        mine = {"author": {"username": "ada"}, "created_at": at}
        said.append({"id": 0, "body": "assigned to @ada", "system": True, **mine})
        return 200, sorted(said, key=lambda each: -each["id"])

    def _say(self, number: str, *, body: dict[str, Any], who: str, **_: Any) -> tuple[int, Any]:
        path = f"/repos/{PROJECT}/issues/{number}/comments"
        return self._forge.call("POST", path, {"body": body["body"]}, who)

    def _approvals(self, number: str, **_: Any) -> tuple[int, Any]:
        found = self._forge.opinions(self._forge.pull(number))
        yes = [each["author"] for each in found if each["state"] == "APPROVED"]
        return 200, {"approved_by": [{"user": {"username": each}} for each in yes]}

    def _reviewers(self, number: str, **_: Any) -> tuple[int, Any]:
        found = self._forge.opinions(self._forge.pull(number))
        words = {"APPROVED": "approved", "CHANGES_REQUESTED": "requested_changes"}
        return 200, [
            {"user": {"username": each["author"]}, "state": words[each["state"]]}
            for each in found
        ]

    def _statuses(self, commit: str, **_: Any) -> tuple[int, Any]:
        said = self._forge.statuses.get(commit, {})
        return 200, [
            {"name": name, "status": _STATUSES[each["state"]], "allow_failure": False,
             "target_url": each["url"]}
            for name, each in said.items()
        ]  # fmt: skip
