"""The same forge, as Gitea would tell it: as much of its REST as our adapter asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.support import forge_runners
from tests.support.forge import PROJECT, Forge, Pull, RefusedError

_HERE = f"/repos/{PROJECT}"
_ONE = f"{_HERE}/pulls/(\\d+)"
_Answer = Callable[..., tuple[int, Any]]
_STATES = {"CHANGES_REQUESTED": "REQUEST_CHANGES", "COMMENTED": "COMMENT"}


class Gitea:
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
        return self._forge.call(method, where, body, who)  # where it is as GitHub

    def _routes(self) -> Iterator[tuple[str, str, _Answer]]:
        yield "GET", f"{_HERE}/pulls", self._list
        yield "POST", f"{_HERE}/pulls", self._open
        yield "GET", _ONE, self._show
        yield "POST", f"{_ONE}/merge", self._merge
        yield "GET", f"{_ONE}/reviews", self._reviews
        yield "GET", f"{_ONE}/reviews/(\\d+)/comments", self._notes
        yield "GET", f"{_HERE}/issues/(\\d+)/comments", self._comments
        yield "GET", f"{_HERE}/commits/([0-9a-f]+)/status", self._status
        if self._forge.runners is not None:
            yield from forge_runners.gitea(self._forge.runners, _HERE)

    def _list(self, *, query: str, **_: Any) -> tuple[int, Any]:
        asked = dict(each.split("=") for each in query.split("&"))
        assert asked["state"] == "all"
        size, page = int(asked["limit"]), int(asked["page"])
        found = [self._told(each) for each in reversed(self._forge.pulls)]
        return 200, found[(page - 1) * size : page * size]

    def _show(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, self._told(self._forge.pull(number))

    def _told(self, pull: Pull) -> dict[str, Any]:
        return {
            "number": pull.number, "state": "open" if pull.state == "OPEN" else "closed",
            "html_url": f"https://gitea.com/{PROJECT}/pulls/{pull.number}",
            "merged": pull.state == "MERGED", "merge_commit_sha": pull.merge_commit or None,
            "draft": pull.draft, "mergeable": pull.state == "OPEN",
            "head": {"ref": pull.branch, "sha": pull.head, "repo_id": 2 if pull.cross else 1},
            "base": {"ref": pull.base, "sha": "", "repo_id": 1},
        }  # fmt: skip

    def _open(self, *, body: dict[str, Any], who: str, **_: Any) -> tuple[int, Any]:
        title = body["title"]
        more = {"title": title.removeprefix("WIP: "), "draft": title.startswith("WIP: ")}
        return self._forge.call("POST", f"{_HERE}/pulls", {**body, **more}, who)

    def _merge(self, number: str, *, body: dict[str, Any], **_: Any) -> tuple[int, Any]:
        pull = self._forge.pull(number)
        if body["head_commit_id"] != pull.head:
            raise RefusedError(409, "head out of date")
        pull.auto = body["Do"]  # with merge_when_checks_succeed it is done when they have
        self._forge.settle()
        return 200, None

    def _reviews(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, [
            {"id": each["databaseId"], "user": {"login": each["author"]}, "body": each["body"],
             "state": _STATES.get(each["state"], each["state"]), "dismissed": False,
             "official": each["authorCanPushToRepository"],
             "submitted_at": each["submittedAt"], "comments_count": len(each["notes"])}
            for each in self._forge.pull(number).reviews
        ]  # fmt: skip

    def _notes(self, number: str, review: str, **_: Any) -> tuple[int, Any]:
        (found,) = (
            each
            for each in self._forge.pull(number).reviews
            if each["databaseId"] == int(review)
        )
        return 200, [
            {"id": each["databaseId"], "body": each["body"], "path": each["path"],
             "position": each["line"], "user": {"login": found["author"]},
             "created_at": found["submittedAt"]}
            for each in found["notes"]
        ]  # fmt: skip

    def _comments(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, [
            {"id": each["databaseId"], "body": each["body"],
             "user": {"login": each["author"]}, "created_at": each["createdAt"]}
            for each in self._forge.pull(number).comments
        ]  # fmt: skip

    def _status(self, commit: str, **_: Any) -> tuple[int, Any]:
        said = self._forge.statuses.get(commit, {})
        found = [
            {"context": name, "status": each["state"], "target_url": each["url"]}
            for name, each in said.items()
        ]
        return 200, {"state": "", "statuses": found}
