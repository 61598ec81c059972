"""A forge for tests: pull requests in memory, over a real bare repository.

It speaks as much of GitHub's REST and GraphQL as gh, and people with gh, ask it for, over plain
HTTP in a unix socket, which gh can be told to use. Whoever calls is who their token says. What
GitHub does by itself it does too: it follows branches, merges what waits for checks, closes
what lost its branch.

    python -m tests.support.forge HOME REPOSITORY
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support import forge_runners, graphql
from tests.support.forge_issues import Tracker

PROJECT = "ada/shop"
_AT = "2026-11-22T09:00:{:02d}Z"


class RefusedError(Exception):
    """What the forge does not do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Pull:
    """One pull request."""

    number: int
    title: str
    body: str
    branch: str
    base: str
    author: str
    head: str
    draft: bool = False
    state: str = "OPEN"
    cross: bool = False
    merge_commit: str = ""
    closed_by: str = ""
    auto: str = ""
    queued: bool = False
    queueing: list[tuple[str, str]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)


class Forge:
    """The forge, as whoever runs it sees it."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        self.pulls: list[Pull] = []
        self.statuses: dict[str, dict[str, dict[str, str]]] = {}
        self.asked: list[str] = []
        self.unchanged = 0
        self.required: list[str] = []
        self.approvals = 0
        self.strangers: set[str] = set()
        self.has_queue = False
        self.allows_auto = True
        self.runners: forge_runners.Runners | None = None
        self.failing: list[tuple[int, dict[str, str]]] = []
        self.tracker = Tracker(PROJECT)
        self._lock = threading.RLock()
        self._number = 0
        self._stamp = 0

    # --- git

    def git(self, *argv: str) -> str:
        """Run git in the repository."""
        who = {
            f"GIT_{role}_{part}": "forge@example.com"
            for role in ("AUTHOR", "COMMITTER")
            for part in ("NAME", "EMAIL")
        }
        done = subprocess.run(
            ["git", *argv], cwd=self.repository, env={**os.environ, **who},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RefusedError(409, done.stderr.strip() or done.stdout.strip() or "git says no")
        return done.stdout.strip()

    def tip(self, branch: str) -> str:
        """Return where a branch stands; empty if it is not there."""
        try:
            return self.git("rev-parse", "--verify", "-q", f"refs/heads/{branch}")
        except RefusedError:
            return ""

    def protect(self, branch: str) -> None:
        """Let nobody push to a branch: only what is merged here gets there."""
        guard = self.repository / "hooks" / "pre-receive"
        guard.parent.mkdir(exist_ok=True)
        guard.write_text(
            "#!/bin/sh\nwhile read -r old new ref; do\n"
            f'    [ "$ref" != refs/heads/{branch} ] || {{\n'
            "        echo 'error: GH006: Protected branch update failed' >&2\n"
            "        exit 1\n    }\ndone\n"
        )
        guard.chmod(0o755)

    def _contains(self, one: str, other: str) -> bool:
        try:
            self.git("merge-base", "--is-ancestor", other, one)
        except RefusedError:
            return False
        return True

    # --- what it does by itself

    def settle(self) -> None:
        """Follow branches, and merge what waits for nothing any more."""
        with self._lock:
            if self.runners is not None:
                self.runners.look()
            for pull in self.pulls:
                if pull.state == "OPEN":
                    self._follow(pull)
            for pull in self.pulls:
                if pull.state == "OPEN" and pull.auto and self.status(pull) == "CLEAN":
                    style, pull.auto = pull.auto, ""
                    if self.has_queue:
                        self._enqueue(pull)
                    else:
                        self.merge(pull, style)

    def _follow(self, pull: Pull) -> None:
        if pull.cross:
            return
        tip = self.tip(pull.branch)
        if not tip:
            pull.state, pull.closed_by, pull.auto, pull.queued = "CLOSED", "somebody", "", False
            return
        if tip != pull.head and pull.queued:
            self._dequeue(pull, "the head changed")
        pull.head = tip
        base = self.tip(pull.base)
        if self._contains(base, tip):  # somebody pushed it there
            pull.state, pull.merge_commit = "MERGED", base

    def status(self, pull: Pull) -> str:
        """Return whether it can be merged, in GitHub's words."""
        if pull.draft:
            return "DRAFT"
        try:
            self.git("merge-tree", "--write-tree", self.tip(pull.base), pull.head)
        except RefusedError:
            return "DIRTY"
        said = self.statuses.get(pull.head, {})
        ok = all(said.get(each, {}).get("state") == "success" for each in self.required)
        opinions = self.opinions(pull)
        yes = sum(each["state"] == "APPROVED" for each in opinions)
        if (
            not ok
            or yes < self.approvals
            or any(each["state"] == "CHANGES_REQUESTED" for each in opinions)
        ):
            return "BLOCKED"
        unstable = any(each["state"] != "success" for each in said.values())
        return "UNSTABLE" if unstable else "CLEAN"

    def merge(self, pull: Pull, style: str) -> None:
        """Merge it as *style* says."""
        base = self.tip(pull.base)
        tree = self.git("merge-tree", "--write-tree", base, pull.head).splitlines()[0]
        parents = ["-p", base, *(["-p", pull.head] if style.lower() == "merge" else [])]
        made = self.git("commit-tree", tree, *parents, "-m", f"{pull.title} (#{pull.number})")
        self.git("update-ref", f"refs/heads/{pull.base}", made, base)
        pull.state, pull.merge_commit, pull.queued = "MERGED", made, False

    def run_queue(self, *, passes: bool = True) -> None:
        """Let the merge queue come to the end of its run."""
        with self._lock:
            for pull in self.pulls:
                if pull.queued and passes:
                    self.merge(pull, "merge")
                elif pull.queued:
                    self._dequeue(pull, "failed checks: ci/queue")

    def _enqueue(self, pull: Pull) -> None:
        pull.queued = True
        pull.queueing.append(("AddedToMergeQueueEvent", ""))

    def _dequeue(self, pull: Pull, reason: str) -> None:
        pull.queued = False
        pull.queueing.append(("RemovedFromMergeQueueEvent", reason))

    # --- answering

    def route(
        self, method: str, path: str, body: dict[str, Any], who: str
    ) -> tuple[int, Any]:  # fmt: skip
        """Answer as GitHub, GitLab or Gitea: the beginning of the path tells."""
        with self._lock:
            found = self.tracker.route(method, path, body, who)
            if found is not None:
                self.asked.append(f"{method} {path}")
                return found if who else (401, {"message": "Bad credentials"})
        return self._route_pulls(method, path, body, who)

    def _route_pulls(
        self, method: str, path: str, body: dict[str, Any], who: str
    ) -> tuple[int, Any]:  # fmt: skip
        from tests.support.forge_gitea import Gitea
        from tests.support.forge_gitlab import GitLab

        others: dict[str, Any] = {"/api/v4": GitLab, "/api/v1": Gitea}
        other = others.get(path[:7])
        if other is None:
            return self.call(method, path.partition("?")[0], body, who)
        with self._lock:
            self.asked.append(f"{method} {path}")
            self.settle()
            try:
                answer: tuple[int, Any] = other(self).route(method, path[7:], body, who)
            except RefusedError as refused:
                return refused.status, {"message": str(refused)}
            return answer

    def call(self, method: str, path: str, body: dict[str, Any], who: str) -> tuple[int, Any]:
        """Answer one request of *who*."""
        with self._lock:
            self.asked.append(f"{method} {path}")
            if not who:
                return 401, {"message": "Bad credentials"}
            try:
                self.settle()
                return self._route(method, path, body, who)
            except RefusedError as refused:
                return refused.status, {"message": str(refused)}

    def _route(self, method: str, path: str, body: dict[str, Any], who: str) -> tuple[int, Any]:
        if path == "/graphql":
            return 200, self._graphql(body)
        for verb, pattern, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                return answer(*found.groups(), body=body, who=who)
        return 404, {"message": "Not Found"}

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        here = f"/repos/{PROJECT}"
        yield "POST", f"{here}/pulls", self._open
        yield "PATCH", f"{here}/pulls/(\\d+)", self._edit
        yield "PUT", f"{here}/pulls/(\\d+)/merge", self._merge
        yield "POST", f"{here}/pulls/(\\d+)/reviews", self._review
        yield "GET", f"{here}/issues/(\\d+)/comments", self._comments
        yield "POST", f"{here}/issues/(\\d+)/comments", self._comment
        yield "POST", f"{here}/statuses/([0-9a-f]+)", self._status
        if self.runners is not None:
            yield from forge_runners.github(self.runners, here)

    def pull(self, number: str) -> Pull:
        """Return the pull request with that number."""
        for each in self.pulls:
            if each.number == int(number):
                return each
        raise RefusedError(404, "Not Found")

    def _open(self, *, body: dict[str, Any], who: str) -> tuple[int, Any]:
        for each in self.pulls:
            if each.branch == body["head"] and each.state == "OPEN" and not each.cross:
                raise RefusedError(
                    422, f"A pull request already exists for ada:{body['head']}."
                )
        head, base = self.tip(body["head"]), self.tip(body["base"])
        if not head or not base:
            raise RefusedError(422, "Validation Failed")
        if self._contains(base, head):
            raise RefusedError(422, f"No commits between {body['base']} and {body['head']}")
        pull = Pull(
            len(self.pulls) + 1, body["title"], body.get("body", ""), body["head"],
            body["base"], who, head, draft=body.get("draft", False),
        )  # fmt: skip
        self.pulls.append(pull)
        return 201, {"number": pull.number, "html_url": self._url(pull), "state": "open"}

    def _edit(self, number: str, *, body: dict[str, Any], who: str) -> tuple[int, Any]:
        pull = self.pull(number)
        if body.get("state") == "closed" and pull.state == "OPEN":
            pull.state, pull.closed_by, pull.auto, pull.queued = "CLOSED", who, "", False
        return 200, {"number": pull.number}

    def _merge(self, number: str, *, body: dict[str, Any], **_: str) -> tuple[int, Any]:
        pull = self.pull(number)
        if pull.state != "OPEN" or self.status(pull) not in ("CLEAN", "UNSTABLE"):
            raise RefusedError(405, "Pull Request is not mergeable")
        if body.get("sha", pull.head) != pull.head:
            raise RefusedError(409, "Head branch was modified. Review and try the merge again.")
        self.merge(pull, body.get("merge_method", "merge"))
        return 200, {"sha": pull.merge_commit, "merged": True}

    def _review(self, number: str, *, body: dict[str, Any], who: str) -> tuple[int, Any]:
        states = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}
        notes = [
            {"databaseId": self._id(), "path": each["path"], "line": each.get("line"),
             "body": each["body"]}
            for each in body.get("comments", ())
        ]  # fmt: skip
        review = {
            "databaseId": self._id(), "state": states.get(body.get("event", ""), "COMMENTED"),
            "body": body.get("body", ""), "submittedAt": self._now(), "author": who,
            "authorCanPushToRepository": who not in self.strangers, "notes": notes,
        }  # fmt: skip
        self.pull(number).reviews.append(review)
        return 200, {"id": review["databaseId"]}

    def _comments(self, number: str, **_: Any) -> tuple[int, Any]:
        return 200, [{"body": each["body"]} for each in self.pull(number).comments]

    def _comment(self, number: str, *, body: dict[str, Any], who: str) -> tuple[int, Any]:
        said = {"databaseId": self._id(), "body": body["body"], "createdAt": self._now(),
                "author": who}  # fmt: skip
        self.pull(number).comments.append(said)
        return 201, {"id": said["databaseId"]}

    def _status(self, commit: str, *, body: dict[str, Any], **_: str) -> tuple[int, Any]:
        said = {"state": body["state"], "url": body.get("target_url", "")}
        self.statuses.setdefault(commit, {})[body["context"]] = said
        return 201, {"state": body["state"]}

    def _id(self) -> int:
        self._number += 1
        return self._number

    def _now(self) -> str:
        self._stamp += 1
        return _AT.format(self._stamp % 60)

    def _url(self, pull: Pull) -> str:
        return f"https://github.com/{PROJECT}/pull/{pull.number}"

    # --- GraphQL

    def _graphql(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            kind, asked = graphql.parse(body["query"], body.get("variables", {}))
            root = self._query() if kind == "query" else self._mutation()
            return {"data": graphql.answer(asked, root)}
        except (graphql.UnknownError, RefusedError) as error:
            return {"data": None, "errors": [{"message": str(error), "type": "UNPROCESSABLE"}]}

    def _query(self) -> dict[str, Any]:
        def repository(owner: str, name: str) -> dict[str, Any] | None:
            if f"{owner}/{name}" != PROJECT:
                return None
            return {"__typename": "Repository", "pullRequests": pulls}

        def pulls(headRefName: str, first: int, orderBy: dict[str, str]) -> dict[str, Any]:  # noqa: N803
            assert orderBy == {"field": "CREATED_AT", "direction": "DESC"}
            found = [each for each in reversed(self.pulls) if each.branch == headRefName]
            return _nodes([self._node(each) for each in found[:first]])

        return {"__typename": "Query", "repository": repository}

    def _mutation(self) -> dict[str, Any]:
        def auto(input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
            pull = self._of(input)
            if not self.allows_auto:
                raise RefusedError(422, "Auto merge is not allowed for this repository")
            if self.status(pull) == "CLEAN":
                raise RefusedError(422, "Pull request Pull request is in clean status")
            pull.auto = input["mergeMethod"]
            return {"__typename": "Payload", "clientMutationId": None}

        def enqueue(input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
            pull = self._of(input)
            if not self.has_queue or self.status(pull) != "CLEAN":
                raise RefusedError(422, "Pull request is not mergeable")
            self._enqueue(pull)
            return {"__typename": "Payload", "clientMutationId": None}

        return {
            "__typename": "Mutation", "enablePullRequestAutoMerge": auto,
            "enqueuePullRequest": enqueue,
        }  # fmt: skip

    def _of(self, given: dict[str, Any]) -> Pull:
        pull = self.pull(given["pullRequestId"].removeprefix("PR_"))
        if given["expectedHeadOid"] != pull.head:
            raise RefusedError(422, "Head sha didn't match expected")
        return pull

    def opinions(self, pull: Pull) -> list[dict[str, Any]]:
        """Return the last review of each that says yes or no."""
        latest = {each["author"]: each for each in pull.reviews if each["state"] != "COMMENTED"}
        return list(latest.values())

    def _node(self, pull: Pull) -> dict[str, Any]:
        def timeline(last: int, itemTypes: list[str]) -> dict[str, Any]:  # noqa: N803
            if itemTypes == ["CLOSED_EVENT"]:
                ended = pull.state != "OPEN"
                found = [{"__typename": "ClosedEvent", "actor": _actor(pull.closed_by)}]
                return _nodes(found if ended else [])
            found = [
                {"__typename": kind, "reason": why} if why else {"__typename": kind}
                for kind, why in pull.queueing
            ]
            return _nodes(found[-last:])

        return {
            "__typename": "PullRequest",
            "id": f"PR_{pull.number}",
            "number": pull.number,
            "url": self._url(pull),
            "state": pull.state,
            "isDraft": pull.draft,
            "isCrossRepository": pull.cross,
            "headRefOid": pull.head,
            "mergeStateStatus": self.status(pull) if pull.state == "OPEN" else "UNKNOWN",
            "isInMergeQueue": pull.queued,
            "isMergeQueueEnabled": self.has_queue,
            "autoMergeRequest": {"__typename": "A", "enabledAt": _AT} if pull.auto else None,
            "mergeCommit": (
                {"__typename": "Commit", "oid": pull.merge_commit}
                if pull.merge_commit
                else None
            ),
            "latestOpinionatedReviews": self._latest(pull),
            "reviews": self._reviews(pull),
            "comments": self._said(pull),
            "timelineItems": timeline,
            "commits": self._commits(pull),
        }

    def _latest(self, pull: Pull) -> Any:
        found = [{**each, "__typename": "R", "author": _actor(each["author"])}
                 for each in self.opinions(pull)]  # fmt: skip
        return lambda first: _nodes(found[:first])

    def _reviews(self, pull: Pull) -> Any:
        found = [
            {
                **each, "__typename": "PullRequestReview", "author": _actor(each["author"]),
                "comments": lambda first, each=each: _nodes(
                    [{"__typename": "C", **note} for note in each["notes"]][:first]
                ),
            }
            for each in pull.reviews
        ]  # fmt: skip
        return lambda last: _nodes(found[-last:])

    def _said(self, pull: Pull) -> Any:
        found = [{**each, "__typename": "IssueComment", "author": _actor(each["author"])}
                 for each in pull.comments]  # fmt: skip
        return lambda last: _nodes(found[-last:])

    def _commits(self, pull: Pull) -> Any:
        said = self.statuses.get(pull.head, {})
        contexts = [
            {"__typename": "StatusContext", "context": name, "state": each["state"].upper(),
             "targetUrl": each["url"] or None}
            for name, each in said.items()
        ]  # fmt: skip
        rollup = {"__typename": "S", "contexts": lambda first: _nodes(contexts[:first])}
        commit = {"__typename": "Commit", "statusCheckRollup": rollup if said else None}
        node = {"__typename": "PullRequestCommit", "commit": commit}
        return lambda last: _nodes([node][-last:])


def _nodes(found: list[Any]) -> dict[str, Any]:
    return {"__typename": "Connection", "nodes": found}


def _actor(login: str) -> dict[str, Any] | None:
    return {"__typename": "User", "login": login} if login else None


class _Handler(BaseHTTPRequestHandler):
    forge: Forge

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - their names there

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        given = self._body()
        who = self.headers.get("Authorization", "").rpartition(" ")[2]
        head: dict[str, str] = {}
        if self.forge.failing:
            status, head = self.forge.failing.pop(0)
            self.forge.asked.append(f"{self.command} {parts.path}")
            answer: Any = {"message": "no"}
        else:
            body = json.loads(given) if given else {}
            status, answer = self.forge.route(self.command, self.path, body, who)
        content = json.dumps(answer).encode()
        if self.command == "GET" and status == 200:
            head["ETag"] = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == head["ETag"]:
                status, content = 304, b""
                self.forge.unchanged += 1
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in head.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def serving(forge: Forge, socket: Path) -> Iterator[_Server]:
    """Answer in *socket* until the end."""

    class Handler(_Handler):
        pass

    Handler.forge = forge
    socket.unlink(missing_ok=True)
    with _Server(str(socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def configure(folder: Path, socket: Path) -> dict[str, str]:
    """Write a configuration of gh that leads to *socket*; return what its environment needs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(f"http_unix_socket: {socket}\n")
    return {"GH_CONFIG_DIR": str(folder), "GH_TOKEN": "gitgt", "GH_HOST": "github.com"}


def serve(place: Path, repository: Path) -> None:
    """Be the forge of *repository* until ended; gh in *place* as its home finds it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # A socket's path may have 107 bytes.
    with (
        tempfile.TemporaryDirectory(prefix="gt", dir="/tmp") as folder,
        serving(Forge(repository), Path(folder, "gh")),
    ):
        gh = place / ".config/gh"
        configure(gh, Path(folder, "gh"))
        (gh / "hosts.yml").write_text("github.com:\n  oauth_token: gitgt\n  user: gitgt\n")
        (place / "forge.pid").write_text(str(os.getpid()))
        threading.Event().wait()


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
