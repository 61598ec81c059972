"""What the wire formats share: events of a stream, and texts however deep they lie."""

from __future__ import annotations

import json
from collections.abc import Iterator


def event(data: object, *, name: str = "") -> bytes:
    """Return a server-sent event."""
    head = f"event: {name}\n" if name else ""
    body = data if isinstance(data, str) else json.dumps(data)
    return f"{head}data: {body}\n\n".encode()


def texts_of(content: object) -> Iterator[str]:
    """Yield the texts of a message's *content*: a string, or blocks with texts in them."""
    match content:
        case str():
            yield content
        case list():
            for each in content:
                yield from texts_of(each)
        case {"text": str(text)}:
            yield text
        case {"content": inner} | {"parts": inner} | {"output": inner}:
            yield from texts_of(inner)
        case _:
            pass
