"""Gitea's and Forgejo's statuses of a commit, through ``tea api``."""

from __future__ import annotations

from typing import Final

from gitgt.model.gate import Verdict
from gitgt.model.probe import Said
from gitgt.services.forge.api import Api
from gitgt.services.forge.base import Answer

_VERDICTS: Final = {
    "success": Verdict.PASS, "warning": Verdict.PASS, "failure": Verdict.FAIL,
}  # fmt: skip
# Its runners set a job that was cancelled to failure, and one that was skipped to success.
_TOLD_NOTHING: Final = ("has been cancelled", "has been skipped")


class GiteaRunners:
    """The runners of one project; see ``AtWork``."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._base = f"repos/{project}"

    def said(self, commit: str, branch: str) -> list[Said]:  # noqa: ARG002 - the commit tells
        """Return the newest status of *commit* in each context, by each who set one."""
        path = f"{self._base}/commits/{commit}/statuses?sort=recentupdate&limit=50"
        found = Answer(self._api.get(path), "statuses").each()
        latest: dict[tuple[str, str], Answer] = {}
        for each in sorted(found, key=lambda one: one.number("id")):
            latest[each.text("context"), each.who("creator", "login")] = each
        return [_said(each, *whose) for whose, each in latest.items()]

    def cancel(self, commit: str, branch: str) -> None:
        """Do nothing: it has no way to say so; the branch goes, as everywhere."""


def _said(each: Answer, name: str, by: str) -> Said:
    status, told = each.text("status"), each.text("description")
    verdict = _VERDICTS.get(status, Verdict.COULD_NOT_RUN)
    if told.lower().startswith(_TOLD_NOTHING):
        verdict = Verdict.COULD_NOT_RUN
    return Said(
        key=f"status-{each.number('id')}", name=name, by=by,
        verdict=None if status == "pending" else verdict,
        why="" if verdict is Verdict.PASS else told or status,
        url=each.text("target_url"),
    )  # fmt: skip
