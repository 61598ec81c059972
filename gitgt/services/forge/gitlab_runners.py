"""GitLab's pipelines and statuses of a commit, through ``glab api``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from gitgt.model.gate import Verdict
from gitgt.model.probe import Said
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import Answer

# Whom the jobs of the project's own pipelines are by.
PIPELINE: Final = "pipeline"
_AT_WORK: Final = (
    "created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending",
    "running", "scheduled", "canceling",
)  # fmt: skip
# What a job that failed has to say of the tree; all else is its runner's trouble.
_ITS_OWN: Final = ("script_failure", "unknown_failure", "")
_TIMED_OUT: Final = "job_execution_timeout"
_NEWEST: Final = 3


class GitLabRunners:
    """The runners of one project; see ``AtWork``."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"projects/{quote(project, safe='')}"

    def said(self, commit: str, branch: str) -> list[Said]:
        """Return what is said of *commit*: by jobs of a push to *branch*, and by others."""
        jobs = [each for pipeline in self._pipelines(commit, branch) for each in pipeline]
        known = {each.key for each in jobs}
        others = (each for each in self._statuses(commit, branch) if each.key not in known)
        return [*jobs, *others]

    def cancel(self, commit: str, branch: str) -> None:
        """End the pipelines that are at work on *branch*."""
        for each in self._found(commit, branch):
            if each.text("status") in _AT_WORK:
                self._api.call("POST", f"{self._base}/pipelines/{each.number('id')}/cancel")

    def _found(self, commit: str, branch: str) -> list[Answer]:
        # Others may make pipelines by hand, or by setting a status: those are no push's.
        query = f"sha={commit}&ref={quote(branch, safe='')}&source=push&per_page={_NEWEST}"
        found = Answer(self._api.get(f"{self._base}/pipelines?{query}"), "pipelines").each()
        return [
            each
            for each in found
            if (each.text("sha"), each.text("ref"), each.text("source"))
            == (commit, branch, "push")
        ]

    def _pipelines(self, commit: str, branch: str) -> Iterator[list[Said]]:
        for each in self._found(commit, branch):
            path = f"{self._base}/pipelines/{each.number('id')}/jobs?per_page=100"
            yield [_job(job) for job in Answer(self._api.get(path), "jobs").each()]

    def _statuses(self, commit: str, branch: str) -> Iterator[Said]:
        query = f"ref={quote(branch, safe='')}&per_page=100"
        path = f"{self._base}/repository/commits/{commit}/statuses?{query}"
        for each in Answer(self._api.get(path), "statuses").each():
            yield _said(each, each.who("author", "username"), each.text("target_url"), "")


def _job(job: Answer) -> Said:
    return _said(job, PIPELINE, job.text("web_url"), job.text("failure_reason"))


def _said(each: Answer, by: str, url: str, reason: str) -> Said:
    key, name, status = f"job-{each.number('id')}", each.text("name"), each.text("status")
    if status in _AT_WORK:
        return Said(key=key, name=name, by=by, url=url)
    verdict, why = Verdict.COULD_NOT_RUN, reason or f"{name} was {status}"
    if status == "success":
        verdict, why = Verdict.PASS, ""
    elif status == "failed" and reason in (*_ITS_OWN, _TIMED_OUT):
        verdict, why = Verdict.FAIL, each.text("description") or f"{name} failed"
    return Said(
        key=key, name=name, by=by, verdict=verdict, why=why, url=url,
        doubtful=reason == _TIMED_OUT, seconds=_seconds(each.maybe("duration")),
    )  # fmt: skip


def _seconds(found: Answer | None) -> float:
    value = None if found is None else found.value
    return float(value) if isinstance(value, int | float) else 0.0
