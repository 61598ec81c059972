"""What counts of all that is said of a probe, and how long one waits for it."""

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.gate import Verdict
from gitgt.model.probe import PATIENT, Heard, Probe, Round, Said, due_in, hear, lost

PASS = Said(key="1", name="check", by="ci", verdict=Verdict.PASS)
FAIL = Said(key="2", name="check", by="ci", verdict=Verdict.FAIL)
LOST = Said(key="3", name="check", by="ci", verdict=Verdict.COULD_NOT_RUN)
BUSY = Said(key="4", name="check", by="ci")
FORGED = Said(key="5", name="check", by="mallory", verdict=Verdict.PASS)
OTHER = Said(key="6", name="lint", by="ci", verdict=Verdict.FAIL)
PROBE = Probe(asked_at=100.0, pushed_at=110.0, patience=60.0)


def heard(*said, past=()):
    """Return what counts of what was said of the check by those who are believed."""
    return hear(said, "check", ("ci",), past)


def test_whose_word_counts():
    assert heard() == Heard()
    assert heard(FORGED, OTHER) == Heard(strangers=("mallory",))
    assert heard(PASS, OTHER, FORGED) == Heard(PASS, strangers=("mallory",), keys=("1",))
    assert heard(FAIL, FORGED) == Heard(FAIL, strangers=("mallory",), keys=("2",))


def test_who_is_at_work_has_not_answered():
    assert heard(BUSY) == Heard(at_work=True)
    assert heard(PASS, BUSY) == Heard(at_work=True)


def test_what_was_heard_before_is_no_answer():
    assert heard(PASS, past=("1",)) == Heard()
    assert heard(PASS, FAIL, past=("1",)).answer == FAIL


def test_all_that_bear_its_name_must_pass():
    assert heard(PASS, FAIL).answer == FAIL
    assert heard(PASS, FAIL, LOST).answer == LOST
    assert heard(PASS, FAIL, LOST).keys == ("1", "2", "3")


@given(st.lists(st.sampled_from([PASS, FAIL, LOST, BUSY, FORGED, OTHER])))
def test_it_passes_only_if_nobody_believed_says_anything_else(said):
    counted = {each.verdict for each in said if (each.by, each.name) == ("ci", "check")}
    answer = heard(*said).answer
    verdict = None if answer is None else answer.verdict
    assert (verdict is Verdict.PASS) == (counted == {Verdict.PASS})
    assert (verdict is Verdict.FAIL) == (
        counted in ({Verdict.FAIL}, {Verdict.FAIL, Verdict.PASS})
    )


def test_a_runner_is_waited_for_until_it_is_late():
    assert lost(Probe(asked_at=0.0, patience=60.0), Round(), now=1e9) == ""
    assert lost(PROBE, Round(), now=170.0) == ""
    assert lost(PROBE, Round(), now=171.0) == "no runner answered within 60 s"
    only = Probe(asked_at=100.0, pushed_at=110.0, patience=60.0, strangers=("eve", "mallory"))
    said = "no runner answered that is believed, only eve, mallory"
    assert lost(only, Round(), now=171.0) == said


def test_a_forge_that_cannot_be_asked_is_told_of_after_a_while():
    trouble = Round(at=90.0)
    for number in range(1, PATIENT + 1):
        assert lost(PROBE, trouble, now=120.0) == ""
        trouble = trouble.failed("it did not answer", at=100.0 + number)
    assert lost(PROBE, trouble, now=120.0) == "it did not answer"
    # Whoever asks anew afterwards gets a round of its own.
    assert lost(Probe(asked_at=130.0), trouble, now=131.0) == ""
    assert lost(PROBE, trouble.done(), now=120.0) == ""


def test_the_forge_is_asked_at_once_if_there_is_news_and_else_now_and_then():
    def due(latest, *probes, about="a", now=200.0):
        return due_in(latest, about, probes, now=now, poll=20.0)

    assert due(Round(), PROBE) == 0.0
    assert due(Round(at=200.0, about="b"), PROBE) == 0.0
    assert due(Round(at=200.0, about="a"), PROBE) == 20.0
    assert due(Round(at=200.0, about="a")) == 20.0
    assert due(Round(at=410.0, about="a"), PROBE, now=410.0) == 30.0
    assert due(Round(at=9e4, about="a"), PROBE, now=9e4) == 60.0
    assert due(Round(at=300.0, about="a"), PROBE) == 0.0


def test_a_forge_in_trouble_is_let_alone_longer_and_longer_or_as_it_wants():
    latest = Round(at=200.0, about="b")
    waits = []
    for _ in range(4):
        latest = latest.failed("busy", at=200.0)
        waits.append(due_in(latest, "a", [PROBE], now=200.0, poll=20.0))
    assert waits == [30.0, 60.0, 120.0, 240.0]
    wanted = latest.failed("busy", at=200.0, wait=7.0)
    assert due_in(wanted, "a", [PROBE], now=200.0, poll=20.0) == 7.0
