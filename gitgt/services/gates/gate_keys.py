"""What a verdict belongs to: what a gate sees of a tree, its definition, the environment."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.pruned import Pruner
from gitgt.git.repository import Repository, Signature
from gitgt.model.gate import Gate, gate_hash
from gitgt.model.inputs import Inputs
from gitgt.runtime import fingerprint
from gitgt.runtime.gate import seen_by

_WHO = Signature("refinery", "refinery@gitgt.invalid", 0)
# The runners of a forge are one environment, whichever machine asks them: so every clone of a
# rig finds the same verdicts, and the runner that writes them does.
RUNNERS: Final = "forge"


def environment() -> str:
    """Return what a verdict depends on besides tree and gate: the kind of machine."""
    return f"{platform.system()}-{platform.machine()}"


class Keys:
    """The keys of the verdicts of one rig's gates, for as long as one looks at its queue.

    So long a gate's fingerprint is good: it is taken once, and anew at the next look. What
    *pruner* remembers is good for longer.
    """

    def __init__(
        self, repository: Repository, cwd: Path, ours: Mapping[str, str] = os.environ,
        pruner: Pruner | None = None,
    ) -> None:  # fmt: skip
        self._repository = repository
        self._cwd = cwd
        self._ours = ours
        self._pruner = pruner or Pruner(repository)
        self._scopes: dict[tuple[str, tuple[str, ...]], str] = {}
        self._digests: dict[Gate, str] = {}
        self._troubles: dict[Gate, str] = {}

    def scope(self, tree: str, gate: Gate) -> str:
        """Return the tree of all that *gate* sees of *tree*; the scope of a scope is itself."""
        if not gate.inputs:
            return tree
        key = (tree, gate.inputs)
        if key not in self._scopes:
            found = self._pruner.pruned(tree, Inputs.parse(gate.inputs))
            self._scopes[key] = self._scopes[found, gate.inputs] = found
        return self._scopes[key]

    def commit(self, commit: str, gate: Gate) -> str:
        """Return the commit that *gate* is run on: with inputs, one of nothing but them."""
        if not gate.inputs:
            return commit
        # Made anew: what was made long ago may have been collected since.
        whole = self._repository.tree_of(commit)
        tree = Pruner(self._repository).pruned(whole, Inputs.parse(gate.inputs))
        return self._repository.write_commit(tree, [], "The inputs of a gate\n", _WHO)

    def digest(self, gate: Gate) -> str:
        """Return the hash of *gate* and its environment; ``trouble`` says if it is unknown."""
        if gate not in self._digests:
            self._digests[gate] = gate_hash(gate, self._environment(gate))
        return self._digests[gate]

    def trouble(self, gate: Gate) -> str:
        """Return why the environment of *gate* is not known; empty if it is."""
        self.digest(gate)
        return self._troubles.get(gate, "")

    def _environment(self, gate: Gate) -> str:
        if gate.is_remote:
            return RUNNERS
        seen = seen_by(gate, self._ours)
        rows = [environment(), *(f"{each}={seen.get(each)}" for each in gate.passed_on)]
        if gate.fingerprint:
            rows.append(f"fingerprint {self._fingerprint(gate, seen)}")
        return "\n".join(rows)

    def _fingerprint(self, gate: Gate, seen: Mapping[str, str]) -> str:
        try:
            return fingerprint.take(gate.fingerprint, self._cwd, seen)
        except EnvironmentProblemError as error:
            self._troubles[gate] = f"no fingerprint: {error.message}"
            return "unknown"
