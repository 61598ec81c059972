"""Without a town: a pipeline's pass sees to the issues, and all that lasts is at the remote."""

import os

import pytest

from gitgt.model.ci.event import Product
from gitgt.model.ci.report import Report
from gitgt.services import rig, sync
from gitgt.services.ci import installing, passing, reporting
from gitgt.services.ci.room import room, take_settings
from tests.support.checkout import Checkout
from tests.support.pull_requests import needs_gh
from tests.support.town import TESS


@needs_gh
@pytest.mark.slow
def test_a_pass_makes_beads_of_issues_and_tells_them(desk, tmp_path):
    names = iter(("one", "two"))

    def passed():
        clone = Checkout.clone(desk.shop.forge.repository, tmp_path / next(names))
        environ = {**os.environ, "GT_RIG": "shop"}
        with room(clone.path, environ, Product.GITHUB, desk.town.clock) as found:
            take_settings(found)
            followed = passing.follow(found)
            sync.sync(found.town, found.rig)
        sync.sync(desk.town.town, desk.town.town.rig("shop"))
        report = reporting.with_issues(Report("a pass"), followed)
        return [(each.title, each.said) for each in report.rows]

    desk.at("github")
    rig.share(desk.town.town, "shop", TESS)
    installing.install(desk.town.town, desk.town.town.rig("shop"), Product.GITHUB, TESS)
    sync.sync(desk.town.town, desk.town.town.rig("shop"))
    desk.tracker.open("Apples are too cheap", "", "gitgt")
    found = passed()
    bead = next(each for each in desk.beads() if each.external)
    assert found == [(bead.id, "made from #11: Apples are too cheap")]
    desk.begin(bead)
    desk.land(bead)
    sync.sync(desk.town.town, desk.town.town.rig("shop"))
    told = [(bead.id, "said below #11 that it landed"), (bead.id, "closed #11")]
    assert passed() == told
    assert len(desk.tracker.said(11)) == 1
