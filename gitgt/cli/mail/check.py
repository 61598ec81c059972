"""``git gt mail check``: whether there is mail; asked at every boundary of a turn."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from gitgt.cli import context, output, quick_mail
from gitgt.cli.mail import box

if TYPE_CHECKING:
    from gitgt.services.town import Town


@click.command()
@click.option("--inject", is_flag=True, help="Show what waits, for an agent's context.")
@box.identity_option
@output.json_option
def command(*, inject: bool, identity: str | None, as_json: bool) -> None:
    """Tell whether there is new mail: exit 0 if so, else 1.

    With --inject it shows what waits, nudges too, each once in a session, and with --json how
    much there is; both exit 0.
    """
    from gitgt.services import quick
    from gitgt.services.mail import delivery

    town = context.town()
    quick.remember(town)
    whose = box.mine(town, identity)
    if inject:
        _inject(town, whose)
        return
    many, urgent = delivery.unread_count(town, whose)
    code = quick_mail.say(whose, many, urgent, as_json=as_json)
    if code:
        raise SystemExit(code)


def _inject(town: Town, whose: str) -> None:
    from gitgt.services.mail import delivery

    session = os.environ.get("GT_SESSION", "")
    found = delivery.waiting(town, whose, session)
    if found.text:
        output.answer(found.text)
        delivery.delivered(town, whose, session, found.ids)
