"""Sign commits that were tested unsigned: their trees are the same, so their verdicts hold.

Who signs, and with which program, is said by whoever calls; no key of the repository's own
configuration is asked for the program, since agents share that file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, what_git_said
from gitgt.git.command import attempt, git
from gitgt.git.patient import attempt_within
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_PROGRAMS: Final = {
    "openpgp": ("gpg.program", "gpg"),
    "ssh": ("gpg.ssh.program", "ssh-keygen"),
}
_FACTS: Final = "%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B"


class CannotSignError(EnvironmentProblemError):
    """What is to land could not be signed; it is nobody's fault who handed it in."""


@dataclass(frozen=True, slots=True)
class Signer:
    """With what commits are signed: git's ``gpg.format`` and ``user.signingKey``."""

    form: str = "openpgp"
    key: str = ""
    program: str = ""


def configured(path: Path) -> Signer | None:
    """Return with what the repository at *path* is configured to sign; None if it is not.

    Only its own configuration counts: a person who signs by hand may have to type something.
    """
    common = Repository.at(path).common

    def said(key: str, *kind: str) -> str:
        found = attempt("config", "--local", *kind, "--get", key, cwd=common)
        return found.stdout.decode(errors="replace").strip()

    if said("commit.gpgSign", "--type=bool") != "true":
        return None
    return Signer(said("gpg.format") or "openpgp", said("user.signingKey"))


def sign(
    repository: Repository, base: str, commits: Sequence[str], signer: Signer, *, within: float
) -> dict[str, str]:
    """Sign what leads from *base* to the last of *commits*; return the new id of each of them.

    Raises:
        CannotSignError: it could not be signed, and why.
    """
    if os.environ.get("GT_AGENT"):
        raise CannotSignError(
            "what lands is signed, and an agent cannot sign", hint="git gt up, as a person"
        )
    if signer.form not in _PROGRAMS:
        raise CannotSignError(
            f"gpg.format is {signer.form!r}", hint=f"one of: {', '.join(_PROGRAMS)}"
        )
    argv = ("rev-list", "--first-parent", "--reverse", commits[-1], f"^{base}", "--")
    made: dict[str, str] = {}
    for each in git(*argv, cwd=repository.common).decode().split():
        made[each] = _signed(repository, each, made, signer, within)
    return {each: made[each] for each in commits}


def _signed(
    repository: Repository, commit: str, made: dict[str, str], signer: Signer, within: float
) -> str:
    shown = git(
        "show", "-s", "--date=raw", f"--format={_FACTS}", commit, "--", cwd=repository.common
    )
    *facts, message = shown.decode(errors="surrogateescape").split("\0")
    tree, parents, author, mail, date, committer, its_mail, its_date = facts
    names = {
        "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": f"@{date}",
        "GIT_COMMITTER_NAME": committer, "GIT_COMMITTER_EMAIL": its_mail,
        "GIT_COMMITTER_DATE": f"@{its_date}",
    }  # fmt: skip
    rows = [word for each in parents.split() for word in ("-p", made.get(each, each))]
    key = f"-S{signer.key}"
    outcome = attempt_within(
        within, *_options(signer, repository.common), "commit-tree", key, *rows, tree,
        cwd=repository.common, env=names, stdin=message.rstrip("\n").encode(
            errors="surrogateescape"
        ) + b"\n",
    )  # fmt: skip
    if not outcome.ok:
        said = what_git_said(outcome.stderr, outcome.code)
        raise CannotSignError(
            f"what is to land could not be signed ({signer.form}): {said}",
            hint="is the key there, and needs it no word that nobody can type?",
        )
    return outcome.stdout.decode().strip()


def _options(signer: Signer, common: Path) -> list[str]:
    key, usual = _PROGRAMS[signer.form]
    program = signer.program or _of_the_person(key, common) or usual
    said = (
        "core.hooksPath=/dev/null", f"gpg.format={signer.form}", f"{key}={program}",
        "i18n.commitEncoding=UTF-8",
    )  # fmt: skip
    return [word for each in said for word in ("-c", each)]


def _of_the_person(key: str, common: Path) -> str:
    """Return the program that whoever runs the watcher has set for themselves."""
    found = attempt("config", "--global", "--type=path", "--get", key, cwd=common)
    return found.stdout.decode(errors="replace").strip()
