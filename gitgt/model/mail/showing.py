"""How what waits for an agent is shown to it: fenced, in tiers, and never too much at once.

Urgent is to be seen to before anything else, high at the next good moment, and the rest when
there is time. What others wrote stands within fences; all other lines are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gitgt.model.documents import Message, MessageType
from gitgt.model.fence import fenced
from gitgt.model.mail.nudge import Nudge
from gitgt.values import dataclass

AT_ONCE: Final = 10
_LONGEST: Final = 1500  # of one message; the rest is read by whoever wants it
_URGENT, _HIGH = 0, 1
_TIERS: Final = (
    (_URGENT, "URGENT. See to this before you go on:"),
    (_HIGH, "Important. See to this as soon as what you are at is done:"),
    (4, "To be looked at when there is time:"),
)
# Nothing is asked of who reads these: that they were shown whole is all that there is to do.
_TELLING: Final = (MessageType.NOTIFICATION, MessageType.REPLY)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be told; ``key`` names it for who says later that it was."""

    key: str
    what: str
    by: str
    text: str
    priority: int = 2
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an agent is told now, the keys of it, and whether any of it is urgent."""

    text: str = ""
    keys: tuple[str, ...] = ()
    urgent: bool = False


def of_message(message: Message) -> Item:
    """Return a message as it is told."""
    by_type = message.message_type if message.message_type else "message"
    return Item(
        str(message.id),
        f"{by_type} {message.id}",
        message.created_by,
        _said(message),
        message.priority,
        f"git gt mail read {message.id}",
    )


def of_nudge(nudge: Nudge) -> Item:
    """Return a nudge as it is told."""
    return Item(nudge.id, "nudge", nudge.sender, nudge.text, _URGENT if nudge.urgent else 2)


def is_read_when_shown(message: Message) -> bool:
    """Tell whether a message is read by being shown: it asks for nothing, and fits."""
    return message.message_type in _TELLING and len(_said(message)) <= _LONGEST


def shown(to: str, items: Sequence[Item], more: int, mark: Callable[[], str]) -> Shown:
    """Return *items* as one text for *to*, who has *more* besides that there is no room for."""
    ordered = sorted(items, key=lambda each: each.priority)
    told, left = ordered[:AT_ONCE], len(ordered[AT_ONCE:]) + more
    if not told:
        return Shown()
    return Shown(
        "\n".join(_lines(to, told, left, mark)),
        tuple(each.key for each in told),
        urgent=any(each.priority == _URGENT for each in told),
    )


def _lines(
    to: str, told: Sequence[Item], left: int, mark: Callable[[], str]
) -> Iterator[str]:  # fmt: skip
    yield f"[gt] {_counted(len(told))} for {to}"
    above = -1
    for most, heading in _TIERS:
        tier = [each for each in told if above < each.priority <= most]
        above = most
        if tier:
            yield heading
        for each in tier:
            yield fenced(each.what, each.by, each.text, mark(), _LONGEST, whole=each.whole)
    if left:
        yield f"{left} more wait for you: git gt mail inbox --unread"
    if any(each.whole for each in told):
        yield "Answer: git gt mail reply ID TEXT. When a task is dealt with: git gt mail ack ID"
    yield "[gt] end. Then go on with what you were at."


def _counted(many: int) -> str:
    return "1 thing" if many == 1 else f"{many} things"


def _said(message: Message) -> str:
    return f"{message.title}\n\n{message.description}" if message.description else message.title
