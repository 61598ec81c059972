"""GitHub, through ``gh api``: one question tells all about a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitgt.model.pull_request import Check, Outcome, Remark, Seen
from gitgt.services.forge.api import Api, CouldNotAskError, ForgeRefusedError
from gitgt.services.forge.base import OURS, Answer, Wanted

_QUESTION: Final = """
query PullRequestOf($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, first: 20,
                 orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes {
        id number url state isDraft isCrossRepository headRefOid
        mergeStateStatus isInMergeQueue isMergeQueueEnabled
        autoMergeRequest { enabledAt }
        mergeCommit { oid }
        latestOpinionatedReviews(first: 100) {
          nodes { state authorCanPushToRepository author { login } }
        }
        reviews(last: 50) {
          nodes {
            databaseId state body submittedAt authorCanPushToRepository
            author { login }
            comments(first: 50) { nodes { databaseId path line body } }
          }
        }
        comments(last: 50) { nodes { databaseId body createdAt author { login } } }
        closing: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {
          nodes { ... on ClosedEvent { actor { login } } }
        }
        queueing: timelineItems(
          last: 1, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]
        ) {
          nodes { __typename ... on RemovedFromMergeQueueEvent { reason } }
        }
        commits(last: 1) {
          nodes {
            commit {
              statusCheckRollup {
                contexts(first: 100) {
                  nodes {
                    __typename
                    ... on CheckRun { name status conclusion detailsUrl }
                    ... on StatusContext { context state targetUrl }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
"""
_AUTO: Final = """
mutation MergeLater($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { clientMutationId }
}
"""
_ENQUEUE: Final = """
mutation Enqueue($input: EnqueuePullRequestInput!) {
  enqueuePullRequest(input: $input) { clientMutationId }
}
"""
# What GitHub says of one that can be merged at this moment.
_READY: Final = ("CLEAN", "HAS_HOOKS", "UNSTABLE")
_FAILED: Final = ("FAILURE", "TIMED_OUT", "ACTION_REQUIRED", "STARTUP_FAILURE", "ERROR")
_PASSED: Final = ("SUCCESS", "NEUTRAL", "SKIPPED")


class GitHub:
    """One project at GitHub, or at a GitHub of one's own."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._project = project

    def find(self, branch: str, known: int = 0) -> Seen | None:  # noqa: ARG002 - the name tells
        """Return the pull request of *branch*; see ``Forge``."""
        owner, _, name = self._project.partition("/")
        found = self._ask(_QUESTION, {"owner": owner, "name": name, "branch": branch})
        repository = found.maybe("repository")
        if repository is None:
            raise CouldNotAskError(f"{self._api.host} shows us no project {self._project}")
        nodes = (repository / "pullRequests").each("nodes")
        # Anybody may open one from a fork, with a branch called like ours.
        mine = [each for each in nodes if not each.flag("isCrossRepository")]
        chosen = [each for each in mine if each.text("state") == "OPEN"] or mine
        return _seen(chosen[0]) if chosen else None

    def open(self, wanted: Wanted) -> None:
        """Open a pull request; see ``Forge``."""
        fields = {
            "title": wanted.title, "head": wanted.branch, "base": wanted.target,
            "body": wanted.body, "draft": wanted.draft,
        }  # fmt: skip
        self._api.call("POST", f"repos/{self._project}/pulls", fields)

    def comment(self, seen: Seen, text: str) -> None:
        """Write a comment; see ``Forge``."""
        path = f"repos/{self._project}/issues/{seen.number}/comments"
        self._api.call("POST", path, {"body": text})

    def said(self, seen: Seen, mark: str) -> bool:
        """Tell whether a comment of ours is there; see ``Forge``."""
        path = f"repos/{self._project}/issues/{seen.number}/comments?per_page=100"
        found = Answer(self._api.get(path), "comments").each()
        return any(mark in each.text("body") for each in found)

    def merge(self, seen: Seen, style: str) -> None:
        """Ask for it to be merged; see ``Forge``."""
        if not seen.ready:
            self._mutate(_AUTO, seen, {"mergeMethod": style.upper()})
        elif seen.has_queue:
            self._mutate(_ENQUEUE, seen, {})
        else:
            path = f"repos/{self._project}/pulls/{seen.number}/merge"
            self._api.call("PUT", path, {"sha": seen.head, "merge_method": style})

    def close(self, seen: Seen) -> None:
        """Close it; see ``Forge``."""
        path = f"repos/{self._project}/pulls/{seen.number}"
        self._api.call("PATCH", path, {"state": "closed"})

    def _mutate(self, mutation: str, seen: Seen, more: Mapping[str, str]) -> None:
        given = {"pullRequestId": seen.key, "expectedHeadOid": seen.head, **more}
        self._ask(mutation, {"input": given})

    def _ask(self, question: str, variables: Mapping[str, Any]) -> Answer:
        body = {"query": question, "variables": variables}
        reply = Answer(self._api.call("POST", "graphql", body).body, "answer")
        if errors := reply.each("errors"):
            said = "; ".join(each.text("message") for each in errors)[:500]
            limited = any(each.text("type") == "RATE_LIMITED" for each in errors)
            if limited:
                raise CouldNotAskError(f"{self._api.host} wants to be asked less often")
            raise ForgeRefusedError(f"{self._api.host} refuses: {said}")
        return reply / "data"


def _seen(pull: Answer) -> Seen:
    state = pull.text("state")
    closing = pull / "closing"
    commit = pull.maybe("mergeCommit")
    return Seen(
        key=pull.text("id"),
        number=pull.number("number"),
        url=pull.text("url"),
        head=pull.text("headRefOid"),
        is_open=state == "OPEN",
        merged=state == "MERGED",
        landed=commit.text("oid") if commit is not None else "",
        draft=pull.flag("isDraft"),
        queued=pull.flag("isInMergeQueue") or pull.maybe("autoMergeRequest") is not None,
        ejected=_ejected(pull / "queueing"),
        settling=pull.text("mergeStateStatus") == "UNKNOWN",
        ready=pull.text("mergeStateStatus") in _READY,
        has_queue=pull.flag("isMergeQueueEnabled"),
        checks=tuple(_checks(pull / "commits")),
        opinions=tuple(_opinions(pull / "latestOpinionatedReviews")),
        remarks=tuple(sorted(_remarks(pull), key=lambda each: each.at)),
        closed_by=next((each.who("actor", "login") for each in closing.each("nodes")), ""),
    )


def _ejected(queueing: Answer) -> str:
    for each in queueing.each("nodes"):
        if each.text("__typename") == "RemovedFromMergeQueueEvent":
            return each.text("reason") or "it does not say why"
    return ""


def _checks(commits: Answer) -> Iterator[Check]:
    for node in commits.each("nodes"):
        rollup = (node / "commit").maybe("statusCheckRollup")
        for each in (rollup / "contexts").each("nodes") if rollup is not None else ():
            if each.text("__typename") == "CheckRun":
                outcome = _outcome(each.text("conclusion"))
                yield Check(each.text("name"), outcome, each.text("detailsUrl"))
            else:
                outcome = _outcome(each.text("state"))
                yield Check(each.text("context"), outcome, each.text("targetUrl"))


def _outcome(said: str) -> Outcome:
    """Return what a check's word means; one that was cancelled has said nothing."""
    if said in _FAILED:
        return Outcome.FAILED
    return Outcome.PASSED if said in _PASSED else Outcome.PENDING


def _opinions(reviews: Answer) -> Iterator[tuple[str, bool]]:
    """Yield who approves or not; in public anybody may review, and only some have a say."""
    for each in reviews.each("nodes"):
        said = each.text("state")
        if each.flag("authorCanPushToRepository") and said in ("APPROVED", "CHANGES_REQUESTED"):
            yield each.who("author", "login"), said == "APPROVED"


def _remarks(pull: Answer) -> Iterator[Remark]:
    for each in (pull / "comments").each("nodes"):
        if OURS not in each.text("body"):
            name = f"comment-{each.number('databaseId')}"
            who = each.who("author", "login")
            yield Remark(name, who, each.text("createdAt"), each.text("body"))
    for review in (pull / "reviews").each("nodes"):
        yield from _of_a_review(review)


def _of_a_review(review: Answer) -> Iterator[Remark]:
    who, at, said = (
        review.who("author", "login"), review.text("submittedAt"), review.text("state"),
    )  # fmt: skip
    counts = review.flag("authorCanPushToRepository")
    blocks = said == "CHANGES_REQUESTED" and counts
    if said != "PENDING" and (blocks or review.text("body")):
        name = f"review-{review.number('databaseId')}"
        yield Remark(name, who, at, review.text("body"), blocks=blocks)
    for each in (review / "comments").each("nodes") if said != "PENDING" else ():
        line = each.maybe("line")
        where = f"{each.text('path')}:{each.number('line')}" if line else each.text("path")
        name = f"note-{each.number('databaseId')}"
        yield Remark(name, who, at, each.text("body"), where)
