"""Values from elsewhere, made to fit a bead's fields; what does not fit is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gitgt.ledger import schemas
from gitgt.model.wording import fit_line, fit_text

_KIND: Final = "bead"
_LONG: Final = frozenset({"description", "design", "acceptance", "notes", "reason"})


def fitting(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *fields* that a bead can have, their text made fit."""
    found = {name: _fit(name, value) for name, value in fields.items()}
    return {
        name: value
        for name, value in found.items()
        if value not in (None, "", [], {}) and schemas.fits(_KIND, name, value)
    }


def _fit(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever came in
    if name in _LONG:
        return fit_text(value) if isinstance(value, str) else None
    if name == "labels":
        return labels(value)
    if name == "comments":
        return list(value)
    if isinstance(value, str):
        return fit_line(value)
    return value


def labels(given: Any) -> list[str]:  # noqa: ANN401 - whatever came in
    """Return the labels that a bead can have."""
    words = given if isinstance(given, list) else []
    lines = [fit_line(each, longest=64) for each in words if isinstance(each, str)]
    return sorted({each for each in lines if schemas.fits(_KIND, "labels", [each])})[:100]


def comment(name: Any, at: Any, by: Any, text: Any) -> dict[str, str] | None:  # noqa: ANN401
    """Return a comment, None if it says nothing."""
    said = fit_text(text).strip("\n") if isinstance(text, str) else ""
    if not said.strip():
        return None
    made = {
        "id": str(name),
        "at": time(at) or "1970-01-01T00:00:00Z",
        "by": fit_line(str(by or "")) or "unknown",
        "text": said,
    }
    if not schemas.fits(_KIND, "comments", [made]):
        made["id"] = "c" + hashlib.sha256(repr((name, at, by, text)).encode()).hexdigest()[:15]
    return made if schemas.fits(_KIND, "comments", [made]) else None


def comments(found: Iterable[dict[str, str] | None]) -> list[dict[str, str]]:
    """Return comments that say something, each id once."""
    return list({each["id"]: each for each in found if each is not None}.values())


def time(given: Any) -> str:  # noqa: ANN401 - whatever came in
    """Return an instant as documents write it; nothing if *given* is none."""
    if not isinstance(given, str) or not given:
        return ""
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        return ""
    when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    if when.year < 1970:
        return ""  # the zero of a program, not a time
    fraction = f".{when.microsecond:06d}".rstrip("0") if when.microsecond else ""
    return when.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def priority(given: Any) -> int | None:  # noqa: ANN401 - whatever came in
    """Return a priority, None if it is none."""
    is_number = isinstance(given, int) and not isinstance(given, bool)
    return given if is_number and 0 <= given <= 4 else None
