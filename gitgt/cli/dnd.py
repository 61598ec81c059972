"""``git gt dnd`` and ``git gt notify``: what an agent wants to be woken for."""

from __future__ import annotations

import click

from gitgt.cli import context, output
from gitgt.cli.mail import box


@click.command()
@click.argument("state", type=click.Choice(["on", "off", "status"]), required=False)
@box.identity_option
@output.json_option
def dnd(*, state: str | None, identity: str | None, as_json: bool) -> None:
    """Be woken for nothing, or as usual again.

    Without a word it is turned around. Mail and nudges wait meanwhile: mail is handed over at
    the end of a turn as ever, and nudges are refused unless they are forced.
    """
    from gitgt.model.documents import Notifications
    from gitgt.services.mail import quiet

    town = context.town()
    whose = box.mine(town, identity)
    now = quiet.level(town, whose)
    if state == "status":
        _answer(whose, now, fresh=False, as_json=as_json)
        return
    is_on = now is not Notifications.MUTED if state is None else state == "on"
    wanted = Notifications.MUTED if is_on else Notifications.NORMAL
    fresh = quiet.set_level(town, whose, wanted, context.me())
    _answer(whose, wanted, fresh=fresh, as_json=as_json)


@click.command()
@click.argument("level", type=click.Choice(["verbose", "normal", "muted"]), required=False)
@box.identity_option
@output.json_option
def notify(*, level: str | None, identity: str | None, as_json: bool) -> None:
    """Say what you want to be woken for.

    verbose: all mail; normal: mail that is not of low priority; muted: nothing.
    """
    from gitgt.model.documents import Notifications
    from gitgt.services.mail import quiet

    town = context.town()
    whose = box.mine(town, identity)
    if level is None:
        _answer(whose, quiet.level(town, whose), fresh=False, as_json=as_json)
        return
    wanted = Notifications(level)
    fresh = quiet.set_level(town, whose, wanted, context.me())
    _answer(whose, wanted, fresh=fresh, as_json=as_json)


def _answer(whose: str, level: str, *, fresh: bool, as_json: bool) -> None:
    if as_json:
        output.answer_json({"address": whose, "notifications": str(level), "changed": fresh})
    else:
        said = {"verbose": "all mail", "normal": "what is usual", "muted": "nothing"}[level]
        output.answer(f"{whose} is woken for {said}")
