"""The quick door of what is asked all the time: usual questions, no command's machinery.

Whatever is unusual about the words, or about where they are said, is left to the commands.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from typing import Any, Final

_SORTS: Final = ("priority", "oldest", "hybrid")
_OF_A_LIST: Final = {"--limit": "limit", "-n": "limit"}
_OF_READY: Final = {
    **_OF_A_LIST, "--type": "type", "-t": "type", "--assignee": "assignee", "-a": "assignee",
    "--label": "labels", "-l": "labels", "--sort": "sort",
}  # fmt: skip


def answer(words: list[str]) -> int | None:
    """Answer if *words* ask for something usual; return the exit code."""
    if words[:1] == ["mail"]:
        from gitgt.cli import quick_mail

        return quick_mail.answer(words[2:])
    words = words[1:] if words[:1] == ["bead"] else words
    answers = {"ready": _ready, "list": _list, "show": _show}
    if not words or words[0] not in answers:
        return None
    try:
        if not answers[words[0]](words[1:]):
            return None
        from gitgt.cli import pending

        pending.say()
        return 0
    except BrokenPipeError:
        from gitgt.cli import exits

        exits.mute()
        return exits.BROKEN_PIPE


def _ready(words: list[str]) -> bool:
    wish = _parsed(words, _OF_READY)
    if wish is None or wish.get("sort", "priority") not in _SORTS:
        return False
    from gitgt.services import quick

    found = quick.ready(os.getcwd(), wish)
    if found is None or (not found and "type" in wish):  # is there such a type?
        return False
    return _rows(found, wish)


def _list(words: list[str]) -> bool:
    wish = _parsed(words, _OF_A_LIST)
    if wish is None:
        return False
    from gitgt.services import quick

    found = quick.listed(os.getcwd(), wish.get("limit", 0))
    return found is not None and _rows(found, wish)


def _rows(found: list[Any], wish: dict[str, Any]) -> bool:
    from gitgt.cli import rows

    rows.answer(found, as_json="json" in wish)
    return True


def _show(words: list[str]) -> bool:
    names = [each for each in words if each != "--json"]
    if len(names) != 1 or names[0].startswith("-"):
        return False
    from gitgt.services import quick

    fields = quick.shown(os.getcwd(), names[0])
    if fields is None:
        return False
    if len(words) > 1:
        from gitgt.cli import output

        output.answer_json(fields)
    else:
        from gitgt.cli import page

        page.answer(fields)
    return True


def _parsed(words: list[str], known: dict[str, str]) -> dict[str, Any] | None:
    """Return what *words* wish, None if that takes a real parser."""
    wish: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word == "--json":
            wish["json"] = True
            continue
        name, value = known.get(word), next(rest, "")
        if not name or not value or value.startswith("-"):
            return None
        if name == "labels":
            wish["labels"] = (*wish.get("labels", ()), value)
        elif name == "limit" and not (value.isascii() and value.isdigit()):
            return None
        else:
            wish[name] = int(value) if name == "limit" else value
    return wish
