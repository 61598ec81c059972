"""A crew member whose context is full: a fresh session goes on by itself, once."""

from __future__ import annotations

import pytest

from gitgt.services import settings
from gitgt.services.agents import crew
from gitgt.services.sessions import runtimes, session_records
from tests.support.commandline import gt
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ANN = "shop/crew/ann"
WORK = """\
```gitgt-script compact
echo fig 6 >>prices.txt
echo half done
```"""


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path)
    runtimes.put(builder.town, "script", {"preset": "script"}, TESS)
    yield builder
    gt("down", cwd=builder.town.root)


def test_before_it_forgets_it_hands_over_and_the_next_one_only_notes_how_far_it_is(town):
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    bead = town.bead(shop, "Sell figs", description=WORK)
    town.sling(bead, to=ANN)
    path = shop.path / "settings/config.yaml"
    own = {"launcher": "process", "jail": "none"}
    path.write_bytes(settings.emit({**settings.read(path, "rig"), "sessions": own}))
    root = town.town.root
    assert gt("up", cwd=root).code == 0
    assert gt("crew", "start", "ann", "--rig", "shop", cwd=root).code == 0

    def records():
        return session_records.records(town.town, shop, address=ANN)

    until(lambda: len(records()) > 1 and records()[1].checkpoint, patience=120)
    first, second = records()
    assert (first.handoff.reason, first.how) == ("compaction", "it was stopped")
    assert "Not committed:\n M prices.txt" in first.handoff.text
    assert (second.topic, second.follows, second.bead) == ("handoff", first.id, bead.id)
    assert (second.handoff, second.checkpoint.reason, second.is_open) == (
        None, "compaction", True,
    )  # fmt: skip
    assert second.conversation != first.conversation
