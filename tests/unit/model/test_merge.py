import pytest

from gitgt.errors import RefusedError
from gitgt.model.documents import Comment, Convoy, Escalation, MailList, MergeRequest, Message
from gitgt.model.merge import Lost, Side, merge
from gitgt.model.stamps import Stamp
from tests.support.documents import COMMIT, NOW, bead, fresh

LATER = "2026-11-23T08:00:00Z"
TOAST, NUX = "shop/polecats/toast", "shop/polecats/nux"


def merged(base, one, two):
    """Merge *one*, which ada wrote first, and *two*, which bob wrote later."""
    ours, theirs = Side(one, 1, "ada"), Side(two, 2, "bob")
    found = merge(base, ours, theirs)
    assert found == merge(base, theirs, ours)
    return found


def test_changes_to_different_fields_both_stay():
    base = bead()
    both = merged(base, base.replace(title="Push again"), base.replace(priority=0))
    assert both.document == base.replace(title="Push again", priority=0)
    assert both.lost == ()


def test_the_later_of_two_values_stays():
    base = bead()
    both = merged(base, base.replace(title="A"), base.replace(title="B"))
    assert both.document.title == "B"


def test_a_field_may_have_a_clock_of_its_own():
    base = bead()
    one = Side(base.replace(title="A"), 1, "ada", {"title": Stamp(9, "ada")})
    two = Side(base.replace(title="B"), 2, "bob")
    assert merge(base, one, two).document.title == "A"


def test_sets_take_what_either_side_did():
    base = bead(labels=["a", "b", "c"])
    both = merged(
        base, base.replace(labels=("b", "c", "x")), base.replace(labels=("a", "c", "y"))
    )
    assert both.document.labels == ("c", "x", "y")


def test_comments_of_both_stay_in_time_s_order():
    base = bead()
    first, last = Comment("z", NOW, "ada", "one"), Comment("a", LATER, "bob", "two")
    both = merged(base, base.replace(comments=(last,)), base.replace(comments=(first,)))
    assert both.document.comments == (first, last)


def test_a_changed_comment_beats_a_deleted_one():
    said = Comment("c1", NOW, "ada", "one")
    base = bead().replace(comments=(said,))
    changed = Comment("c1", NOW, "ada", "one!")
    assert merged(base, base.replace(comments=(changed,)), bead()).document.comments == (
        changed,
    )
    assert merged(base, base, bead()).document.comments == ()


def test_ext_is_merged_key_by_key():
    base = bead(ext={"a": {"x": 1, "y": 1}, "b": 1, "c": 1})
    one = base.replace(ext={"a": {"x": 2, "y": 1}, "b": 1})
    two = base.replace(ext={"a": {"x": 1, "y": 2}, "b": 2, "c": 1, "d": True})
    both = {"a": {"x": 2, "y": 2}, "b": 2, "d": True}
    assert merged(base, one, two).document.ext == both


def test_true_is_not_one():
    base = bead()
    one, two = base.replace(ext={"a": True}), base.replace(ext={"a": 1})
    assert merged(base, one, two).document.ext["a"] is not True


def test_text_is_merged_line_by_line():
    base = bead(description="one\ntwo\nthree\n")
    one = base.replace(description="ONE\ntwo\nthree\n")
    two = base.replace(description="one\ntwo\nthree\nfour\n")
    both = merged(base, one, two)
    assert both.document.description == "ONE\ntwo\nthree\nfour\n"
    assert both.lost == ()


def test_where_text_overlaps_the_later_stays_and_the_other_is_handed_back():
    base = bead(notes="one\ntwo\n")
    both = merged(base, base.replace(notes="ONE\ntwo\n"), base.replace(notes="Eins\ntwo\n"))
    assert both.document.notes == "Eins\ntwo\n"
    assert both.lost == (Lost("notes", "ONE\ntwo\n", "ada"),)


HOOKED = bead(status="hooked", assignee=TOAST)
WORKING = HOOKED.replace(status="in_progress")
OTHER = bead(status="hooked", assignee=NUX)
BACK = HOOKED.replace(reason="red")
CLOSED = bead(status="closed", closed_at=LATER, closed_by="ada", outcome="success")
LANDED = CLOSED.replace(landed=COMMIT, closed_by="refinery")


@pytest.mark.parametrize(
    ("base", "one", "two", "winner"),
    [
        # of two claims the first
        (bead(), HOOKED, OTHER, HOOKED),
        (bead(), OTHER, HOOKED, OTHER),
        # a claim beats waiting
        (bead(), HOOKED, bead(status="deferred"), HOOKED),
        (bead(), bead(status="blocked"), HOOKED, HOOKED),
        # of two ways to wait the later
        (bead(), bead(status="blocked"), bead(status="deferred"), bead(status="deferred")),
        # taken away beats going on
        (HOOKED, WORKING, bead(), bead()),
        (HOOKED, OTHER, WORKING, OTHER),
        (WORKING, BACK, WORKING.replace(reason="x"), BACK),
        # closed beats live, landed beats closed, and the first end stands
        (HOOKED, CLOSED, WORKING, CLOSED),
        (HOOKED, bead(), CLOSED, CLOSED),
        (WORKING, LANDED, CLOSED, LANDED),
        (WORKING, CLOSED, LANDED, LANDED),
        (bead(), CLOSED, CLOSED.replace(outcome="failure"), CLOSED),
        # a reopening begins a new life
        (CLOSED, bead(), CLOSED.replace(reason="well done"), bead()),
        (CLOSED, CLOSED.replace(closed_at="2026-11-24T00:00:00Z"), bead(),
         CLOSED.replace(closed_at="2026-11-24T00:00:00Z")),
    ],
)  # fmt: skip
def test_where_a_bead_stands_is_decided_as_one(base, one, two, winner):
    assert merged(base, one, two).document == winner


def test_who_lost_a_claim_is_told():
    assert merged(bead(), HOOKED, OTHER).lost == (Lost("assignee", NUX, "bob"),)


REQUEST = fresh(MergeRequest, id="gt-mr-abc12")
REJECTED = REQUEST.replace(status="rejected", reason="red")
REVISED = REQUEST.replace(revision=2, head=COMMIT[::-1], queued_at=LATER)
CONVOY = fresh(Convoy, id="hq-cv-abc12")
HOME = CONVOY.replace(status="closed", closed_at=NOW)
CALL = fresh(Escalation, id="gt-es-abc12")


@pytest.mark.parametrize(
    ("base", "one", "two", "winner"),
    [
        (REQUEST, REVISED, REJECTED, REVISED),
        (REQUEST, REQUEST.replace(status="landed", landed=COMMIT), REVISED,
         REQUEST.replace(status="landed", landed=COMMIT)),
        (CONVOY, HOME, CONVOY.replace(status="staged_ready"), HOME),
        (CALL, CALL.replace(status="acked"), CALL.replace(status="closed", closed_at=NOW),
         CALL.replace(status="closed", closed_at=NOW)),
    ],
)  # fmt: skip
def test_other_documents_go_as_far_as_either_took_them(base, one, two, winner):
    assert merged(base, one, two).document == winner


WAITS = fresh(Message, id="hq-ms-abc12", recipient="", queue="builds")
TAKEN = WAITS.replace(status="read", reader="shop/polecats/toast", read_at=NOW)
LATE = WAITS.replace(status="read", reader="shop/polecats/nux", read_at=NOW)


def test_of_two_claims_of_one_message_the_first_stands():
    sides = Side(TAKEN, 3, "toast"), Side(LATE, 4, "nux")
    assert merge(WAITS, *sides).document == TAKEN
    done = TAKEN.replace(status="archived", closed_at=NOW)
    assert merged(WAITS, done, LATE).document == done


def test_receivers_merge_one_by_one():
    names = fresh(MailList, id="hq-gr-abc12", title="builders", receivers=["mayor", "shop/max"])
    one = names.replace(receivers=("mayor", "shop/ann", "shop/max"))
    two = names.replace(receivers=("@dogs", "shop/max"))
    assert merged(names, one, two).document == names.replace(
        receivers=("@dogs", "shop/ann", "shop/max")
    )


def test_two_documents_under_one_id_are_not_mixed():
    ours, theirs = Side(bead(), 1, "ada"), Side(bead(created_by="bob"), 2, "bob")
    with pytest.raises(RefusedError) as caught:
        merge(None, ours, theirs)
    assert caught.value.message == (
        "gt-abc12 is two documents: one by ada of 2026-11-22T14:30:00Z, "
        "one by bob of 2026-11-22T14:30:00Z"
    )


def test_deleted_on_both_sides_is_gone():
    assert merged(bead(), None, None).document is None
    assert merged(bead(), bead(), None).document is None
    assert merged(bead(), HOOKED, None).document == HOOKED
    assert merged(None, HOOKED, None).document == HOOKED
