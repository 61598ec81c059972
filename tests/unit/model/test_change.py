import pytest

from gitgt.errors import GtError, IllegalTransitionError, NotAllowedError, RefusedError
from gitgt.model.actor import Standing
from gitgt.model.change import check_change, complete, flaws
from gitgt.model.documents import (
    Bead,
    Comment,
    Convoy,
    Dependency,
    DependencyType,
    Escalation,
    MergeRequest,
    Outcome,
    Waiver,
)
from gitgt.model.ids import BeadId
from tests.support.documents import COMMIT, NOW, bead, fresh

LATER = "2026-11-23T08:00:00Z"
TOAST = "shop/polecats/toast"
PERSON, AGENT, TOWN = Standing.PERSON, Standing.AGENT, Standing.TOWN
MAYOR = Standing.COORDINATOR
HOOKED = bead(status="hooked", assignee=TOAST)
WORKING = bead(status="in_progress", assignee=TOAST)
CLOSED = bead(status="closed", closed_at=NOW, closed_by="ada", outcome="success")


def by_hand(old, **edits):
    """What becomes of *old* when *edits* are written into its file; None takes a line out."""
    fields = old.fields() if old else {"id": "gt-abc12", "title": "Retry the push"}
    fields |= edits
    written = {name: value for name, value in fields.items() if value is not None}
    return complete(old, written, now=LATER, by="bob")


def said(old, new, standing=PERSON):
    with pytest.raises(GtError) as caught:
        check_change(old, new, standing)
    return f"{caught.value.message} | {caught.value.hint}"


def test_two_lines_are_a_bead():
    new = by_hand(None)
    assert new.fields() == {
        "id": "gt-abc12",
        "type": "task",
        "title": "Retry the push",
        "status": "open",
        "priority": 2,
        "created_at": LATER,
        "created_by": "bob",
    }
    check_change(None, new, PERSON)


@pytest.mark.parametrize(
    ("bead_id", "kind", "own"),
    [
        ("hq-cv-abc12", Convoy, {}),
        ("gt-es-abc12", Escalation, {"severity": "high"}),
    ],
)
def test_an_id_says_what_it_is(bead_id, kind, own):
    new = complete(None, {"id": bead_id, "title": "x", **own}, now=LATER, by="bob")
    assert isinstance(new, kind)
    assert new.status == "open"


def test_what_is_left_out_stays_as_it_was():
    old = bead(type="epic", status="hooked", assignee=TOAST)
    new = by_hand(old, type=None, status=None, created_at=None, created_by=None)
    assert new == old


def test_closing_by_hand_needs_one_line():
    new = by_hand(HOOKED, status="closed")
    assert (new.closed_at, new.closed_by, new.outcome) == (LATER, "bob", Outcome.SUCCESS)
    check_change(HOOKED, new, PERSON)
    assert by_hand(HOOKED, status="closed", outcome="cancelled").outcome == "cancelled"


def test_reopening_by_hand_takes_the_marks_away():
    new = by_hand(CLOSED.replace(landed=COMMIT, assignee=TOAST), status="open")
    assert (new.closed_at, new.closed_by, new.outcome, new.landed, new.assignee) == ("",) * 5
    check_change(CLOSED, new, PERSON)


@pytest.mark.parametrize("status", ["blocked", "deferred"])
def test_what_somebody_lets_be_tried_again_has_all_tries_anew(status):
    old = bead(status=status, failures=3)
    assert complete(old, {**old.fields(), "status": "open"}, now=NOW, by="ada").failures == 0
    assert complete(old, old.fields(), now=NOW, by="ada").failures == 3


def test_a_bead_that_is_released_by_hand_loses_its_assignee():
    assert by_hand(WORKING, status="open").assignee == ""
    other = by_hand(WORKING, status="open", assignee="shop/polecats/nux")
    assert said(WORKING, other) == (
        "gt-abc12: a bead has no assignee once it is open | remove assignee"
    )


def test_a_convoy_is_closed_by_hand():
    old = fresh(Convoy, id="hq-cv-abc12")
    new = by_hand(old, status="closed")
    assert new.closed_at == LATER
    check_change(old, new, PERSON)
    assert by_hand(new, status="open").closed_at == ""


def test_a_comment_needs_only_its_text():
    new = by_hand(
        bead(), comments=[{"text": "hm"}, {"id": "c1", "at": NOW, "by": "x", "text": "y"}]
    )
    kept, added = new.comments
    assert kept == Comment("c1", NOW, "x", "y")
    assert (added.at, added.by, added.text) == (LATER, "bob", "hm")
    assert added.id == by_hand(bead(), comments=[{"text": "hm"}]).comments[0].id


def test_a_dependency_blocks_if_it_says_nothing_else():
    new = by_hand(bead(), dependencies=[{"on": "gt-x7k2m"}])
    assert new.dependencies == (Dependency(DependencyType.BLOCKS, BeadId("gt-x7k2m")),)


LANDED = CLOSED.replace(landed=COMMIT, assignee=TOAST)


@pytest.mark.parametrize(
    ("old", "new", "who"),
    [
        (None, bead(), AGENT),
        (None, HOOKED, PERSON),
        (None, bead(status="deferred"), AGENT),
        (bead(), HOOKED, PERSON),
        (HOOKED, WORKING, AGENT),
        (WORKING, bead(), AGENT),
        (WORKING, LANDED, TOWN),
        (WORKING, CLOSED.replace(outcome=Outcome.NO_CHANGES), TOWN),
        (WORKING, CLOSED.replace(outcome=Outcome.NO_CHANGES), AGENT),
        (WORKING, CLOSED, PERSON),
        (bead(type="epic"), CLOSED.replace(type="epic"), AGENT),
        (CLOSED, bead(), PERSON),
        (HOOKED, HOOKED.replace(assignee="shop/polecats/nux"), PERSON),
        (HOOKED, HOOKED.replace(title="x", type="bug"), AGENT),
        (None, None, AGENT),
    ],
)
def test_what_may_be(old, new, who):
    check_change(old, new, who)


REQUEST = fresh(MergeRequest, id="gt-mr-abc12")
MERGED = REQUEST.replace(status="landed", landed=COMMIT)
ELSEWHERE = HOOKED.replace(assignee="shop/polecats/nux")
REFUSALS = {
    "deleted": "gt-abc12 is deleted, and what it says with it | set status: closed instead",
    "begun closed": """\
gt-abc12: a bead cannot begin as closed
| begin as: open, hooked, blocked, deferred, pinned""",
    "slung by an agent": """\
gt-abc12: only a coordinator or person or town may sling a bead (open to hooked)
| from open one can: sling (hooked), begin (in_progress), close (closed), block (blocked),
defer (deferred), pin (pinned)""",
    "slung to nobody": """\
gt-abc12: a bead needs assignee to become hooked
| assignee: RIG/polecats/NAME""",
    "no such step": """\
gt-abc12: a bead that is hooked cannot become pinned
| from hooked one can: begin (in_progress), release (open), close (closed), block (blocked),
defer (deferred)""",
    "landed by hand": "gt-abc12: a bead has no landed once it is closed | remove landed",
    "landed afterwards": """\
gt-abc12: landed says which commit brought it; the refinery alone knows
| remove that line""",
    "stolen": """\
gt-abc12 is on the hook of shop/polecats/toast
| git gt bead release gt-abc12 puts it back""",
    "done by word": """\
gt-abc12 closes when its work has landed; an agent's word is not enough
| git gt done; if nothing needed doing: outcome: no-changes""",
    "forged": "gt-abc12: created_by is fixed once it is written | created_by: ada",
    "another kind": "gt-abc12: a bead cannot become a convoy | type: task",
    "half closed": """\
gt-abc12: closed_at is set, but it is open
| remove closed_at, or close it""",
    "half closed too": """\
gt-abc12: outcome is set, but it is open
| remove outcome, or close it""",
    "half open": """\
gt-abc12: it is closed without closed_at
| write when, or leave it to the hooks""",
    "on no hook": """\
gt-abc12: it is hooked, but on nobody's hook
| assignee: RIG/polecats/NAME""",
    "merged by hand": """\
gt-mr-abc12: only the town may land a merge request (queued to landed)
| from queued one can: land (landed), skip (no-op), block (blocked), conflict,
reject (rejected), escalate (escalated), withdraw (withdrawn)""",
}


@pytest.mark.parametrize(
    ("old", "new", "who", "kind", "text"),
    [
        (bead(), None, PERSON, RefusedError, "deleted"),
        (None, CLOSED, PERSON, IllegalTransitionError, "begun closed"),
        (None, HOOKED, AGENT, NotAllowedError, "slung by an agent"),
        (None, bead(status="hooked"), PERSON, RefusedError, "slung to nobody"),
        (HOOKED, bead(status="pinned"), PERSON, IllegalTransitionError, "no such step"),
        (WORKING, LANDED, PERSON, RefusedError, "landed by hand"),
        (CLOSED, LANDED, TOWN, RefusedError, "landed afterwards"),
        (HOOKED, ELSEWHERE, AGENT, NotAllowedError, "stolen"),
        (WORKING, CLOSED, AGENT, NotAllowedError, "done by word"),
        (bead(), bead().replace(created_by="eve"), PERSON, RefusedError, "forged"),
        (bead(), fresh(Convoy), PERSON, RefusedError, "another kind"),
        (bead(), bead().replace(closed_at=NOW), PERSON, RefusedError, "half closed"),
        (bead(), bead().replace(outcome="success"), PERSON, RefusedError, "half closed too"),
        (CLOSED, CLOSED.replace(closed_at=""), PERSON, RefusedError, "half open"),
        (HOOKED, HOOKED.replace(assignee=""), PERSON, RefusedError, "on no hook"),
        (REQUEST, MERGED, PERSON, NotAllowedError, "merged by hand"),
    ],
)  # fmt: skip
def test_what_may_not_be(old, new, who, kind, text):
    assert said(old, new, who) == REFUSALS[text].replace("\n", " ")
    with pytest.raises(kind):
        check_change(old, new, who)


def test_some_things_cannot_be_whatever_was_before():
    blocks = Dependency(DependencyType.BLOCKS, BeadId("gt-abc12"))
    comment = Comment("c1", NOW, "ada", "x")
    twice = [
        Dependency(DependencyType.CONDITIONAL_BLOCKS, BeadId("gt-x7k2m"), when)
        for when in ("failure", "success")
    ]
    odd = bead().replace(
        dependencies=(blocks, *twice), comments=(comment, comment), parent="gt-abc12"
    )
    assert [what for what, _ in flaws(odd)] == [
        "it depends on itself",
        "there are 2 conditional-blocks on gt-x7k2m",
        "two comments have the same id",
        "it is its own parent",
    ]


def test_a_bead_that_hung_twice_on_another_before_goes_on():
    twice = [
        Dependency(DependencyType.CONDITIONAL_BLOCKS, BeadId("gt-x7k2m"), when)
        for when in ("failure", "success")
    ]
    old = bead().replace(dependencies=tuple(twice))
    check_change(old, old.replace(title="Push again"), PERSON)
    check_change(old, old.replace(dependencies=(twice[0],)), PERSON)
    with pytest.raises(RefusedError, match="there are 2 conditional-blocks on gt-x7k2m"):
        check_change(bead(), old, PERSON)


def test_closed_without_an_outcome_cannot_be():
    odd = CLOSED.replace(outcome="")
    assert [what for what, _ in flaws(odd)] == ["it is closed without an outcome"]
    assert isinstance(odd, Bead)


WAIVER = Waiver(
    id=BeadId("gt-wv-abc12"), type="waiver", title="main takes it", status="active",
    target="main", description="no tests yet", created_at=NOW, created_by="ada",
)  # fmt: skip


@pytest.mark.parametrize("old", [None, WAIVER])
def test_no_agent_waives_a_gate(old):
    new = WAIVER.replace(tree=COMMIT)
    assert said(old, new, AGENT) == (
        "gt-wv-abc12: a waiver is not for an agent to write "
        "| commit with the line: Escalate: HIGH why"
    )
    check_change(old, new, PERSON)


def test_what_is_begun_says_since_when():
    begun = by_hand(HOOKED, status="in_progress")
    assert begun.started_at == LATER
    released = by_hand(begun, status="open")
    assert (released.assignee, released.started_at) == ("", LATER)


def test_what_is_deleted_keeps_its_name_and_loses_its_words():
    old = bead(description="secret", labels=["net"], estimate=90, parent="gt-e7p1c")
    gone = by_hand(old, status="tombstone")
    assert (gone.title, gone.outcome, gone.closed_at) == (old.title, "cancelled", LATER)
    assert (gone.description, gone.labels, gone.estimate, gone.parent) == ("", (), 0, "")
    assert gone.is_closed
    check_change(old, gone, Standing.PERSON)
    with pytest.raises(NotAllowedError):
        check_change(old, gone, Standing.AGENT)
    with pytest.raises(RefusedError, match="description is set, but it is deleted"):
        check_change(gone, gone.replace(description="secret"), Standing.PERSON)


@pytest.mark.parametrize(
    ("kind", "when", "hint"),
    [
        ("conditional-blocks", "any-child", "when: success | failure | cancelled"),
        ("waits-for", "failure", "when: any-child"),
        ("blocks", "success", "remove when"),
    ],
)
def test_an_edge_waits_only_for_what_its_type_knows(kind, when, hint):
    new = bead(dependencies=[{"type": kind, "on": "gt-x7k2m", "when": when}])
    with pytest.raises(RefusedError, match=f"{kind} on gt-x7k2m cannot wait for") as caught:
        check_change(None, new, Standing.PERSON)
    assert caught.value.hint == hint


def test_the_mayor_gives_out_work_and_calls_none_of_its_own_done():
    old = bead()
    hooked = old.replace(status="hooked", assignee=TOAST)
    check_change(old, hooked, MAYOR)
    assert said(old, hooked, AGENT) == (
        "gt-abc12: only a coordinator or person or town may sling a bead (open to hooked) | "
        "from open one can: sling (hooked), begin (in_progress), close (closed), "
        "block (blocked), defer (deferred), pin (pinned)"
    )
    assert said(WORKING, CLOSED.replace(assignee=TOAST), MAYOR) == (
        "gt-abc12 closes when its work has landed; an agent's word is not enough | "
        "git gt done; if nothing needed doing: outcome: no-changes"
    )
