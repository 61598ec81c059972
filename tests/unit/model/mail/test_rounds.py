"""What the postmaster decides."""

import pytest

from gitgt.model.documents import Message, MessageType, Notifications
from gitgt.model.mail import rounds
from tests.support.documents import fresh


def message(to, **fields):
    return fresh(Message, id="hq-ms-abc12", recipient=to, **fields)


@pytest.mark.parametrize(
    ("turn", "typed"),
    [("idle", True), ("ready", True), ("busy", False), ("starting", False), ("ended", False)],
)
def test_something_is_typed_to_the_idle_and_if_it_presses(turn, typed):
    assert rounds.may_type(turn, urgent=False) is typed
    assert rounds.may_type(turn, urgent=True)


@pytest.mark.parametrize(
    ("level", "wakes"),
    [
        (Notifications.VERBOSE, [True, True, True]),
        (Notifications.NORMAL, [True, True, False]),
        (Notifications.MUTED, [False, False, False]),
    ],
)
def test_mail_wakes_whoever_wants_that(level, wakes):
    assert [rounds.wakes(level, priority) for priority in (0, 2, 3)] == wakes


def test_what_is_for_nobody_is_sent_back_once():
    gone, here, told = (
        message("shop/crew/gone"),
        message("mayor"),
        message("shop/crew/gone", labels=["undeliverable"]),
    )
    assert rounds.undeliverable([gone, here, told], {"mayor"}) == [gone]


def test_a_call_for_help_to_a_role_that_is_code_is_for_a_person():
    calls = [
        message("shop/witness", title="HELP: stuck"),
        message("deacon", message_type=MessageType.ESCALATION),
        message("shop/refinery", title="MERGED toast"),
        message("mayor", title="HELP: stuck"),
        message("app/witness", title="HELP: stuck"),
    ]
    assert rounds.asks_for_a_person(calls, {"app/witness"}) == calls[:2]
