"""An issue that is labelled, worked on and landed; told by three kinds of forges."""

import pytest

from gitgt.model.lifecycle import BeadStatus
from tests.support.pull_requests import needs_gh

pytestmark = pytest.mark.slow


KINDS = [pytest.param("github", marks=needs_gh), "gitlab", "gitea"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_labelled_issue_becomes_a_bead_that_follows_it(desk, kind):
    desk.at(kind)
    desk.tracker.open("Nobody asked for this")
    desk.tracker.open("Apples are too cheap", "Make them dearer.\n", "gitgt", "bug")
    desk.tracker.say(12, "eve", "Please do.")
    assert desk.done() == ["made from #12: Apples are too cheap"]
    bead = desk.bead()
    assert (bead.title, bead.description, bead.status) == (
        "Apples are too cheap", "Make them dearer.\n", "open",
    )  # fmt: skip
    assert (bead.type, bead.labels) == ("bug", ("bug", "gitgt"))
    assert bead.created_by == f"bob at {kind}.com"
    assert [(each.by, each.text) for each in bead.comments] == [
        (f"eve at {kind}.com", "Please do.")
    ]
    assert [desk.done() for _ in range(3)] == [[], [], []]

    desk.begin(bead)
    desk.tracker.edit(12, title="Apples are much too cheap", labels=["gitgt", "P1"])
    desk.tracker.say(12, "eve", "When?")
    assert desk.done() == ["follows #12: title, priority, labels, comments"]
    bead = desk.bead()
    assert (bead.title, bead.priority, bead.labels) == (
        "Apples are much too cheap", 1, ("P1", "gitgt"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_landed_is_told_and_closed(desk, kind):
    desk.at(kind)
    desk.tracker.open("Apples are too cheap", "", "gitgt")
    desk.sync()
    bead = desk.bead()
    desk.begin(bead)
    commit = desk.land(bead)
    assert desk.done() == ["said below #11 that it landed", "closed #11"]
    mark = f"<!-- gt: {bead.id} landed {commit[:12]} -->"
    told = f"Landed on `main` as {commit} ({bead.id}).\n\n{mark}"
    assert desk.tracker.said(11) == [told]
    assert not desk.tracker.tickets[11].is_open
    assert [desk.done(whole=each) for each in (False, False, True)] == [[], [], []]
    assert (len(desk.beads()), desk.tracker.said(11)) == (1, [told])

    desk.tracker.edit(11, is_open=True)
    assert desk.done() == ["open: issue #11 was opened again at the forge"]
    desk.begin(bead)
    again = desk.land(bead, "apple 5\n")
    assert desk.done() == ["said below #11 that it landed", "closed #11"]
    assert again in desk.tracker.said(11)[1]
    assert (desk.bead().status, len(desk.tracker.said(11))) == (BeadStatus.CLOSED, 2)
    assert desk.done() == []
