"""How each program wants to be answered: plain text, JSON of one form or another, an exit code.

What stands here was measured on the programs themselves, but for cursor's, which is taken from
its documentation. For opencode and pi the form is ours: the plugin that calls us is ours too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from gitgt.model.turns import Deny, GoOn, Reply, TapEvent, Tell
from gitgt.values import dataclass

_E = TapEvent
_BLOCK: Final = 2  # what Claude's family takes for: do not use that tool


@dataclass(frozen=True, slots=True)
class Spoken:
    """What we say: on standard output, on standard error, and by an exit code."""

    out: str = ""
    err: str = ""
    code: int = 0


NOTHING: Final = Spoken()
_Teller = Callable[[str, str], Spoken]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one program is spoken with.

    ``tells`` are the events at which its model can be given a text, ``tell`` how. ``calls``
    is what it calls those events, where it did not say. ``goes_on`` says that a turn's end
    can be put off, ``compacts`` that ``compact.before`` is said of compactions alone.
    """

    name: str
    tells: frozenset[TapEvent]
    tell: _Teller
    deny: Callable[[str], Spoken]
    go_on: Callable[[str], Spoken]
    calls: tuple[tuple[TapEvent, str], ...] = ()
    goes_on: bool = True
    compacts: bool = True
    verified: bool = True

    def speak(self, event: TapEvent, called: str, reply: Reply) -> Spoken:
        """Return *reply* as the program takes it, which called the event so."""
        match reply:
            case Tell(text) if event in self.tells and text:
                return self.tell(called or dict(self.calls).get(event, ""), text)
            case Deny(text) if event is _E.TOOL_BEFORE:
                return self.deny(text)
            case GoOn(_, text) if event is _E.TURN_END and self.goes_on:
                return self.go_on(text)
            case _:
                return NOTHING

    def hears(self, event: TapEvent) -> bool:
        """Tell whether what is said at *event* reaches the model."""
        return event in self.tells or (event is _E.TURN_END and self.goes_on)


def _json(**fields: object) -> Spoken:
    return Spoken(json.dumps(fields))


def _context(called: str, text: str) -> Spoken:
    return _json(hookSpecificOutput={"hookEventName": called, "additionalContext": text})


def _plain(called: str, text: str) -> Spoken:
    # Codex takes what begins so for JSON, and finds it broken.
    return _context(called, text) if text.lstrip()[:1] in ("[", "{") else Spoken(text)


def _blocked(text: str) -> Spoken:
    return Spoken("", text, _BLOCK)


_CLAUDE: Final = (
    (_E.SESSION_START, "SessionStart"), (_E.PROMPT_SUBMIT, "UserPromptSubmit"),
)  # fmt: skip
_BOTH: Final = frozenset({_E.SESSION_START, _E.PROMPT_SUBMIT})
_START: Final = frozenset({_E.SESSION_START})

DIALECTS: Final[dict[str, Dialect]] = {
    each.name: each
    for each in (
        Dialect(
            "claude", _BOTH, _plain, _blocked,
            lambda text: _json(decision="block", reason=text), _CLAUDE,
        ),
        Dialect(
            "codex", _BOTH, _plain, _blocked,
            lambda text: _json(decision="block", reason=text), _CLAUDE,
        ),
        Dialect(
            "gemini", _BOTH, _context, _blocked,
            lambda text: _json(decision="deny", reason=text),
            ((_E.SESSION_START, "SessionStart"), (_E.PROMPT_SUBMIT, "BeforeAgent")),
            compacts=False,  # it says so before every call of its model
        ),
        Dialect(
            "copilot", _START, lambda _, text: _json(additionalContext=text),
            lambda text: _json(permissionDecision="deny", permissionDecisionReason=text),
            lambda text: _json(decision="block", reason=text),
        ),
        Dialect(
            "opencode", _BOTH, lambda _, text: _json(context=text),
            lambda text: _json(deny=text), lambda text: _json(go_on=text),
        ),
        Dialect(
            "pi", _BOTH, lambda _, text: _json(context=text),
            lambda text: _json(deny=text), lambda text: _json(go_on=text),
        ),
        Dialect(
            "cursor", _START, lambda _, text: _json(additional_context=text),
            lambda text: _json(permission="deny", user_message=text, agent_message=text),
            lambda text: _json(followup_message=text),
            verified=False,
        ),
    )
}  # fmt: skip
