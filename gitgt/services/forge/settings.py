"""Which forge a rig's pull requests are at, and what is wanted of them."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Final

from gitgt.errors import SettingsError
from gitgt.git.remote import address
from gitgt.model.issues.issue import LABEL, Word
from gitgt.model.issues.issue import Rules as IssueRules
from gitgt.model.pull_request import Rules, address_of
from gitgt.services import settings
from gitgt.services.forge.api import GH, GLAB, TEA, Api
from gitgt.services.forge.base import Forge
from gitgt.services.forge.issues.base import Issues
from gitgt.services.forge.proposing import REMOTE
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_POLL: Final = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A project at a forge. ``poll`` is after how many seconds it is asked again.

    ``issues`` is what is wanted of its issues; None: nothing.
    """

    kind: str
    host: str
    project: str
    command: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)
    style: str = "merge"
    poll: float = _POLL
    issues: IssueRules | None = None

    def forge(self) -> Forge:
        """Return what speaks with it."""
        if self.kind == "github":
            from gitgt.services.forge.github import GitHub

            return GitHub(Api(GH, self.host, self.command), self.project)
        if self.kind == "gitlab":
            from gitgt.services.forge.gitlab import GitLab

            return GitLab(Api(GLAB, self.host, self.command), self.project)
        from gitgt.services.forge.gitea import Gitea

        return Gitea(Api(TEA, self.host, self.command), self.project)

    def tracker(self) -> Issues:
        """Return what speaks with it about its issues."""
        if self.kind == "gitlab":
            from gitgt.services.forge.issues.gitlab import GitLabIssues

            return GitLabIssues(Api(GLAB, self.host, self.command), self.project)
        from gitgt.services.forge.issues.github import GITEA, GITHUB, HubIssues

        if self.kind == "github":
            return HubIssues(Api(GH, self.host, self.command), self.project, GITHUB)
        return HubIssues(Api(TEA, self.host, self.command), self.project, GITEA)


def place_of(town: Town, rig: Rig) -> Place | None:
    """Return where the pull requests of *rig* are; None if it has none.

    Raises:
        SettingsError: it lands by pull requests, and where is not said.
    """
    found = settings.read_committed(town.root, rig.settings_name, "rig")
    by_forge = found.get("merge_queue", {}).get("land") == "pull-request"
    mine = found.get("forge")
    if mine is None and not by_forge:
        return None
    if mine is None:
        raise SettingsError(
            f"{rig.name} lands by pull requests, and has no forge",
            hint=f"in {rig.settings_name}: forge: {{kind: github}}",
        )
    known = address_of(address(town.ledger_at(rig).repository, REMOTE))
    host, project = mine.get("host") or known[0], mine.get("project") or known[1]
    if not host or not project:
        raise SettingsError(
            f"where the pull requests of {rig.name} are cannot be told from its origin",
            hint=f"in {rig.settings_name}, under forge: host: HOST and project: OWNER/NAME",
        )
    return _place(mine, host, project, by_forge=by_forge)


def _place(mine: dict[str, Any], host: str, project: str, *, by_forge: bool) -> Place:
    return Place(
        kind=mine["kind"],
        host=host,
        project=project,
        command=tuple(mine.get("command", ())),
        rules=Rules(
            at_once=by_forge and mine.get("open") == "submitted",
            draft=mine.get("draft", False),
            approvals=mine.get("approvals", 0),
            checks=tuple(mine.get("checks", ())),
            merges=mine.get("merge", "forge") == "forge",
        ),
        style=mine.get("style", "merge"),
        poll=float(mine.get("poll", _POLL)),
        issues=_issues(mine.get("issues")),
    )


def _issues(said: dict[str, Any] | None) -> IssueRules | None:
    if said is None:
        return None
    return IssueRules(
        label=said.get("label", LABEL),
        poll=float(said["poll"]) if "poll" in said else None,
        says=tuple(sorted({Word(each) for each in said.get("say", tuple(Word))})),
        closes=said.get("close", True),
    )
