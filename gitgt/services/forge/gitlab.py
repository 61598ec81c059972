"""GitLab, through ``glab api``: its merge requests are our pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from gitgt.model.pull_request import Check, Outcome, Remark, Seen
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import OURS, Answer, Wanted

_FAILED: Final = ("failed",)
_PASSED: Final = ("success", "skipped")
# What GitLab calls a merge request that it would merge at this moment.
_READY: Final = "mergeable"
_SETTLING: Final = ("unchecked", "checking", "preparing", "approvals_syncing")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]")


class GitLab:
    """One project at GitLab, or at a GitLab of one's own."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"projects/{quote(project, safe='')}"

    def find(self, branch: str, known: int = 0) -> Seen | None:  # noqa: ARG002
        """Return the merge request of *branch*; see ``Forge``."""
        query = (
            f"source_branch={quote(branch, safe='')}&state=all&order_by=created_at&sort=desc"
        )
        found = Answer(self._api.get(f"{self._base}/merge_requests?{query}"), "merge requests")
        # Anybody may open one from a fork, with a branch called like ours.
        mine = [
            each
            for each in found.each()
            if each.number("source_project_id") == each.number("target_project_id")
        ]
        chosen = [each for each in mine if each.text("state") == "opened"] or mine
        return self._seen(chosen[0]) if chosen else None

    def open(self, wanted: Wanted) -> None:
        """Open a merge request; see ``Forge``."""
        fields = {
            "source_branch": wanted.branch, "target_branch": wanted.target,
            "title": f"Draft: {wanted.title}" if wanted.draft else wanted.title,
            "description": wanted.body,
        }  # fmt: skip
        self._api.call("POST", f"{self._base}/merge_requests", fields)

    def comment(self, seen: Seen, text: str) -> None:
        """Write a comment; see ``Forge``."""
        self._api.call("POST", f"{self._one(seen.number)}/notes", {"body": text})

    def said(self, seen: Seen, mark: str) -> bool:
        """Tell whether a comment of ours is there; see ``Forge``."""
        return any(mark in each.text("body") for each in self._notes(seen.number))

    def merge(self, seen: Seen, style: str) -> None:
        """Ask for it to be merged; see ``Forge``."""
        project = Answer(self._api.get(self._base), "project")
        if project.flag("merge_trains_enabled"):
            path = f"{self._base}/merge_trains/merge_requests/{seen.number}"
            later = {"sha": seen.head, "when_pipeline_succeeds": not seen.ready}
            self._api.call("POST", path, later)
            return
        fields = {"sha": seen.head, "squash": style == "squash"}
        # Older ones know the first name only, newer ones want the second.
        waits = {} if seen.ready else {"merge_when_pipeline_succeeds": True, "auto_merge": True}
        self._api.call("PUT", f"{self._one(seen.number)}/merge", {**fields, **waits})

    def close(self, seen: Seen) -> None:
        """Close it; see ``Forge``."""
        self._api.call("PUT", self._one(seen.number), {"state_event": "close"})

    def _one(self, number: int) -> str:
        return f"{self._base}/merge_requests/{number}"

    def _notes(self, number: int) -> list[Answer]:
        query = "order_by=created_at&sort=desc&per_page=50"
        return Answer(self._api.get(f"{self._one(number)}/notes?{query}"), "notes").each()

    def _seen(self, pull: Answer) -> Seen:
        number, state, head = pull.number("iid"), pull.text("state"), pull.text("sha")
        is_open = state in ("opened", "locked")
        opinions = tuple(self._opinions(number)) if is_open else ()
        remarks = (*self._remarks(number), *_refusals(opinions, head))
        return Seen(
            number=number,
            url=pull.text("web_url"),
            head=head,
            is_open=is_open,
            merged=state == "merged",
            landed=pull.text("merge_commit_sha") or pull.text("squash_commit_sha"),
            draft=pull.flag("draft"),
            queued=pull.flag("merge_when_pipeline_succeeds"),
            settling=pull.text("detailed_merge_status") in _SETTLING,
            ready=pull.text("detailed_merge_status") == _READY,
            checks=tuple(self._checks(head)) if is_open else (),
            opinions=opinions,
            remarks=tuple(sorted(remarks, key=lambda each: each.at)),
            closed_by=pull.who("closed_by", "username") if state == "closed" else "",
        )

    def _checks(self, head: str) -> Iterator[Check]:
        path = f"{self._base}/repository/commits/{head}/statuses?per_page=100"
        for each in Answer(self._api.get(path), "statuses").each():
            if not (each.flag("allow_failure") and each.text("status") in _FAILED):
                outcome = _outcome(each.text("status"))
                yield Check(each.text("name"), outcome, each.text("target_url"))

    def _opinions(self, number: int) -> Iterator[tuple[str, bool]]:
        found = Answer(self._api.get(f"{self._one(number)}/approvals"), "approvals")
        for each in found.each("approved_by"):
            yield each.who("user", "username"), True
        reviewers = Answer(self._api.get(f"{self._one(number)}/reviewers"), "reviewers")
        for each in reviewers.each():
            if each.text("state") == "requested_changes":
                yield each.who("user", "username"), False

    def _remarks(self, number: int) -> Iterator[Remark]:
        for each in self._notes(number):
            if each.flag("system") or OURS in each.text("body"):
                continue
            yield Remark(
                f"note-{each.number('id')}", each.who("author", "username"),
                each.text("created_at"), each.text("body"), _where(each.maybe("position")),
            )  # fmt: skip


def _refusals(opinions: tuple[tuple[str, bool], ...], head: str) -> Iterator[Remark]:
    """Yield who asks for changes: GitLab keeps no text with it, the notes say why."""
    for who, yes in opinions:
        if not yes:
            name = f"refused-{_UNFIT.sub('-', who)[:40]}-{head[:12]}"
            yield Remark(name, who, "", "asked for changes", blocks=True)


def _where(position: Answer | None) -> str:
    if position is None:
        return ""
    line = position.maybe("new_line")
    path = position.text("new_path")
    return f"{path}:{position.number('new_line')}" if line is not None else path


def _outcome(said: str) -> Outcome:
    """Return what a job's word means; one that was cancelled has said nothing."""
    if said in _FAILED:
        return Outcome.FAILED
    return Outcome.PASSED if said in _PASSED else Outcome.PENDING
