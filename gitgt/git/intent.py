"""What is about to land, written down before the first ref moves.

The intent is a ref at a commit of its own. The commit's parents are what the refs are to
become, so nothing of it can be collected as garbage meanwhile; its message is the plan.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, Self

from gitgt.errors import EnvironmentProblemError
from gitgt.git.repository import Repository, Signature
from gitgt.git.transaction import RefMove
from gitgt.values import dataclass

INTENTS: Final = "refs/gt/intent/"
_FORMAT: Final = 1
_WHO: Final = Signature("refinery", "refinery@gitgt.invalid", 1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A checkout that stands on a ref that is to move: ``follows`` if it is clean."""

    path: Path
    git_dir: Path
    branch: str
    follows: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """The moves, in their order, and the checkouts that stand in the way.

    With *remote* they are made there first: only there it stands what has become of them.
    """

    moves: tuple[RefMove, ...]
    standing: tuple[Standing, ...] = ()
    remote: str = ""

    @property
    def name(self) -> str:
        """The ref of the intent: one for each target, which is the first that moves."""
        return INTENTS + self.moves[0].name.removeprefix("refs/").removeprefix("heads/")

    def write(self, repository: Repository) -> str:
        """Store the intent and return its commit; no ref points at it yet."""
        parents = [move.new for move in self.moves if move.new is not None]
        tree = repository.write_tree(None, {})
        return repository.write_commit(tree, parents, self._message(), _WHO)

    def _message(self) -> str:
        plan = {
            "format": _FORMAT,
            "moves": [[move.name, move.old, move.new] for move in self.moves],
            "standing": [
                [str(each.path), str(each.git_dir), each.branch, each.follows]
                for each in self.standing
            ],
            **({"remote": self.remote} if self.remote else {}),
        }
        return f"intend to move {self.moves[0].name}\n\n{json.dumps(plan)}\n"

    @classmethod
    def read(cls, repository: Repository, commit: str) -> Self:
        """Return the intent that *commit* holds.

        Raises:
            EnvironmentProblemError: it holds none that this gitgt understands.
        """
        try:
            plan = json.loads(repository.message_of(commit).partition("\n\n")[2])
            moves = tuple(RefMove(*each) for each in plan["moves"])
            standing = tuple(
                Standing(Path(path), Path(git_dir), branch, follows)
                for path, git_dir, branch, follows in plan["standing"]
            )
            remote = str(plan.get("remote", ""))
        except (ValueError, KeyError, TypeError) as error:
            raise EnvironmentProblemError(
                f"the intent {commit[:12]} in {repository.common} cannot be read",
                hint=f"git -C {repository.common} show {commit[:12]}",
            ) from error
        return cls(moves, standing, remote)
