"""Whose mail is meant where a command was called, and how messages are answered with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from gitgt.cli import context, output
from gitgt.errors import NotAllowedError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from gitgt.model.documents import Message
    from gitgt.services.mail.steps import Stepped
    from gitgt.services.town import Town

_Function = TypeVar("_Function", bound=Callable[..., object])
OVERSEER = "overseer"
_SHARED = ("queue:", "channel:")
_MARKS = {"unread": "new", "read": "read", "archived": "archived"}


def identity_option(function: _Function) -> _Function:
    """Give a command ``--identity``, which it gets as ``identity``."""
    return click.option(
        "--identity",
        "--address",
        metavar="ADDRESS",
        help="Whose mail; otherwise that of whoever calls, and a person is the overseer.",
    )(function)


def mine(town: Town, named: str | None = None) -> str:
    """Return whose mail is meant: *named*'s, the calling agent's, or where we stand.

    A person in no worktree of theirs is the overseer.

    Raises:
        NotAllowedError: an agent names a box of somebody else's.
    """
    if named:
        return _let_in(spelled(town, named))
    try:
        return context.address_here(town)
    except NotFoundError:
        return OVERSEER


def _let_in(whose: str) -> str:
    agent = os.environ.get("GT_AGENT")
    if agent and whose != agent and not whose.startswith(_SHARED):
        raise NotAllowedError(
            f"{agent} is let into its own mail only, and not into that of {whose}",
            hint="git gt mail inbox",
        )
    return whose


def spelled(town: Town, named: str) -> str:
    """Return a box in full; somebody who is gone still has one."""
    if named.startswith(_SHARED):
        return named
    from gitgt.model.address import Address
    from gitgt.model.mail import routing
    from gitgt.services.mail import directory

    try:
        return routing.receiver(named, directory.known(town))
    except RefusedError:
        wanted = Address.parse(named)
        if wanted.role is None:
            raise
        return str(wanted)


def body(message: str | None, text: str | None, *, stdin: bool) -> str:
    """Return what is to be said: given in words, or read from stdin."""
    if stdin or "-" in (message, text):
        import sys

        return sys.stdin.read()
    return message or text or ""


def answer(found: Sequence[Message], *, as_json: bool, numbered: bool = False) -> None:
    """Answer with messages, as lines or as data."""
    if as_json:
        output.answer_json([each.fields() for each in found])
        return
    output.table(
        (_cells(number, each, numbered=numbered) for number, each in enumerate(found, 1)),
        head=("", "id", "", "", "from", "subject") if numbered else (),
    )


def answer_steps(done: Sequence[Stepped], said: str, *, as_json: bool) -> None:
    """Answer with what was done to which messages."""
    if as_json:
        rows = [{**each.message.fields(), "changed": each.fresh} for each in done]
        output.answer_json(rows)
        return
    for each in done:
        was = said if each.fresh else f"{_MARKS[each.message.status]} already"
        output.answer(f"{each.message.id} is {was}: {each.message.title}")


def page(message: Message) -> None:
    """Show a message: fenced for an agent, plain for a person."""
    rows = [
        ("from", message.created_by),
        ("to", message.box),
        ("at", message.created_at[:19] + "Z"),
    ]
    rows += [("cc", ", ".join(message.cc))] if message.cc else []
    rows += [("type", _type(message))]
    rows += [("answers", message.reply_to)] if message.reply_to else []
    output.answer(f"{message.id}  {_MARKS[message.status]}")
    output.answer("\n".join(f"{name}: {output.one_line(said)}" for name, said in rows))
    output.answer()
    output.answer(_said(message))


def _said(message: Message) -> str:
    text = f"{message.title}\n\n{message.description}".rstrip()
    if "GT_AGENT" not in os.environ:
        return text
    import secrets

    from gitgt.model.fence import fenced

    what = f"message {message.id}"
    return fenced(what, message.created_by, text, secrets.token_hex(4), len(text))


def _type(message: Message) -> str:
    return f"{message.message_type}, {_URGENCY[message.priority]}"


_URGENCY = ("urgent", "high", "normal", "low", "backlog")


def _cells(number: int, each: Message, *, numbered: bool) -> tuple[str, ...]:
    urgency = _URGENCY[each.priority]
    cells = (str(each.id), _MARKS[each.status], urgency, each.created_by, each.title)
    return (str(number), *cells) if numbered else cells
