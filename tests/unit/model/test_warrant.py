"""The dance before a session is ended, move by move."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model import warrant as rules
from gitgt.model.actor import Standing
from gitgt.model.documents import Warrant
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import WARRANT_MACHINE, WarrantStatus
from gitgt.model.warrant import Ask, End, Execute, Finish, GiveUp, Pardon, Seen, Wait

T0 = 1_795_357_800
HUNG = Seen(session="s-1", evidence={"turn": "busy@1", "branch": "abc"})
S = WarrantStatus


def warrant(status=S.FILED, about="shop/polecats/nux", name="hq-wr-aaaaa", **fields):
    return Warrant(
        id=name, type="warrant", title="warrant", status=status, about=about,
        created_at=text_of(T0), created_by="deacon", **fields,
    )  # fmt: skip


def asked(number=1, since=0, **fields):
    due = T0 + since + rules.PATIENCE[number - 1]
    given = {"session": "s-1", "evidence": rules.written(HUNG.evidence), **fields}
    return warrant(S.INTERROGATING, number=number, due_at=text_of(due), **given)


MOVED = Seen(session="s-1", evidence={"turn": "idle@9", "branch": "def"})
GONE = "the session that it is about goes on no more"


@pytest.mark.parametrize(
    ("doc", "seen", "later", "step"),
    [
        (warrant(), HUNG, 0, Ask(1, 60.0)),
        (warrant(), Seen(), 0, Pardon(GONE)),
        (warrant(), Seen(unseen=True), 0, Wait(T0 + 60.0)),
        (warrant(session="s-0"), HUNG, 0, Pardon(GONE)),
        (asked(), HUNG, 59, Wait(T0 + 60)),
        (asked(), HUNG, 60, Ask(2, 120.0)),
        (asked(2), HUNG, 120, Ask(3, 240.0)),
        (asked(3), HUNG, 239, Wait(T0 + 240)),
        (asked(3), HUNG, 240, Execute()),
        (asked(3), Seen(session="s-1", held=60.0), 240, Wait(T0 + 300)),
        (asked(3), Seen(session="s-1", attended=True), 240, GiveUp()),
        (asked(3), MOVED, 240, Pardon("its turn moved on, its branch moved")),
        (asked(3), Seen(session="s-1", answered=True), 1, Pardon("it says that it is alive")),
        (asked(3), Seen(session="s-1", evidence={"worktree": "new"}), 1, Wait(T0 + 240)),
        (asked(3), Seen(session="s-2"), 240, Pardon(GONE)),
        (asked(3), Seen(unseen=True), 240, Wait(T0 + 300.0)),
        (warrant(S.UNANSWERED, session="s-1"), HUNG, 999, Wait(None)),
        (warrant(S.UNANSWERED, session="s-1"), Seen(), 999, Pardon(GONE)),
        (warrant(S.EXECUTING, session="s-1"), MOVED, 0, End()),
        (warrant(S.EXECUTING, session="s-1"), Seen(session="s-2"), 0, Finish()),
        (warrant(S.EXECUTING, session="s-1"), Seen(), 0, Finish()),
    ],
)
def test_a_step(doc, seen, later, step):
    assert rules.judge(doc, seen, now=T0 + later) == step


def test_five_are_asked_at_once_and_the_others_wait_their_turn():
    docs = [warrant(about=f"shop/polecats/p{i}", name=f"hq-wr-aaaa{i}") for i in range(7)]
    docs[5] = asked(about="shop/polecats/p5")
    seen = {each.about: HUNG for each in docs}
    steps = [step for _, step in rules.plan(docs, seen, now=T0)]
    assert steps.count(Ask(1, 60.0)) == 4
    assert steps.count(Wait(None)) == 2
    assert rules.next_look(steps) == T0 + 60


def after(doc, step, seen, now):
    """Return the warrant as it stands once *step* was done."""
    match step:
        case Ask(number, patience):
            return doc.replace(
                status=S.INTERROGATING, number=number, session=seen.session,
                due_at=text_of(now + patience), evidence=rules.written(seen.evidence),
            )  # fmt: skip
        case Pardon(why):
            return doc.replace(status=S.PARDONED, reason=why)
        case GiveUp():
            return doc.replace(status=S.UNANSWERED)
        case Execute():
            return doc.replace(status=S.EXECUTING)
        case Finish():
            return doc.replace(status=S.EXECUTED, findings="ended")
    return doc


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hung", "moves", "answers", "gone", "again", "unseen"]),
            st.integers(1, 300),
        ),
        min_size=12, max_size=30,
    ),
    st.booleans(),
)  # fmt: skip
def test_only_who_was_asked_three_times_in_vain_is_ended(story, attended):
    doc, now, marks = warrant(), float(T0), count()
    steps = []
    for what, waits in story:
        seen = Seen(
            session={"gone": "", "again": "s-2"}.get(what, "s-1"),
            evidence={"turn": f"{next(marks)}" if what == "moves" else "x"},
            answered=what == "answers", attended=attended, unseen=what == "unseen",
        )  # fmt: skip
        step = rules.judge(doc, seen, now=now)
        if isinstance(step, Execute):
            assert what in ("hung", "moves", "again")
            assert seen.session == doc.session
            assert rules.read(doc.evidence) == seen.evidence
        if isinstance(step, End):
            assert seen.session == doc.session
        new = after(doc, step, seen, now)
        WARRANT_MACHINE.between(doc.status, new.status, Standing.TOWN)
        doc = new
        steps.append(step)
        now += waits
        if doc.status not in rules.LIVE:
            break
    asked = [each.number for each in steps if isinstance(each, Ask)]
    assert asked == [1, 2, 3][: len(asked)]
    ended = any(isinstance(each, Execute | End) for each in steps)
    assert not ended or (asked == [1, 2, 3] and not attended)
