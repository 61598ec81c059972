"""The quick door of ``git gt mail check``: most of the time there is none."""

from __future__ import annotations

import os

_OVERSEER = "overseer"


def answer(words: list[str]) -> int | None:
    """Answer if *words* ask for something usual and the answer is at hand; return the code."""
    whose = _mine()
    if words not in ([], ["--inject"], ["--json"]) or not whose:
        return None
    from gitgt.services.mail import quick as glance

    if words == ["--inject"]:
        session = os.environ.get("GT_SESSION", "")
        return 0 if glance.nothing_waits(os.getcwd(), whose, session) else None
    found = glance.unread(os.getcwd(), whose)
    return None if found is None else say(whose, *found, as_json=bool(words))


def say(whose: str, many: int, urgent: int, *, as_json: bool) -> int:
    """Say how much is new, and return the exit code for that."""
    from gitgt.cli import output

    if as_json:
        output.answer_json({"address": whose, "unread": many, "urgent": urgent})
        return 0
    if not many:
        output.answer("no new mail")
        return 1
    more = f", {urgent} urgent" if urgent else ""
    output.answer(f"{many} new{more}: git gt mail inbox --unread")
    return 0


def _mine() -> str:
    """Return whose mail is meant; empty if it takes a look at the town."""
    agent = os.environ.get("GT_AGENT")
    if agent:
        return agent
    words = os.getcwd().split("/")
    return "" if {"crew", "polecats"} & {*words} else _OVERSEER
