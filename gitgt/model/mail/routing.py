"""Where a message goes: the words that somebody wrote, made the addresses of receivers.

A word is read in this order: ``group:`` ``queue:`` ``channel:`` (``list:`` and ``announce:``
are Gas Town's words for a group and a channel), a pattern, an address, and a bare name, which
is a group, a queue or a channel. A name that is several of these is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from gitgt.errors import AmbiguousError, NotFoundError, RefusedError
from gitgt.model.address import OF_THE_TOWN, Address, Pattern, is_pattern
from gitgt.values import dataclass


class ListKind(StrEnum):
    """What gathers receivers under a name."""

    GROUP = "group"
    QUEUE = "queue"
    CHANNEL = "channel"


_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?", re.ASCII)
_PREFIXES: Final = {
    "group": ListKind.GROUP,
    "queue": ListKind.QUEUE,
    "channel": ListKind.CHANNEL,
    "list": ListKind.GROUP,
    "announce": ListKind.CHANNEL,
}
_NEAR: Final = 3


def parse_name(text: str) -> str:
    """Check the name that a group, a queue or a channel is to carry.

    Raises:
        RefusedError: it would be taken for something else, or cannot be one.
    """
    if not _NAME.fullmatch(text):
        raise RefusedError(
            f"{text!r} cannot be a name", hint="letters, digits, dots, hyphens, underscores"
        )
    if text in OF_THE_TOWN:
        raise RefusedError(f"{text} is somebody's address", hint=f"try {text}-list")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who is there: everybody's address, the members of groups, the subscribers of channels."""

    addresses: frozenset[Address] = frozenset()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def named(self, name: str) -> list[ListKind]:
        """Return what carries *name*."""
        places = zip(ListKind, (self.groups, self.queues, self.channels), strict=True)
        return [kind for kind, names in places if name in names]

    def words(self) -> list[str]:
        """Return everything that a message can be sent to by its own word."""
        lists = (*self.groups, *self.queues, *self.channels)
        return sorted({*(str(each) for each in self.addresses), *lists})


@dataclass(frozen=True, slots=True)
class Route:
    """Where one word leads: to receivers, each of whom gets one copy, or into one queue.

    What goes to a channel is kept there besides.
    """

    receivers: tuple[str, ...] = ()
    queue: str = ""
    channel: str = ""


def route(text: str, known: Directory) -> Route:
    """Return where a message to *text* goes.

    Raises:
        NotFoundError: nobody is called so; the hint names who is called much like it.
        AmbiguousError: several are.
        RefusedError: it is no word that leads anywhere, or groups go round in a circle.
    """
    kind, name = _kind_and_name(text, known)
    match kind:
        case ListKind.QUEUE:
            return Route(queue=name)
        case ListKind.CHANNEL:
            subscribers = _expanded(known.channels[name], known, ())
            return Route(_in_order(subscribers), channel=name)
        case ListKind.GROUP:
            return Route(_in_order(_expanded(known.groups[name], known, (name,))))
        case None:
            return Route(_in_order(_several_or_one(text, known)))


def check_members(name: str, members: Sequence[str], known: Directory) -> None:
    """Check that a group *name* may have *members*.

    Raises:
        RefusedError: one means nobody, or the group would be in itself.
    """
    planned = Directory(
        addresses=known.addresses,
        groups={**known.groups, name: tuple(members)},
        queues=known.queues,
        channels=known.channels,
    )
    for member in members:
        if _kind_and_name(member, planned)[0] is None and not is_pattern(member):
            receiver(member, planned)
    _expanded(planned.groups[name], planned, (name,))


def receiver(text: str, known: Directory) -> str:
    """Return the full address of the one whom *text* means.

    Raises:
        NotFoundError: nobody is called so.
        AmbiguousError: two are.
    """
    wanted = Address.parse(text)
    there = {str(each) for each in known.addresses}
    found = [each for each in wanted.spellings if each in there]
    if len(found) > 1:
        raise AmbiguousError(f"{text} could be {' or '.join(found)}", hint=f"say {found[0]}")
    if not found:
        raise _nobody(text, known)
    return found[0]


def _kind_and_name(text: str, known: Directory) -> tuple[ListKind | None, str]:
    prefix, colon, name = text.partition(":")
    if colon:
        return _prefixed(prefix, name, known)
    if is_pattern(text) or "/" in text or text in OF_THE_TOWN:
        return None, text
    found = known.named(text)
    if len(found) > 1:
        ways = ", ".join(f"{kind}:{text}" for kind in found)
        raise AmbiguousError(f"{text} is several things", hint=f"say which: {ways}")
    if not found:
        raise _nobody(text, known)
    return found[0], text


def _prefixed(prefix: str, name: str, known: Directory) -> tuple[ListKind, str]:
    if prefix not in _PREFIXES:
        said = ", ".join(f"{each}:NAME" for each in _PREFIXES)
        raise RefusedError(f"{prefix}: leads nowhere", hint=said)
    kind = _PREFIXES[prefix]
    if kind not in known.named(name):
        raise NotFoundError(
            f"there is no {kind} {name!r}", hint=f"git gt mail {kind} create NAME makes one"
        )
    return kind, name


def _several_or_one(text: str, known: Directory) -> list[str]:
    if not is_pattern(text):
        return [receiver(text, known)]
    found = [str(each) for each in Pattern.parse(text).among(known.addresses)]
    if not found:
        raise NotFoundError(f"{text} fits nobody", hint="git gt mail directory")
    return found


def _expanded(members: Iterable[str], known: Directory, above: tuple[str, ...]) -> list[str]:
    """Return whom *members* mean; a group in a group is looked into."""
    found: list[str] = []
    for member in members:
        found += _members_of(member, known, above)
    return found


def _members_of(member: str, known: Directory, above: tuple[str, ...]) -> list[str]:
    kind, name = _kind_and_name(member, known)
    if kind is None and is_pattern(member):
        return [str(each) for each in Pattern.parse(member).among(known.addresses)]
    if kind is None:
        return _still_there(member, known)
    if kind is not ListKind.GROUP:
        raise RefusedError(f"a {kind} cannot be in a group: {member}", hint="take it out")
    if name in above:
        circle = " -> ".join((*above, name))
        raise RefusedError(
            f"groups go round in a circle: {circle}",
            hint=f"git gt mail group remove {above[-1]} {member}",
        )
    return _expanded(known.groups[name], known, (*above, name))


def _still_there(member: str, known: Directory) -> list[str]:
    """Return a member that is one agent; none, if it has left the town since."""
    there = {str(each) for each in known.addresses}
    return [each for each in Address.parse(member).spellings if each in there][:1]


def _in_order(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))


def _nobody(text: str, known: Directory) -> NotFoundError:
    words = known.words()
    ends = [each for each in words if each.rpartition("/")[2] == text.rpartition("/")[2]]
    near = [*ends, *get_close_matches(text, words, n=_NEAR, cutoff=0.6)]
    said = ", ".join(list(dict.fromkeys(near))[:_NEAR])
    hint = f"perhaps {said}" if said else "git gt mail directory"
    return NotFoundError(f"there is nobody called {text!r}", hint=hint)
