"""Whether commits are signed by somebody whom this repository's git trusts.

Git itself judges, by its keyring or its file of allowed signers; one process asks for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_FORMAT: Final = "%H%x00%G?%x00%GK%x00%an%x00%ae%x01"
_WHY: Final = {
    "N": "is not signed",
    "B": "has a bad signature",
    "U": "is signed by nobody who is known here",
    "X": "has a signature that has expired",
    "Y": "is signed with a key that has expired",
    "R": "is signed with a key that was revoked",
    "E": "has a signature that cannot be checked here",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """A commit, its author, and why its signature does not count; "" if it does."""

    commit: str
    name: str
    email: str
    why: str

    @property
    def good(self) -> bool:
        """Tell whether it is signed by somebody who is trusted."""
        return not self.why


def signatures(repository: Repository, old: str | None, new: str) -> Iterator[Signed]:
    """Yield what git says of the signature of each commit that *new* has and *old* has not."""
    without = () if old is None else (f"^{old}",)
    argv = ("-c", "log.showSignature=false", "log", "--topo-order", "--reverse")
    said = git(
        *argv, f"--format={_FORMAT}", new, *without, "--",
        cwd=repository.common, env=repository.sight,
    ).decode(errors="replace")  # fmt: skip
    for row in said.split("\x01"):
        words = row.strip("\n").split("\0")
        if len(words) == 5:
            commit, mark, key, name, email = words
            yield Signed(commit, name, email, _why(mark, key))


def _why(mark: str, key: str) -> str:
    """Return why a signature does not count: of SSH's, an unknown signer's is no good."""
    if mark == "G" or (mark == "U" and not key.startswith(("SHA256:", "MD5:"))):
        return ""
    return _WHY.get(mark, _WHY["E"])
