"""What forges' pipelines take: the parts of their formats that matter to what we write.

The whole schema of SARIF is some 3,000 lines of others; here is what it says of the objects
that we write, closed as it closes them, so that a key it does not know is found.
"""

from __future__ import annotations

import re
from typing import Any, Final

_TEXT: Final = {"type": "string"}
_MESSAGE: Final = {
    "type": "object",
    "properties": {"text": _TEXT, "markdown": _TEXT, "id": _TEXT},
    "anyOf": [{"required": ["text"]}, {"required": ["id"]}],
    "additionalProperties": False,
}
_LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def _unique(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 0, "uniqueItems": True, **more}


_RULE: Final = _object(
    ("id",),
    id=_TEXT,
    shortDescription=_object(("text",), text=_TEXT),
    defaultConfiguration=_object((), level=_LEVEL),
)
# A relative reference, in which no character stands that may not.
_URI: Final = {
    "type": "string",
    "pattern": "^(?![A-Za-z][A-Za-z0-9+.-]*:)(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$",
}
_PLACE: Final = _object(
    ("artifactLocation", "region"),
    artifactLocation=_object((), uri=_URI, uriBaseId=_TEXT),
    region=_object((), startLine={"type": "integer", "minimum": 1}),
)
_RESULT: Final = _object(
    ("message",),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=_LEVEL,
    message=_MESSAGE,
    locations={"type": "array", "items": _object((), physicalLocation=_PLACE), "minItems": 1},
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    properties={"type": "object"},
)
_NOTIFICATION: Final = _object(("message",), message=_MESSAGE, level=_LEVEL)
_INVOCATION: Final = _object(
    ("executionSuccessful",),
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications={"type": "array", "items": _NOTIFICATION, "minItems": 0},
)
_DRIVER: Final = _object(
    ("name",), name=_TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=_unique(_RULE),
)  # fmt: skip
SARIF: Final = _object(
    ("version", "runs"),
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "minItems": 0,
        "items": _object(
            ("tool",),
            tool=_object(("driver",), driver=_DRIVER),
            invocations={"type": "array", "items": _INVOCATION, "minItems": 0},
            results={"type": "array", "items": _RESULT, "minItems": 0},
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        ),
    },
)
GITLAB: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "description": _TEXT,
            "check_name": _TEXT,
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": _object(("begin",), begin={"type": "integer", "minimum": 1}),
                },
                "required": ["path", "lines"],
            },
        },
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
    },
}


def annotation(row: str) -> tuple[dict[str, str], str]:
    """Read a row as GitHub's runner does: the words of a command ``error``, and its text."""
    assert "\n" not in row
    assert "\r" not in row
    found = re.fullmatch(r"::error (?P<words>[^:]*)::(?P<text>.*)", row, re.DOTALL)
    assert found is not None
    words = dict(each.split("=", 1) for each in found["words"].split(","))
    return {key: _read(value) for key, value in words.items()}, _read(found["text"])


def _read(text: str) -> str:
    for code, mark in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ):
        text = text.replace(code, mark)
    return text
