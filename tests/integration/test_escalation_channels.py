"""Escalations really go out: to a mail server, to webhooks, to the town's own mail."""

import os
import signal
import threading
from email import message_from_string
from email.header import decode_header, make_header

import pytest

from gitgt.ledger.deliveries import Deliveries
from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Severity
from gitgt.reactor.key import Key
from gitgt.roles.escalations import EscalationsRole
from gitgt.services import submit
from gitgt.services.escalation import courier, escalations, looking, sending
from gitgt.services.mail import boxes
from tests.support.commandline import gt
from tests.support.receivers import mail_server, web_server
from tests.support.town import TESS
from tests.support.waiting import until

WHO = Actor.role("witness")
HQ = Key("escalations", "hq")
HOSTILE = "Disk\r\nBcc: all@example.com\r\n\r\n<!channel> *full* \x1b[2J\u202e"


@pytest.fixture
def post():
    with mail_server() as box:
        yield box


@pytest.fixture
def web():
    with web_server() as hook:
        yield hook


def settings(town, *routes, stale="500w", **contacts):
    lines = ["routes:", *(f"  {each}" for each in routes), f"stale_threshold: {stale}"]
    if contacts:
        lines += ["contacts:", *(f"  {name}: {each}" for name, each in contacts.items())]
    path = town.town.root / "settings/escalation.yaml"
    path.write_text("\n".join(lines) + "\n")


def by_email(town, post):
    settings(
        town, "high: [bead, 'email:human']", human_email="ada@example.com",
        smtp_host="127.0.0.1", smtp_port=post.port,
    )  # fmt: skip


def call(town, severity=Severity.HIGH, title="Disk full", **more):
    return submit.escalate(
        town.town, None, WHO, severity=severity, title=title, about="disk", **more
    )


def noted(town, found):
    return [
        (each.key.channel, each.tries, each.why)
        for each in Deliveries(town.town.repository).of(found.id)
    ]


def letters(town, who="overseer"):
    return [(each.title, each.priority) for each in boxes.unread(town.ledger(), who)]


def no_courier(town):
    raise AssertionError("nothing goes out")


def test_a_letter_arrives_once_and_nothing_in_it_is_obeyed(town, post):
    by_email(town, post)
    found = call(town, title=HOSTILE, description=f"{HOSTILE}\n.\nQUIT\n")
    assert len(sending.deliver(town.town)) == 1
    assert len(sending.deliver(town.town)) == 0
    (came,) = post.came
    message = message_from_string(came)
    assert message["To"] == "ada@example.com"
    assert message["Bcc"] is None
    assert str(make_header(decode_header(message["Subject"]))) == (
        "[HIGH] Disk Bcc: all@example.com <!channel> *full* \\x1b[2J\\u202e"
    )
    key = looking.tried(town.town, [found])
    (done,) = key.values()
    assert message["Message-ID"] == f"<{done.key.id}@gitgt.invalid>"
    assert f"git gt escalate ack {found.id}" in came
    assert post.logins == []
    assert noted(town, found) == [("email:ada@example.com", 1, "")]


def test_what_is_refused_is_tried_again_later_and_later_and_shown(town, post):
    by_email(town, post)
    found = call(town)
    post.refuses = True
    assert len(sending.deliver(town.town)) == 1
    town.clock.advance(59)
    assert len(sending.deliver(town.town)) == 0
    town.clock.advance(1)
    assert len(sending.deliver(town.town)) == 1
    why = "the mail server did not take it: SMTPRecipientsRefused"
    assert noted(town, found) == [("email:ada@example.com", 2, why)]
    shown = gt("escalate", "show", found.id, cwd=town.town.root).stdout
    assert f"email:ada@example.com  high, not told: {why}; 2 tries, next at " in shown
    post.refuses = False
    assert len(sending.deliver(town.town, again=True)) == 1
    assert len(sending.deliver(town.town, again=True)) == 0
    assert noted(town, found) == [("email:ada@example.com", 3, "")]
    assert len(post.came) == 1


def test_a_password_comes_from_where_the_settings_say(town, post, monkeypatch):
    monkeypatch.setenv("OUR_PASSWORD", "s3cret")
    by_email(town, post)
    path = town.town.root / "settings/escalation.yaml"
    path.write_text(path.read_text() + "  smtp_user: gt\n  smtp_password: env:OUR_PASSWORD\n")
    call(town)
    sending.deliver(town.town)
    assert post.logins == ["AUTH PLAIN AGd0AHMzY3JldA=="]
    assert len(post.came) == 1


def test_who_is_killed_after_sending_sends_the_same_letter_again(town, post):
    by_email(town, post)
    post.held = threading.Event()
    found = call(town)
    child = courier.start(town.town)
    assert post.taken.wait(60)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    post.held.set()
    assert noted(town, found) == []
    assert len(sending.deliver(town.town)) == 1
    ids = [message_from_string(each)["Message-ID"] for each in post.came]
    assert len(ids) == 2
    assert len({*ids}) == 1
    assert noted(town, found) == [("email:ada@example.com", 1, "")]


def test_a_server_that_says_nothing_holds_up_nobody(town, post):
    by_email(town, post)
    post.silent = threading.Event()
    call(town)
    sent = []

    def start(where):
        sent.append(courier.start(where))
        return sent[-1]

    role = EscalationsRole(town.town, start)
    assert role.reconcile(HQ).again_in == 30
    assert role.reconcile(HQ).again_in == 30
    assert len(sent) == 1  # one is out, and no other is sent after it
    sent[0].kill()
    sent[0].wait()


def test_webhooks_get_json_with_an_id(town, web):
    settings(
        town, "high: [bead, slack, 'sms:human', webhook]", human_sms="'+4912345'",
        slack_webhook=web.url("slack"), sms_webhook=web.url("sms"), webhook=web.url("hook"),
    )  # fmt: skip
    found = call(town, title=HOSTILE)
    assert len(sending.deliver(town.town)) == 3
    came = {path: (key, said) for path, key, said in web.came}
    assert sorted(came) == ["/hook", "/slack", "/sms"]
    assert came["/slack"][1]["text"].startswith(
        "[HIGH] Disk Bcc: all@example.com &lt;!channel&gt; *full* \\x1b[2J\\u202e\n"
    )
    assert came["/sms"][1]["to"] == "+4912345"
    assert came["/sms"][1]["message"].endswith(f"git gt escalate ack {found.id}")
    assert came["/hook"][1]["escalation"] == found.id
    assert all(key == said.get("id", key) for key, said in came.values())
    assert [tries for _, tries, _ in noted(town, found)] == [1, 1, 1]


@pytest.mark.parametrize("status", [302, 500])
def test_what_a_webhook_does_not_take_was_not_delivered(town, web, status):
    web.status = status
    settings(town, "high: [webhook]", webhook=web.url("secret"))
    found = call(town)
    sending.deliver(town.town)
    assert noted(town, found) == [("webhook", 1, f"the webhook answered {status}")]
    ((_, told),) = looking.undelivered(town.town)
    assert "secret" not in told.why


def test_nobody_takes_it_so_it_grows_louder_until_somebody_does(town):
    role = EscalationsRole(town.town, no_courier)
    first = call(town, Severity.MEDIUM)
    hours = 4 * 3600
    assert role.reconcile(HQ).again_in == hours
    assert letters(town) == [("[MEDIUM] Disk full", 2)]
    before = town.ledger().commit
    town.clock.advance(hours - 1)
    assert role.reconcile(HQ).again_in == 1
    assert town.ledger().commit == before
    town.clock.advance(1)
    assert role.reconcile(HQ).again_in == hours
    assert escalations.one(town.town, first.id).severity == Severity.HIGH
    town.clock.advance(hours)
    assert role.reconcile(HQ).again_in is None
    now = escalations.one(town.town, first.id)
    assert (now.severity, now.reescalations) == (Severity.CRITICAL, 2)
    assert sorted(letters(town)) == [
        ("[CRITICAL] Disk full", 0), ("[HIGH] Disk full", 1), ("[MEDIUM] Disk full", 2),
    ]  # fmt: skip


def test_what_somebody_took_stays_as_it_is(town):
    role = EscalationsRole(town.town, no_courier)
    found = call(town, Severity.MEDIUM)
    role.reconcile(HQ)
    escalations.ack(town.town, found.id, TESS)
    town.clock.advance(100 * 3600)
    before = town.ledger().commit
    assert role.reconcile(HQ).again_in is None
    assert town.ledger().commit == before


def test_two_that_look_at_once_write_one_letter(town):
    found = call(town, Severity.MEDIUM)
    known = looking.known(town.town)
    (act,) = known.plan(town.clock()).acts
    for _ in range(2):
        sending.attempt(town.town, act, known.settings)
    assert len(letters(town)) == 1
    assert noted(town, found) == [("mail:overseer", 1, "")]


def test_the_desktop_shows_it_where_it_can(town, tmp_path, monkeypatch):
    shown = tmp_path / "shown"
    program = tmp_path / "bin/notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{shown}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    settings(town, "high: [desktop]")
    found = call(town, title="-x <b>")
    sending.deliver(town.town)
    assert shown.read_text().splitlines() == [
        "-u", "normal", "--", "[HIGH] -x <b>",
        f"[HIGH] -x &lt;b&gt; - git gt escalate ack {found.id}",
    ]  # fmt: skip


def test_without_a_watcher_the_command_sees_to_it(town, post):
    by_email(town, post)
    town.close()  # nobody watches any more
    said = ("escalate", "-s", "high", "Disk full", "--cause", "disk")
    assert gt(*said, cwd=town.town.root).code == 0
    (found,) = town.ledger().all(Escalation)
    assert until(lambda: noted(town, found)) == [("email:ada@example.com", 1, "")]
    assert len(post.came) == 1
