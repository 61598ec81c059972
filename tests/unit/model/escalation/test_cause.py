from operator import eq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.documents import Escalation, Severity
from gitgt.model.escalation.cause import Call, cause_of, joined, standing_of
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import EscalationStatus
from gitgt.model.wording import is_alike

AT = "2026-11-22T14:30:00Z"
NOW = float(seconds_of(AT))
HOUR = 3600.0
COMMIT = "a" * 40


def escalation(name="one", **more):
    said = {
        "title": "the queue stands still", "severity": Severity.MEDIUM, "about": "refs/heads/x",
        "status": EscalationStatus.OPEN, "created_at": AT, "created_by": "refinery",
    }  # fmt: skip
    return Escalation(id=f"gt-es-{name}", type="escalation", **(said | more))


def again(*before, at=NOW, afresh=False, same=eq, **more):
    """What is written if the same is called for, said as in *more*."""
    return joined(Call(escalation("two", **more), afresh, same), before, at)


def test_the_first_of_a_cause_is_written_as_it_is():
    assert again() == escalation("two")


def test_whoever_looks_again_within_an_hour_says_nothing_new():
    assert again(escalation(), at=NOW + HOUR - 1) is None


def test_after_an_hour_it_counts():
    assert again(escalation(), at=NOW + HOUR) == escalation(
        repeats=1, last_seen="2026-11-22T15:30:00Z"
    )


def test_what_surely_happened_again_counts_at_once():
    assert again(escalation(), afresh=True) == escalation(repeats=1, last_seen=AT)


def test_it_may_grow_louder():
    louder = again(escalation(), severity=Severity.HIGH, at=NOW + 9)
    at = text_of(NOW + 9)
    assert louder == escalation(severity=Severity.HIGH, repeats=1, last_seen=at, raised_at=at)


def test_it_does_not_grow_quieter():
    assert again(escalation(), severity=Severity.LOW) is None


def test_another_trouble_of_the_same_cause_is_kept_with_it_once():
    first = again(escalation(), title="main is red", description="see the log")
    assert [each.text for each in first.comments] == ["main is red\n\nsee the log"]
    assert first.title == "the queue stands still"
    assert again(first, title="main is red") is None
    assert again(first) is None


def test_titles_that_are_alike_are_no_news():
    before = escalation(title="waits for 3 min")
    assert again(before, title="waits for 4 min", same=is_alike) is None


@pytest.mark.parametrize(
    "other",
    [
        {"created_by": "witness"},
        {"about": "gt-abc12"},
        {"cause": "disk"},
        {"status": EscalationStatus.CLOSED},
    ],
)
def test_another_cause_is_another_escalation(other):
    assert again(escalation(**other)) == escalation("two")


def test_without_anything_that_it_is_about_the_title_is_the_cause():
    before = escalation(about="")
    assert again(before, about="", title="main is red") is not None
    assert again(before, about="") is None


def test_what_was_taken_counts_on():
    taken = escalation(status=EscalationStatus.ACKED)
    assert again(taken, afresh=True) == taken.replace(repeats=1, last_seen=AT)


def test_a_commit_is_heard_once_and_another_one_with_the_same_words_counts():
    first = escalation(about="b" * 40)
    both = again(first, about=COMMIT, afresh=True)
    assert both == first.replace(repeats=1, last_seen=AT, heard=(COMMIT,))
    assert again(both, about=COMMIT, afresh=True) is None
    closed = both.replace(status=EscalationStatus.CLOSED)
    assert again(closed, about=COMMIT, afresh=True) is None
    assert again(closed, about="c" * 40, afresh=True) == escalation("two", about="c" * 40)


def test_of_two_clones_that_called_at_once_the_older_one_counts():
    both = [escalation("b"), escalation("a")]
    assert again(*both, afresh=True).id == "gt-es-a"


CALLS = st.tuples(
    st.sampled_from(["refinery", "witness"]),
    st.sampled_from(["", "gt-abc12", COMMIT, "b" * 40]),
    st.sampled_from(["it stands still", "it is red"]),
    st.sampled_from(Severity),
    st.booleans(),
)


@given(st.lists(CALLS, max_size=30))
def test_there_is_never_more_than_one_open_for_a_cause(calls):
    known = {}
    for number, (who, about, title, severity, afresh) in enumerate(calls):
        wanted = escalation(
            f"e{number}", created_by=who, about=about, title=title, severity=severity
        )
        new = joined(Call(wanted, afresh, eq), known.values(), NOW + 60 * number)
        if new is not None:
            known[new.id] = new
        assert standing_of(wanted, known.values()) is not None
    causes = [cause_of(each) for each in known.values()]
    assert len(causes) == len(set(causes))
