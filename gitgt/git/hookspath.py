"""The setting ``core.hooksPath``: what it says, making it ours, putting it back.

One that points at our folder is set only where another tool's would hide the hooks in the
ordinary folder. The file is put back byte for byte if nobody else changed it meanwhile, else
only the key is.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import attempt, git

_KEY: Final = "core.hooksPath"
_COPY: Final = "config.before"


def effective(common: Path) -> str:
    """Return the folder that git takes hooks from in *common*, ``~`` expanded; "" if unset."""
    outcome = attempt("config", "-z", "--type=path", "--get", _KEY, cwd=common)
    return (
        outcome.stdout.decode(errors="surrogateescape").removesuffix("\0") if outcome.ok else ""
    )


def local_values(common: Path) -> list[str]:
    """Return what the repository's own config file says, as it stands there."""
    outcome = attempt("config", "--local", "-z", "--get-all", _KEY, cwd=common)
    return (
        outcome.stdout.decode(errors="surrogateescape").split("\0")[:-1] if outcome.ok else []
    )


def point_at(common: Path, folder: Path, kept: Path) -> str:
    """Set the key, keep a copy of the file before it in *kept*, and return the new file's hash.

    Raises:
        EnvironmentProblemError: some other setting is stronger.
    """
    before = (common / "config").read_bytes()
    copy = kept / _COPY
    copy.touch(mode=0o600)
    copy.write_bytes(before)
    git("config", "--local", "--replace-all", _KEY, str(folder), cwd=common)
    if effective(common) != str(folder):
        restore(common, local_values_in(before, common), kept, _hash(common / "config"))
        raise EnvironmentProblemError(
            f"another setting of {_KEY} hides the hooks of {common}",
            hint=f"git -C {common} config --show-origin --get-all {_KEY}",
        )
    return _hash(common / "config")


def local_values_in(content: bytes, cwd: Path) -> list[str]:
    """Return what a config file with that *content* says."""
    argv = ("config", "-z", "--file", "-", "--get-all", _KEY)
    outcome = attempt(*argv, cwd=cwd, stdin=content)
    return (
        outcome.stdout.decode(errors="surrogateescape").split("\0")[:-1] if outcome.ok else []
    )


def restore(common: Path, values: list[str], kept: Path, left: str) -> None:
    """Put the key back; *left* is the hash of the file as we left it."""
    config, copy = common / "config", kept / _COPY
    if copy.is_file() and _hash(config) == left:
        draft = config.with_name("config.lock")
        with draft.open("xb") as file:
            file.write(copy.read_bytes())
        draft.chmod(config.stat().st_mode & 0o777)
        draft.replace(config)
        return
    attempt("config", "--local", "--unset-all", _KEY, cwd=common)
    for value in values:
        git("config", "--local", "--add", _KEY, value, cwd=common)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
