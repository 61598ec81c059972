"""How a checkout that others made reaches its remote: where that is, and with whose leave.

A pipeline's checkout carries what git needs for it: a token in the remote's address, a header,
a helper, a command. What works elsewhere with the same leave is written into a file of its own,
so that no address that is shown or stored holds a secret, and the checkout stays as it is.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from gitgt.errors import EnvironmentProblemError, NotFoundError
from gitgt.git.command import attempt
from gitgt.git.patient import PATIENCE, attempt_within
from gitgt.git.remote import OURS
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_CARRIED: Final = (
    "http.", "credential.", "url.", "core.sshcommand", "core.gitproxy", "ssh.variant",
)  # fmt: skip
_HEADER: Final = ".extraheader"
# Every forge takes a token as the password of whomever.
_ANYBODY: Final = "oauth2"
Setting = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Access:
    """A remote's address, without a secret, and the settings of git that open it."""

    url: str
    settings: tuple[Setting, ...] = ()


def of(checkout: Path, remote: str, *, token: str = "") -> Access:
    """Return how *checkout* reaches *remote*; with *token* instead of what it has, if given.

    Raises:
        EnvironmentProblemError: git does not trust the checkout, or there is none.
        NotFoundError: it has no such remote.
    """
    outcome = attempt(
        "config", "--null", "--local", "--includes", "--list", cwd=checkout
    )  # fmt: skip
    if not outcome.ok:
        raise EnvironmentProblemError(
            f"{checkout} is no git repository, or not one that git trusts here",
            hint=f"git config --global --add safe.directory {shlex.quote(str(checkout))}",
        )
    rows = [*_rows(outcome.stdout)]
    url = next((value for key, value in rows if key == f"remote.{remote}.url"), "")
    if not url:
        raise NotFoundError(f"{checkout} has no remote {remote!r}", hint="git remote -v")
    return opened(url, [row for row in rows if row[0].lower().startswith(_CARRIED)], token)


def _rows(answer: bytes) -> Iterator[Setting]:
    for row in answer.decode(errors="surrogateescape").split("\0"):
        key, _, value = row.partition("\n")
        if key:
            yield key, value


def opened(url: str, carried: Sequence[Setting], token: str = "") -> Access:
    """Return *url* without the secret in it, and the settings that bring it back."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return Access(url, tuple(carried))
    leave, _, host = parts.netloc.rpartition("@")
    if token:
        leave = f"{_ANYBODY}:{quote(token, safe='')}"
        carried = [row for row in carried if not row[0].lower().endswith(_HEADER)]
    bare = urlunsplit(parts._replace(netloc=host))
    if not leave:
        return Access(bare, tuple(carried))
    place = f"{parts.scheme}://{host}/"
    back = (f"url.{parts.scheme}://{leave}@{host}/.insteadOf", place)
    return Access(bare, (*carried, back))


def write(access: Access, path: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Write a configuration for all of git: the user's, and these settings after it."""
    home = environ.get("HOME", "")
    users = [environ.get("GIT_CONFIG_GLOBAL", "")]
    if not users[0]:
        elsewhere = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
        users = [f"{elsewhere}/git/config", f"{home}/.gitconfig"]
    rows = [("include.path", each) for each in users if Path(each).is_file()]
    text = "".join(_line(*row) for row in (*rows, *access.settings))
    path.touch(mode=0o600)
    path.write_text(text, errors="surrogateescape")


def _line(key: str, value: str) -> str:
    section, _, rest = key.partition(".")
    middle, dot, name = rest.rpartition(".")
    head = f"{section} {_quoted(middle)}" if dot else section
    return f"[{head}]\n\t{name} = {_quoted(value)}\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def why_not_written(repository: Repository, remote: str, commit: str) -> str:
    """Return what *remote* says to somebody who would push there; empty if it lets them."""
    argv = (*OURS, "push", "--dry-run", "--porcelain", remote, f"{commit}:refs/gt/may-i")
    outcome = attempt_within(PATIENCE, *argv, cwd=repository.common)
    if outcome.ok:
        return ""
    rows = [row.removeprefix("remote: ").strip() for row in outcome.stderr.splitlines()]
    said = [row for row in rows if row and not row.startswith(("hint:", "To "))]
    return "; ".join(said[:3]) or f"git push ended with {outcome.code}"


def bring(repository: Repository, remote: str, commit: str) -> bool:
    """Fetch one commit by its id, wherever it still is; tell whether it is here now."""
    if repository.has(commit):
        return True
    argv = (
        *OURS, "fetch", "--quiet", "--no-tags", "--no-auto-maintenance",
        "--no-write-fetch-head", "--no-recurse-submodules", remote, commit,
    )  # fmt: skip
    return attempt_within(PATIENCE, *argv, cwd=repository.common).ok and repository.has(commit)
