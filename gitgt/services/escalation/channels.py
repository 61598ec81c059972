"""Send a letter by one channel: through a mail server, a webhook, the desktop.

Each either returns, and then the other side has it, or says why not. What is said never holds
an address that may be a secret. Nothing here waits longer than a few seconds for any answer;
whoever calls sees to the whole.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, SettingsError
from gitgt.model.escalation.letter import Letter, chat
from gitgt.model.escalation.routes import Channel, Kind, Settings
from gitgt.services.escalation import routing
from gitgt.services.town import Town

PATIENCE: Final = 10.0
_PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}


def send(town: Town, channel: Channel, letter: Letter, known: Settings) -> None:
    """Send *letter* by *channel*.

    Raises:
        EnvironmentProblemError: it was not taken, and why.
        SettingsError: a setting names what is not there.
    """
    _SENDERS[channel.kind](town, channel, letter, known.contacts)


# --- mail


def _email(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:
    import smtplib
    import ssl

    message = _message(channel.to, letter, contacts)
    host, tls = contacts["smtp_host"], contacts.get("smtp_tls", "none")
    port = contacts.get("smtp_port", _PORTS[tls])
    try:
        server: smtplib.SMTP
        if tls == "tls":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=PATIENCE)
        with server:
            if tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if contacts.get("smtp_user"):
                password = routing.secret(town, contacts, "smtp_password")
                server.login(contacts["smtp_user"], password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise EnvironmentProblemError(_why("the mail server", error)) from error


def _message(to: str, letter: Letter, contacts: Mapping[str, Any]) -> Any:  # noqa: ANN401
    from email.message import EmailMessage
    from email.policy import SMTP

    message = EmailMessage(policy=SMTP)
    message["From"] = contacts.get("smtp_from", "gitgt@localhost")
    message["To"] = to
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.id}@gitgt.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Gitgt-Id"] = letter.id
    message.set_content(letter.body)
    return message


# --- the web


def _slack(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:  # noqa: ARG001 - one form for all
    _post(routing.secret(town, contacts, "slack_webhook"), letter.slack(), letter.id)


def _sms(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:
    said = {"to": channel.to, "message": letter.short, "id": letter.id}
    _post(routing.secret(town, contacts, "sms_webhook"), said, letter.id)


def _webhook(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:  # noqa: ARG001 - one form for all
    _post(routing.secret(town, contacts, "webhook"), letter.fields(), letter.id)


def _post(url: str, said: Mapping[str, Any], key: str) -> None:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class Stays(HTTPRedirectHandler):
        """Goes nowhere else: a POST that is sent on arrives as a GET, without its words."""

        def redirect_request(self, *_: object) -> None:
            return None

    if not url.startswith(("http://", "https://")):
        raise SettingsError("a webhook's address begins with http:// or https://")
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    body = json.dumps(said, ensure_ascii=True).encode()
    try:
        request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked
        with build_opener(Stays).open(request, timeout=PATIENCE) as answer:
            answer.read(1024)
    except HTTPError as error:
        error.close()
        raise EnvironmentProblemError(f"the webhook answered {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise EnvironmentProblemError(_why("the webhook", error)) from error


# --- here


def _desktop(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:  # noqa: ARG001 - one form for all
    argv = _shown(letter)
    try:
        subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentProblemError(_why(argv[0], error)) from error


def _shown(letter: Letter) -> list[str]:
    """Return what shows a notice on this desktop; words are arguments, so none is obeyed.

    Raises:
        EnvironmentProblemError: nothing here does.
    """
    if shutil.which("notify-send"):
        urgency = "critical" if letter.escalation.severity == "critical" else "normal"
        # Its body is markup.
        return ["notify-send", "-u", urgency, "--", letter.subject, chat(letter.short)]
    if shutil.which("osascript"):
        script = "display notification (item 2 of argv) with title (item 1 of argv)"
        lines = ("on run argv", script, "end run")
        words = [word for line in lines for word in ("-e", line)]
        return ["osascript", *words, letter.subject, letter.short]
    raise EnvironmentProblemError("there is no notify-send and no osascript here")


def _log(town: Town, channel: Channel, letter: Letter, contacts: Mapping[str, Any]) -> None:  # noqa: ARG001 - one form for all
    town.events.append("escalation.logged", str(letter.escalation.id), letter.fields())


_SENDERS: Final[Mapping[Kind, Callable[[Town, Channel, Letter, Mapping[str, Any]], None]]] = {
    Kind.EMAIL: _email,
    Kind.SMS: _sms,
    Kind.SLACK: _slack,
    Kind.WEBHOOK: _webhook,
    Kind.DESKTOP: _desktop,
    Kind.LOG: _log,
}


def _why(whom: str, error: Exception) -> str:
    """Return why it did not work, without an address that an exception may quote."""
    reason = getattr(error, "reason", error)
    if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
        return f"{whom} did not answer in time"
    code = getattr(error, "smtp_code", "")
    said = getattr(reason, "strerror", "") or type(reason).__name__
    return f"{whom} did not take it: {code or said}"
