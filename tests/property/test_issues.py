"""Whatever happens to an issue and its bead, in whatever order: each look comes to rest."""

from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import IllegalTransitionError
from gitgt.model.actor import Standing
from gitgt.model.documents import Bead, Comment, Outcome
from gitgt.model.issues import harmless
from gitgt.model.issues.following import Look, begun, course
from gitgt.model.issues.issue import Wish
from gitgt.model.issues.trace import Trace
from gitgt.model.lifecycle import BEAD_MACHINE, BeadStatus, BeadVerb
from gitgt.model.merge import Side, merge

AT = "2026-11-22T14:{:02d}:00Z"
SAID = Bead(
    id="sh-aaaa1", type="task", title="Apples", status=BeadStatus.OPEN, created_at=AT.format(0),
    created_by="bob at github.com", ext={"import": {"from": "github", "id": "u"}},
)  # fmt: skip
WORDS = st.sampled_from(["Apples", "Pears", "Plums"])
LABELS = st.frozensets(st.sampled_from(["bug", "ui", "gitgt"]))
NEEDS = {
    "assignee": "tess", "outcome": Outcome.SUCCESS, "landed": "a" * 40,
    "closed_at": AT.format(0), "closed_by": "tess",
}  # fmt: skip
LOOKS = st.builds(
    lambda wish, title, labels, busy: (wish, title, tuple(sorted(labels)), busy),
    st.sampled_from(Wish), WORDS, LABELS, st.booleans(),
)  # fmt: skip
STEPS = st.lists(LOOKS | st.sampled_from(BeadVerb) | WORDS, max_size=12)


def looked(bead, seen, at):
    wish, title, labels, busy = seen
    said = SAID.replace(
        title=title, labels=labels, comments=(Comment(f"c{at}", at, "eve", "x"),)
    )
    look = Look(wish, 7, said, key="I_7", updated=at, busy=busy)
    return course(bead, None, look, "gitgt", at=at, by="issues").bead


def worked(bead, verb):
    wanted = {name: value for name, value in NEEDS.items() if name != "landed"}
    fields = wanted if verb is BeadVerb.CLOSE else {}
    if verb is BeadVerb.LAND:
        fields = NEEDS
    elif verb in (BeadVerb.SLING, BeadVerb.BEGIN, BeadVerb.SEND_BACK):
        fields = {"assignee": "tess"}
    try:
        return bead if verb is BeadVerb.DELETE else bead.after(verb, **fields)
    except IllegalTransitionError:
        return bead


@given(steps=STEPS)
def test_every_look_is_lawful_comes_to_rest_and_loses_no_comment(steps):
    bead = begun(SAID, Look(Wish.WANTED, 7, SAID, key="I_7"), "gitgt")
    for number, each in enumerate(steps):
        at = AT.format(number + 1)
        if isinstance(each, BeadVerb):
            bead = worked(bead, each)
        elif isinstance(each, str):
            bead = bead.replace(title=each)
        else:
            after = looked(bead, each, at)
            BEAD_MACHINE.between(bead.status, after.status, Standing.TOWN)
            assert looked(after, each, at) == after
            assert {c.id for c in bead.comments} <= {c.id for c in after.comments}
            if Trace.of(bead).taken["title"] == Trace.of(after).taken["title"]:
                assert after.title == bead.title
            assert "gitgt" in after.labels
            bead = after


@given(one=LOOKS, two=LOOKS)
def test_two_towns_that_made_it_apart_make_one_of_it(one, two):
    def made(seen, clock):
        said = SAID.replace(title=seen[1], labels=seen[2])
        return Side(
            begun(said, Look(Wish.WANTED, 7, said, key="I_7"), "gitgt"), clock, "issues"
        )

    left, right = made(one, 1), made(two, 2)
    merged = merge(None, left, right)
    assert merged == merge(None, right, left)
    assert merged.document.title == two[1]
    assert Trace.of(merged.document).key == "I_7"
    after = looked(merged.document, (Wish.WANTED, *two[1:]), AT.format(1))
    assert looked(after, (Wish.WANTED, *two[1:]), AT.format(1)) == after


@given(text=st.text(st.sampled_from("`~@#/ \nfixes#3 closes GH-!:x"), max_size=60))
def test_no_text_leaves_its_block(text):
    lines = harmless.quoted(text).split("\n")
    fence = lines[-1]
    assert lines[0] == f"{fence}text"
    assert all(not each.lstrip().startswith(fence) for each in lines[1:-1])
    assert harmless.closes_nothing(harmless.closes_nothing(text)) == harmless.closes_nothing(
        text
    )
