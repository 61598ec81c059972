"""How a rig of Gas Town landed is how it lands here."""

import pytest

from gitgt.services.exchange.oldsettings import of_rig


@pytest.mark.parametrize(
    ("said", "fields", "left"),
    [
        ({"merge_strategy": "direct"}, {}, []),
        (
            {"merge_strategy": "pr"},
            {"merge_queue": {"land": "pull-request"}, "forge": {"kind": "github"}}, [],
        ),
        (
            {"merge_strategy": "pr", "vcs_provider": "github", "require_review": True},
            {
                "merge_queue": {"land": "pull-request"},
                "forge": {"kind": "github", "approvals": 1},
            }, [],
        ),
        (
            {"merge_strategy": "pr", "vcs_provider": "bitbucket"}, {},
            ["merge_queue.merge_strategy", "merge_queue.vcs_provider"],
        ),
    ],
)  # fmt: skip
def test_pull_requests_come_along(said, fields, left):
    found = of_rig({"merge_queue": said}, (), "main")
    assert (found.fields, [*found.left]) == (fields, left)
