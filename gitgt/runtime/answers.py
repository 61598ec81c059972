"""What a program that was run for one turn has answered, out of what it printed.

Some print the answer and nothing else, some one object of JSON, some a line of it for each
event. What cannot be read is the answer as it stands.
"""

from __future__ import annotations

from typing import Final

from gitgt.runtime.transcripts.lines import Line, parsed

# Where the answer stands in a single object: Claude's and ours, Gemini's.
_NAMES: Final = ("result", "response")


def spoken(printed: str) -> str:
    """Return the answer in what was *printed*."""
    text = printed.strip()
    whole = parsed(text)
    if whole is not None and (found := _named(whole)):
        return found
    events = [each for line in text.splitlines() if (each := parsed(line)) is not None]
    said = [found for each in events if (found := _of_event(each))]
    return "\n".join(said).strip() if said else text


def _named(found: Line) -> str:
    return next((each for name in _NAMES if isinstance(each := found.get(name), str)), "")


def _of_event(event: Line) -> str:
    """Return what an event says that the agent said; most events say nothing of it."""
    match event:
        case {"type": "item.completed", "item": {"type": "agent_message", "text": str(text)}}:
            return text  # codex
        case {"type": "text", "part": {"text": str(text)}}:
            return text  # opencode
        case {"type": "result", "result": str(text)}:
            return text  # claude, event by event
        case {"type": "message_end", "message": {"role": "assistant", "content": list(parts)}}:
            texts = [each.get("text", "") for each in parts if isinstance(each, dict)]
            return "".join(texts)  # pi
        case {"type": "assistant.message", "data": {"content": str(text)}}:
            return text  # copilot
        case _:
            return ""
