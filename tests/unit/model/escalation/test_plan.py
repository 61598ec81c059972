import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import RefusedError
from gitgt.model.documents import Escalation, Severity
from gitgt.model.escalation.letter import Letter
from gitgt.model.escalation.plan import Deliver, Delivery, Key, Plan, ReEscalate, plan
from gitgt.model.escalation.routes import Channel, Kind, Settings, unset
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.lifecycle import EscalationStatus

AT = "2026-11-22T14:30:00Z"
NOW = float(seconds_of(AT))
HOUR = 3600.0
REACHABLE = Settings(
    contacts={
        "human_email": "ada@example.com", "smtp_host": "post", "human_sms": "+49",
        "sms_webhook": "env:SMS",
    }
)  # fmt: skip


def escalation(**more):
    said = {
        "severity": Severity.HIGH, "status": EscalationStatus.OPEN, "created_at": AT,
        "created_by": "witness", "title": "x",
    }  # fmt: skip
    return Escalation(id="gt-es-one", type="escalation", **(said | more))


def ways(found):
    return [str(each.channel) for each in found.acts if isinstance(each, Deliver)]


def done(severity, channel, **more):
    key = Key("gt-es-one", severity, channel)
    return {key: Delivery(key, NOW, **more)}


@pytest.mark.parametrize(
    ("severity", "at_work", "wanted"),
    [
        ("low", [], []),
        ("medium", [], ["mail:overseer"]),
        ("medium", ["mayor"], ["mail:mayor"]),
        ("medium", ["mayor", "deacon"], ["mail:deacon"]),
        ("high", ["mayor"], ["mail:mayor", "email:ada@example.com"]),
        ("critical", ["mayor"], [
         "mail:mayor", "mail:overseer", "email:ada@example.com", "sms:+49"]),
    ],
)  # fmt: skip
def test_each_severity_has_its_way(severity, at_work, wanted):
    found = plan([escalation(severity=severity)], {}, REACHABLE, NOW, at_work)
    assert ways(found) == wanted


def test_what_leads_nowhere_is_left_out_and_said():
    calls = escalation(severity=Severity.CRITICAL)
    assert ways(plan([calls], {}, Settings(), NOW)) == ["mail:overseer"]
    assert unset(calls, Settings()) == [
        (Channel(Kind.EMAIL, "human"), "contacts.smtp_host"),
        (Channel(Kind.SMS, "human"), "contacts.sms_webhook"),
    ]


def test_whom_the_caller_names_hears_first_and_then_the_chain_does():
    calls = escalation(severity=Severity.MEDIUM, recipient="shop/crew/ann")
    assert ways(plan([calls], {}, Settings(), NOW)) == ["mail:shop/crew/ann"]
    louder = calls.replace(severity=Severity.HIGH, reescalations=1)
    assert ways(plan([louder], {}, Settings(), NOW)) == ["mail:overseer"]


def test_nobody_writes_to_a_role_that_is_code_and_reads_no_mail():
    settings = Settings.from_fields({"routes": {"low": ["mail:deacon"]}})
    calls = escalation(severity=Severity.LOW)
    assert ways(plan([calls], {}, settings, NOW)) == ["mail:overseer"]
    assert ways(plan([calls], {}, settings, NOW, ["deacon"])) == ["mail:deacon"]


def test_who_was_asked_stays_asked_though_another_comes_to_work():
    asked = done("medium", "mail:overseer")
    calls = escalation(severity=Severity.MEDIUM)
    assert ways(plan([calls], asked, Settings(), NOW, ["mayor"])) == []


def test_each_step_asks_the_next_of_the_chain():
    louder = escalation(reescalations=2)
    assert ways(plan([louder], {}, Settings(), NOW, ["deacon", "mayor"])) == ["mail:overseer"]


@pytest.mark.parametrize(
    ("tries", "waits"), [(1, 60), (2, 120), (3, 240), (9, 4 * HOUR), (999, 4 * HOUR)]
)
def test_what_failed_is_tried_again_later_and_later(tries, waits):
    failed = done("medium", "mail:overseer", tries=tries, why="gone")
    calls = escalation(severity=Severity.MEDIUM, raised_at=text_of(NOW + waits))
    early = plan([calls], failed, Settings(), NOW + waits - 1)
    assert early == Plan((), NOW + waits)
    late = plan([calls], failed, Settings(), NOW + waits)
    assert [(each.key, each.tries) for each in late.acts] == [(next(iter(failed)), tries)]


def test_a_clock_that_was_set_back_puts_nothing_off():
    failed = done("medium", "mail:overseer", why="gone")
    calls = escalation(severity=Severity.MEDIUM)
    assert len(plan([calls], failed, Settings(), NOW - 9).acts) == 1


@pytest.mark.parametrize("status", [EscalationStatus.ACKED, EscalationStatus.CLOSED])
def test_what_somebody_took_goes_nowhere(status):
    failed = done("high", "mail:overseer", why="gone")
    taken = escalation(status=status)
    assert plan([taken], failed, REACHABLE, NOW + 99 * HOUR) == Plan((), None)


def test_what_nobody_takes_grows_louder_twice():
    settings = Settings.from_fields({"stale_threshold": "2h"})
    calls = escalation(severity=Severity.LOW)
    assert plan([calls], {}, settings, NOW) == Plan((), NOW + 2 * HOUR)
    assert plan([calls], {}, settings, NOW + 2 * HOUR).acts == (
        ReEscalate("gt-es-one", Severity.MEDIUM),
    )
    twice = calls.replace(reescalations=2, severity=Severity.HIGH)
    assert not any(
        isinstance(each, ReEscalate)
        for each in plan([twice], {}, settings, NOW + 99 * HOUR).acts
    )


def test_critical_is_as_loud_as_it_gets():
    calls = escalation(severity=Severity.CRITICAL)
    assert plan([calls], done("critical", "mail:overseer"), Settings(), NOW + 99 * HOUR) == (
        Plan((), None)
    )


def test_there_is_no_such_channel():
    with pytest.raises(RefusedError, match="'fax:1' is no channel"):
        Channel.parse("fax:1")


def test_ids_tell_channels_and_severities_apart_and_tries_not():
    keys = [
        Key("gt-es-one", severity, channel)
        for severity in ("high", "critical")
        for channel in ("slack", "mail:mayor")
    ]
    assert len({each.id for each in keys}) == 4
    assert Key("gt-es-one", "high", "slack").id == keys[0].id


HOSTILE = st.text(
    st.sampled_from("a \r\n\t\x00\x1b\x7f\u2028\u202e\u2066\ud800<>&@!*\ufeff"), max_size=80
)


@given(HOSTILE, HOSTILE)
def test_whatever_is_written_it_stays_on_its_line(title, text):
    letter = Letter("id", escalation(title=title, description=text), "town")
    for line in (letter.subject, letter.short):
        assert "\n" not in line
        assert "\r" not in line
        assert line.isprintable()
    assert len(letter.short) <= 300
    assert "<" not in letter.slack()["text"]
    letter.body.encode()
    assert "\x1b" not in letter.body


@st.composite
def worlds(draw):
    known = [
        escalation(
            severity=draw(st.sampled_from(Severity)),
            status=draw(st.sampled_from(EscalationStatus)),
            reescalations=draw(st.integers(0, 3)),
        ).replace(id=f"gt-es-{name}")
        for name in range(draw(st.integers(0, 5)))
    ]
    return known, draw(st.sets(st.sampled_from(["deacon", "mayor"])))


@given(worlds(), st.lists(st.booleans(), max_size=60))
def test_all_acts_done_nothing_is_left_and_nothing_goes_out_twice(world, luck):
    known, at_work = world
    tried, sent, now = {}, [], NOW
    chances = [*luck, *([True] * 400)]
    for _ in range(200):
        found = plan(known, tried, REACHABLE, now, at_work)
        for act in found.acts:
            if isinstance(act, ReEscalate):
                known = [
                    each.replace(
                        severity=act.severity, raised_at=text_of(now),
                        reescalations=each.reescalations + 1,
                    ) if each.id == act.escalation else each
                    for each in known
                ]  # fmt: skip
            else:
                why = "" if chances.pop(0) else "gone"
                sent += [] if why else [act.key]
                tried[act.key] = Delivery(act.key, now, act.tries + 1, why)
        if not found.acts and found.next_at is None:
            break
        now = max(now + 1, found.next_at or now)
    else:
        raise AssertionError("it does not end")
    assert len(sent) == len({*sent})
    open_ones = [each for each in known if each.status == EscalationStatus.OPEN]
    taken = {each.id for each in known} - {each.id for each in open_ones}
    assert not any(key.escalation in taken for key in sent)
    loud = {each.id for each in open_ones if each.severity != Severity.LOW}
    assert loud <= {key.escalation for key in sent}
