"""What an agent is told, as plain values: for programs, and for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gitgt.model.documents import Bead
from gitgt.model.prime import sheet
from gitgt.model.prime.budget import tokens
from gitgt.model.prime.facts import Facts, Steps
from gitgt.services import prime


def state(known: Facts) -> dict[str, Any]:
    """Return how a session begins."""
    who = known.who
    return {
        "state": str(known.state),
        "address": who.address,
        "role": who.role,
        "rig": who.rig,
        "bead": str(known.beads[0].id) if known.beads else "",
        "readable": not known.unreadable,
    }


def fields(known: Facts, source: str) -> dict[str, Any]:
    """Return all that an agent is told, and the text of it."""
    text = prime.shown(known, source)
    preamble = sheet.preamble(known, prime.fresh_mark())
    return {
        **state(known),
        "source": source,
        "worktree": known.who.worktree,
        "branch": known.who.branch,
        "base": known.who.base,
        "warnings": list(known.warnings),
        "unreadable": known.unreadable,
        "hook": [each.fields() for each in known.beads],
        "molecule": None if known.steps is None else _molecule(known.steps),
        "next": [] if known.steps is None else [each.fields() for each in known.steps.now],
        "earlier": [_earlier(known, each) for each in known.beads],
        "unsaved": asdict(known.unsaved),
        "directives": [asdict(each) for each in known.directives],
        "memories": [each.fields() for each in known.memories],
        "mail": [asdict(each) for each in known.letters],
        "handoff": known.handoff,
        "escalations": [each.fields() for each in known.escalations],
        "tokens": tokens("\n\n".join(preamble)),
        "text": text,
    }


def _molecule(steps: Steps) -> dict[str, Any]:
    from gitgt.services.formula.molecules import View

    return View(steps.root, steps.survey).fields()


def _earlier(known: Facts, bead: Bead) -> dict[str, Any]:
    found = known.earlier.get(bead.id)
    if found is None:
        return {"bead": str(bead.id)}
    return {
        "bead": str(bead.id),
        "sent_back": None if found.back is None else found.back.fields(),
        "sessions": found.sessions,
        "ended": found.ended,
        "commits": found.commits,
        "stat": found.stat,
        "others": list(found.others),
    }


def explained(known: Facts) -> Iterator[tuple[str, ...]]:
    """Yield what is told: its name, tokens, and where it is from or what was cut."""
    cuts = sheet.cuts(known, prime.fresh_mark())
    whole = sheet.preamble(known, prime.fresh_mark())
    yield ("role", str(tokens(known.role_text)), f"the prompt of a {known.who.role}")
    for name, (need, has) in cuts.items():
        said = "all of it" if has >= need else f"cut: all of it would be {need}"
        yield (name, str(has), f"{_from(known, name)}; {said}")
    yield ("before the work", str(tokens("\n\n".join(whole))), f"at most {sheet.ROOM}")
    for bead in known.beads:
        yield ("hook", "", f"{bead.id} is {bead.status}, and {bead.assignee}'s")
    if known.steps is not None:
        yield ("steps", "", f"{known.steps.root.id} is theirs")
    if not known.beads and known.steps is None:
        yield ("hook", "", known.unreadable or "nothing is on it")
    for each in known.warnings:
        yield ("warning", "", each)


def _from(known: Facts, name: str) -> str:
    said = {
        "directives": ", ".join(each.path for each in known.directives),
        "memories": f"{len(known.memories)} of town and rig",
        "mail": f"{len(known.letters)} unread",
        "escalations": f"{len(known.escalations)} open",
    }
    return said[name]
