"""What happened is told by a product, in its own way; an agent tells nothing."""

import pytest

from gitgt.errors import EnvironmentProblemError, NotAllowedError, RefusedError
from gitgt.services.ci.told import happened


def test_what_github_wrote_into_a_file_is_read(tmp_path):
    event = tmp_path / "event.json"
    old, new = "1" * 40, "2" * 40
    event.write_text(f'{{"before": "{old}", "after": "{new}"}}')
    facts = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/beads",
        "GITHUB_EVENT_PATH": str(event),
    }  # fmt: skip
    found = happened(facts)
    assert (found.branch, found.old, found.new) == ("beads", old, new)
    event.write_text("{")
    with pytest.raises(EnvironmentProblemError, match="does not say what happened"):
        happened(facts)


def test_nobody_plays_a_pipeline():
    with pytest.raises(RefusedError, match="nothing says what happened"):
        happened({})
    with pytest.raises(NotAllowedError, match="shop/polecats/nux is an agent"):
        happened({"GT_AGENT": "shop/polecats/nux", "GT_CI_EVENT": "schedule"})
