"""GitHub's check runs and statuses of a commit, through ``gh api``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gitgt.model.gate import Verdict
from gitgt.model.probe import Said
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import Answer

_VERDICTS: Final = {
    "success": Verdict.PASS, "failure": Verdict.FAIL, "timed_out": Verdict.FAIL,
}  # fmt: skip
_STATES: Final = {"success": Verdict.PASS, "failure": Verdict.FAIL}
# A runner that went away has failed, to GitHub; only a note on the check says how.
_LOST: Final = re.compile(
    r"lost communication with the server|received a shutdown signal|not acquired by [Rr]unner"
)


class GitHubRunners:
    """The runners of one project; see ``AtWork``."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"repos/{project}"

    def said(self, commit: str, branch: str) -> list[Said]:  # noqa: ARG002 - the commit tells
        """Return what is said of *commit*: by apps in checks, by people in statuses."""
        return [*self._checks(commit), *self._statuses(commit)]

    def cancel(self, commit: str, branch: str) -> None:
        """End the workflows that are at work on *branch*."""
        found = Answer(self._api.get(f"{self._base}/actions/runs?head_sha={commit}"), "runs")
        for each in found.each("workflow_runs"):
            if each.text("head_branch") == branch and each.text("status") != "completed":
                self._api.call("POST", f"{self._base}/actions/runs/{each.number('id')}/cancel")

    def _checks(self, commit: str) -> Iterator[Said]:
        path = f"{self._base}/commits/{commit}/check-runs?filter=latest&per_page=100"
        for each in Answer(self._api.get(path), "checks").each("check_runs"):
            app = each.maybe("app")
            yield self._check(each, "" if app is None else app.text("slug"))

    def _check(self, each: Answer, app: str) -> Said:
        key, name, url = f"check-{each.number('id')}", each.text("name"), each.text("html_url")
        if each.text("status") != "completed":
            return Said(key=key, name=name, by=app, url=url)
        how = each.text("conclusion")
        verdict = _VERDICTS.get(how, Verdict.COULD_NOT_RUN)
        why = "" if verdict is Verdict.PASS else f"{name} says {how}"
        notes = self._notes(each) if how == "failure" else []
        if any(_LOST.search(note) for note in notes):
            verdict, why = Verdict.COULD_NOT_RUN, "its runner was lost"
        return Said(
            key=key, name=name, by=app, verdict=verdict, why=why, url=url,
            doubtful=how == "timed_out", text="\n".join([*_told(each), *notes]),
            seconds=_seconds(each.text("started_at"), each.text("completed_at")),
        )  # fmt: skip

    def _notes(self, check: Answer) -> list[str]:
        """Return what is noted of a check that failed, also by GitHub itself."""
        path = f"{self._base}/check-runs/{check.number('id')}/annotations?per_page=50"
        return [each.text("message") for each in Answer(self._api.get(path), "notes").each()]

    def _statuses(self, commit: str) -> Iterator[Said]:
        path = f"{self._base}/commits/{commit}/statuses?per_page=100"
        seen: set[tuple[str, str]] = set()
        for each in Answer(self._api.get(path), "statuses").each():
            name, by, state = (
                each.text("context"), each.who("creator", "login"), each.text("state"),
            )  # fmt: skip
            if (name, by) in seen:  # the newest comes first
                continue
            seen.add((name, by))
            verdict = _STATES.get(state, Verdict.COULD_NOT_RUN)
            yield Said(
                key=f"status-{each.number('id')}", name=name, by=by,
                verdict=None if state == "pending" else verdict,
                why="" if state == "success" else each.text("description") or state,
                url=each.text("target_url"),
            )  # fmt: skip


def _told(check: Answer) -> list[str]:
    output = check.maybe("output")
    if output is None:
        return []
    return [text for part in ("title", "summary", "text") if (text := output.text(part))]


def _seconds(began: str, ended: str) -> float:
    try:
        return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
    except ValueError:
        return 0.0
