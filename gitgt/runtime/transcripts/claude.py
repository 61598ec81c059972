"""Claude Code: an answer is a line for each part of it, all with its id and its whole usage.

<config>/projects/<folder>/<conversation>.jsonl; those of its helpers are in a folder beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitgt.model.session_record import Usage
from gitgt.model.spending import Spent
from gitgt.runtime.transcripts.lines import Line, count, lines, moment, part, text

_OF_NO_MODEL: Final = "<synthetic>"  # what the program itself put into the conversation


def spent(path: Path, _: str) -> Iterator[Spent]:
    """Yield what each answer took, once for each of its lines."""
    helpers = path.with_suffix("") / "subagents"
    for each in (path, *sorted(helpers.glob("*.jsonl"))):
        for line in lines(each):
            found = _spent(line)
            if found is not None:
                yield found


def _spent(line: Line) -> Spent | None:
    message = part(line, "message")
    usage, name, model = part(message, "usage"), text(message, "id"), text(message, "model")
    if line.get("type") != "assistant" or not usage or model == _OF_NO_MODEL:
        return None
    return Spent(
        id=name or text(line, "uuid"),
        model=model,
        at=moment(line.get("timestamp")),
        usage=Usage(
            input=count(usage, "input_tokens"),
            output=count(usage, "output_tokens"),
            cache_read=count(usage, "cache_read_input_tokens"),
            cache_write=count(usage, "cache_creation_input_tokens"),
        ),
    )
