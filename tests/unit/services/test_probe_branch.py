"""Staging branches are known by their names, and nothing else is one."""

import pytest

from gitgt.services.gates.probe_branch import PROBE_BRANCH, branch_of, probed

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_probe_names_its_commit():
    assert PROBE_BRANCH == "gt/probe/"
    assert branch_of(COMMIT) == f"gt/probe/{COMMIT}"
    assert probed(branch_of(COMMIT)) == COMMIT
    assert probed(f"refs/heads/{branch_of(COMMIT)}") == COMMIT


@pytest.mark.parametrize(
    "branch",
    [
        "main",
        "gt/probe/",
        "gt/probe/main",
        f"gt/{COMMIT}",
        f"gt/probe/{COMMIT}/more",
        f"x/gt/probe/{COMMIT}",
        f"gt/probe/{COMMIT[:12]}",
    ],
)
def test_nothing_else_is_one(branch):
    assert probed(branch) is None
