"""Who hears of a convoy: mail in the commit of what it tells, so once; nudges after it."""

from __future__ import annotations

import contextlib

from gitgt.errors import GtError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.address import is_address
from gitgt.model.documents import Convoy, Message
from gitgt.model.wording import fit_text
from gitgt.services import settings
from gitgt.services.mail import notices, nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.town import Town
from gitgt.values import dataclass

_MAYOR = "mayor"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said, and to whom besides those who hear of everything."""

    title: str
    text: str
    more: tuple[str, ...] = ()


def mail(
    town: Town, now: Snapshot, convoy: Convoy, who: Actor, notice: Notice
) -> tuple[Message, ...]:
    """Return a message to each who is to hear of *convoy*: owner, notify, watchers, and more.

    A person who only owns it sees it in the feed: each sling of theirs makes a convoy.
    """
    wanted = [convoy.owner, convoy.notify, *convoy.watchers, *notice.more]
    made: dict[str, Message] = {}
    for to in dict.fromkeys(each for each in wanted if is_address(each)):
        text = fit_text(notice.text)
        message = notices.notice(town, now, who.address, to, notice.title, description=text)
        while message.id in made:
            message = message.replace(id=notices.new_id(town, now, made))
        made[message.id] = message
    return tuple(made.values())


def nudge(town: Town, convoy: Convoy, who: Actor, text: str, *, landed: bool = False) -> None:
    """Nudge who wants to be; with nobody there who could be, that is no trouble."""
    mayor = (_MAYOR,) if landed and _tells_mayor(town) else ()
    for to in dict.fromkeys((*convoy.nudge_watchers, *mayor)):
        with contextlib.suppress(GtError):
            known = nudging.receivers(town, to, who.address)
            nudging.nudge(town, known, Word(text=text), who.address, who)


def _tells_mayor(town: Town) -> bool:
    found = settings.read(town.root / "settings/config.yaml", "settings").get("convoy", {})
    return bool(found.get("notify_on_complete", False))
