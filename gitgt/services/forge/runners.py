"""What a forge's runners say of a commit, whichever forge it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gitgt.errors import SettingsError
from gitgt.git.remote import address
from gitgt.git.repository import Repository
from gitgt.model.probe import Said
from gitgt.model.pull_request import address_of
from gitgt.services.forge.api import GH, GLAB, TEA, Api
from gitgt.services.forge.gitea_runners import GiteaRunners
from gitgt.services.forge.github_runners import GitHubRunners
from gitgt.services.forge.gitlab_runners import GitLabRunners
from gitgt.services.town import Rig


class AtWork(Protocol):
    """The runners of one project."""

    def said(self, commit: str, branch: str) -> Sequence[Said]:
        """Return what is said of *commit*, which stood in *branch*.

        Raises:
            CouldNotAskError: the forge tells nothing.
            ForgeRefusedError: it does not tell us.
        """
        ...

    def cancel(self, commit: str, branch: str) -> None:
        """End what is at work on it, where the forge lets us.

        Raises:
            CouldNotAskError: the forge tells nothing.
            ForgeRefusedError: it does not do that.
        """
        ...


def runners_of(rig: Rig, said: dict[str, object], repository: Repository) -> AtWork:
    """Return the runners of the forge that the settings of *rig* name.

    Raises:
        SettingsError: they name none, or not where it is.
    """
    mine = said.get("forge")
    if not isinstance(mine, dict):
        raise SettingsError(
            f"where the runners of {rig.name} are is not said",
            hint=f"in {rig.settings_name}: forge: {{kind: github}}",
        )
    known = address_of(address(repository, rig.remote))
    host, project = mine.get("host") or known[0], mine.get("project") or known[1]
    if not host or not project:
        raise SettingsError(
            f"where the runners of {rig.name} are cannot be told from its {rig.remote}",
            hint=f"in {rig.settings_name}, under forge: host: HOST and project: OWNER/NAME",
        )
    command = tuple(mine.get("command", ()))
    match mine["kind"]:
        case "github":
            return GitHubRunners(Api(GH, host, command), project)
        case "gitlab":
            return GitLabRunners(Api(GLAB, host, command), project)
        case _:
            return GiteaRunners(Api(TEA, host, command), project)
