"""Gitea and Forgejo, through ``tea api``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.model.pull_request import Check, Outcome, Remark, Seen
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import OURS, Answer, Wanted

_FAILED: Final = ("failure", "error")
_PASSED: Final = ("success", "warning")
_PAGE: Final = 50
_PAGES: Final = 20


class Gitea:
    """One project at a Gitea."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"repos/{project}"

    def find(self, branch: str, known: int = 0) -> Seen | None:
        """Return the pull request of *branch*; see ``Forge``."""
        if known:
            one = Answer(self._api.get(self._one(known)), "pull request")
            if one.text("state") == "open":
                return self._seen(one)
        mine = list(self._of(branch))
        chosen = [each for each in mine if each.text("state") == "open"] or mine
        return self._seen(chosen[0]) if chosen else None

    def open(self, wanted: Wanted) -> None:
        """Open a pull request; see ``Forge``."""
        fields = {
            "head": wanted.branch, "base": wanted.target, "body": wanted.body,
            "title": f"WIP: {wanted.title}" if wanted.draft else wanted.title,
        }  # fmt: skip
        self._api.call("POST", f"{self._base}/pulls", fields)

    def comment(self, seen: Seen, text: str) -> None:
        """Write a comment; see ``Forge``."""
        path = f"{self._base}/issues/{seen.number}/comments"
        self._api.call("POST", path, {"body": text})

    def said(self, seen: Seen, mark: str) -> bool:
        """Tell whether a comment of ours is there; see ``Forge``."""
        return any(mark in each.text("body") for each in self._comments(seen.number))

    def merge(self, seen: Seen, style: str) -> None:
        """Ask for it to be merged; see ``Forge``."""
        fields = {
            "Do": style, "head_commit_id": seen.head, "merge_when_checks_succeed": True,
        }  # fmt: skip
        self._api.call("POST", f"{self._one(seen.number)}/merge", fields)

    def close(self, seen: Seen) -> None:
        """Close it; see ``Forge``."""
        self._api.call("PATCH", self._one(seen.number), {"state": "closed"})

    def _one(self, number: int) -> str:
        return f"{self._base}/pulls/{number}"

    def _of(self, branch: str) -> Iterator[Answer]:
        """Yield the pull requests of *branch*, the newest first; forks' are not ours."""
        for page in range(1, _PAGES + 1):
            query = f"state=all&sort=newest&limit={_PAGE}&page={page}"
            found = Answer(self._api.get(f"{self._base}/pulls?{query}"), "pulls").each()
            for each in found:
                head, base = each / "head", each / "base"
                is_ours = head.number("repo_id") == base.number("repo_id")
                if head.text("ref") == branch and is_ours:
                    yield each
            if len(found) < _PAGE:
                return

    def _comments(self, number: int) -> list[Answer]:
        path = f"{self._base}/issues/{number}/comments"
        return Answer(self._api.get(path), "comments").each()

    def _seen(self, pull: Answer) -> Seen:
        number, merged = pull.number("number"), pull.flag("merged")
        is_open = pull.text("state") == "open"
        head = (pull / "head").text("sha")
        reviews = Answer(self._api.get(f"{self._one(number)}/reviews"), "reviews").each()
        remarks = (*self._remarks(number), *self._reviewed(number, reviews))
        return Seen(
            number=number,
            url=pull.text("html_url"),
            head=head,
            is_open=is_open,
            merged=merged,
            landed=pull.text("merge_commit_sha") if merged else "",
            draft=pull.flag("draft"),
            ready=pull.flag("mergeable"),
            checks=tuple(self._checks(head)) if is_open else (),
            opinions=tuple(_opinions(reviews)),
            remarks=tuple(sorted(remarks, key=lambda each: each.at)),
        )

    def _checks(self, head: str) -> Iterator[Check]:
        found = Answer(self._api.get(f"{self._base}/commits/{head}/status"), "status")
        for each in found.each("statuses"):
            outcome = _outcome(each.text("status"))
            yield Check(each.text("context"), outcome, each.text("target_url"))

    def _remarks(self, number: int) -> Iterator[Remark]:
        for each in self._comments(number):
            if OURS not in each.text("body"):
                yield Remark(
                    f"comment-{each.number('id')}", each.who("user", "login"),
                    each.text("created_at"), each.text("body"),
                )  # fmt: skip

    def _reviewed(self, number: int, reviews: list[Answer]) -> Iterator[Remark]:
        for each in reviews:
            said, name, who = each.text("state"), each.number("id"), each.who("user", "login")
            blocks = said == "REQUEST_CHANGES" and _counts(each)
            if said in ("APPROVED", "REQUEST_CHANGES", "COMMENT") and (
                blocks or each.text("body")
            ):
                at = each.text("submitted_at")
                yield Remark(f"review-{name}", who, at, each.text("body"), blocks=blocks)
            if said != "PENDING" and each.number("comments_count"):
                yield from self._notes(number, name)

    def _notes(self, number: int, review: int) -> Iterator[Remark]:
        path = f"{self._one(number)}/reviews/{review}/comments"
        for each in Answer(self._api.get(path), "review comments").each():
            line = each.maybe("position")
            place = each.text("path")
            yield Remark(
                f"note-{each.number('id')}", each.who("user", "login"),
                each.text("created_at"), each.text("body"),
                f"{place}:{each.number('position')}" if line is not None else place,
            )  # fmt: skip


def _opinions(reviews: list[Answer]) -> Iterator[tuple[str, bool]]:
    """Yield the last word of each whose word counts."""
    latest: dict[str, bool] = {}
    for each in reviews:
        said = each.text("state")
        if said in ("APPROVED", "REQUEST_CHANGES") and _counts(each):
            latest[each.who("user", "login")] = said == "APPROVED"
    yield from latest.items()


def _counts(review: Answer) -> bool:
    return review.flag("official") and not review.flag("dismissed")


def _outcome(said: str) -> Outcome:
    if said in _FAILED:
        return Outcome.FAILED
    return Outcome.PASSED if said in _PASSED else Outcome.PENDING
