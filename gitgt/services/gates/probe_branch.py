"""The branches in which the refinery hands trees to a forge's runners.

A push of ``gt/probe/<commit>`` asks for the gates that run at the forge to be run on exactly
that commit, once more if they have been run on it before. ``git gt ci`` knows such a branch by
its name, and writes what each gate says of the commit's tree to ``refs/gt/verdicts``.
"""

from __future__ import annotations

import re
from typing import Final

PROBE_BRANCH: Final = "gt/probe/"
_PROBE: Final = re.compile(rf"(?:refs/heads/)?{PROBE_BRANCH}([0-9a-f]{{40,64}})")


def branch_of(commit: str) -> str:
    """Return the branch in which *commit* is handed over."""
    return f"{PROBE_BRANCH}{commit}"


def probed(branch: str) -> str | None:
    """Return the commit that *branch*, or its ref, asks about; None if it is no probe."""
    found = _PROBE.fullmatch(branch)
    return None if found is None else found[1]
