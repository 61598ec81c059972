"""What groups, queues and channels are made, changed and shown with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.model.documents import MailList
    from gitgt.model.mail.routing import ListKind
    from gitgt.services.mail.lists import Changed


def create(kind: ListKind, name: str, *, as_json: bool, **wish: Any) -> None:  # noqa: ANN401
    """Make one."""
    from gitgt.services.mail import lists

    done = lists.create(context.town(), kind, name, lists.Wish(**wish), context.me())
    _answer(done, f"{kind}:{name} is there", as_json=as_json)


def close(kind: ListKind, name: str, *, as_json: bool) -> None:
    """End one."""
    from gitgt.services.mail import lists

    done = lists.close(context.town(), kind, name, context.me())
    _answer(done, f"{kind}:{name} is gone", as_json=as_json)


def change(kind: ListKind, name: str, receiver: str, *, comes: bool, as_json: bool) -> None:
    """Let one mean somebody more, or less."""
    from gitgt.services.mail import lists

    step = lists.add if comes else lists.remove
    done = step(context.town(), kind, name, receiver, context.me())
    way = "in" if comes else "out of"
    _answer(done, f"{receiver} is {way} {kind}:{name}", as_json=as_json)


def answer_all(kind: ListKind, *, as_json: bool) -> None:
    """Answer with all of a kind."""
    from gitgt.services.mail import lists

    found = lists.every(context.town(), kind)
    if as_json:
        output.answer_json([each.fields() for each in found])
    else:
        output.table((each.title, " ".join(each.receivers) or "-") for each in found)


def page(found: MailList, more: Iterable[str] = ()) -> None:
    """Show one for people."""
    output.answer(f"{found.type}:{found.title}  {'  '.join(more)}".rstrip())
    if found.description:
        output.answer(found.description)
    for each in found.receivers:
        output.answer(f"  {each}")


def _answer(done: Changed, said: str, *, as_json: bool) -> None:
    if as_json:
        output.answer_json({**done.found.fields(), "changed": done.fresh})
    else:
        output.answer(said if done.fresh else f"nothing changed: {said}")
