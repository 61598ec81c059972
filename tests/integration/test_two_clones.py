"""Two clones, 500 random edits each, offline: whoever merges, the ledger is the same."""

from __future__ import annotations

import os

from gitgt.git.command import git
from tests.support.replicas import Store, bead

# The numbers that are promised, and so many rounds of them; one round in a hurry.
ROUNDS = int(os.environ.get("ROUNDS", "1"))
EDITS = 500
NAMES = [f"gt-{n:02d}abc" for n in range(30)]


def test_500_edits_on_each_of_two_clones_end_in_one_ledger_byte_for_byte(tmp_path):
    for seed in range(ROUNDS):
        ours, theirs = (Store(tmp_path / f"{name} {seed}") for name in ("ours", "theirs"))
        begun = ours.clone("beads").write(*(bead(name) for name in NAMES[:20]))
        fetched(theirs, ours, begun)
        here, there = ours.clone("ada", begun, seed=seed), theirs.clone("bob", begun, seed=seed)
        here.work(NAMES, EDITS)
        there.work(NAMES, EDITS)

        # Each merges what the other has, in its own repository, and in its own order.
        mine, yours = here.head, there.head
        fetched(ours, theirs, yours)
        fetched(theirs, ours, mine)
        here.take(yours)
        there.take(mine)

        assert here.head == there.head
        assert git("fsck", "--strict", cwd=ours.repository.common) == b""


def fetched(to, source, commit):
    git("fetch", "-q", str(source.repository.common), commit, cwd=to.repository.common)
