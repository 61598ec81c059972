"""Answer a message: to whoever sent it, in the same conversation, and it is read by that."""

from __future__ import annotations

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Message, MessageType
from gitgt.services.mail import boxes, sending, steps
from gitgt.services.mail.sending import Letter
from gitgt.services.town import Town


def reply(
    town: Town, name: str, text: str, me: str, who: Actor, *, subject: str = ""
) -> Message:  # fmt: skip
    """Send *text* to whoever sent the message *name*; return what was sent.

    Raises:
        RefusedError: there is nothing to say, or the sender is nobody who can be written to.
    """
    old = boxes.find(town, name, me)
    if not text.strip():
        raise RefusedError("an answer says something", hint=f'git gt mail reply {old.id} "..."')
    title = old.title if old.title.lower().startswith("re: ") else f"Re: {old.title}"
    letter = Letter(
        subject=subject or title,
        body=text,
        priority=old.priority,
        message_type=MessageType.REPLY,
        thread=old.conversation,
        reply_to=str(old.id),
    )
    (sent,) = sending.send(town, letter, [old.created_by], sender=me, who=who)
    if me in (old.recipient, old.reader):
        steps.read(town, [str(old.id)], who, me)
    return sent
