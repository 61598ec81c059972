"""Beads that are yet to be made, as people write them down: Markdown, or JSON's objects.

In Markdown each ``##`` heading is a bead. What stands below it is its description, and ``###``
headings name its other fields. Beads of one plan name each other by key or by title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final, NamedTuple

from gitgt.errors import RefusedError
from gitgt.model.documents import DependencyType
from gitgt.model.ids import is_bead_id
from gitgt.values import dataclass


class Edge(NamedTuple):
    """A dependency, whose other end is an id, or the key or title of a bead of the plan."""

    type: str
    on: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A bead that is yet to be made; errors name ``where``, or a field's own place."""

    fields: Mapping[str, Any]
    key: str = ""
    edges: tuple[Edge, ...] = ()
    where: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, complaint: str) -> str:
        """Return where the field stands that *complaint* begins with, or the bead."""
        return self.places.get(complaint.partition(":")[0], self.where)


TEXTS: Final = ("title", "description", "design", "acceptance", "notes", "owner", "assignee",
                "external", "target")  # fmt: skip
TIMES: Final = ("due_at", "defer_until")
# How the fields are called in plans, besides their own names.
_ALIASES: Final = {
    "acceptance criteria": "acceptance", "acceptance_criteria": "acceptance",
    "issue_type": "type", "issue type": "type", "external_ref": "external",
    "due": "due_at", "defer": "defer_until", "dependencies": "edges", "deps": "edges",
    "needs": "edges", "depends on": "edges", "estimated_minutes": "estimate",
    "implementation notes": "notes", "label": "labels", "body": "description",
}  # fmt: skip
_KNOWN: Final = (
    *TEXTS,
    *TIMES,
    "type",
    "priority",
    "labels",
    "parent",
    "estimate",
    "id",
    "key",
    "ext",
)
_BEGINNING: Final = "open"
_OF_THE_LEDGER: Final = (
    "status", "created_at", "created_by", "started_at", "closed_at", "closed_by", "outcome",
    "landed", "reason", "integration", "merge_request", "comments",
)  # fmt: skip
_TYPES: Final = tuple(str(each) for each in DependencyType)
_HEADING: Final = re.compile(r"(?P<marks>#{1,6})\s+(?P<said>.*?)\s*#*\s*")
_FENCE: Final = re.compile(r"\s{0,3}(```+|~~~+)")
_BULLET: Final = re.compile(r"[-*+]\s+(?:\[[ xX]\]\s+)?")


def edge(text: str) -> Edge:
    """Read ``ID``, ``TYPE:ID`` or ``TYPE:ID:WHEN``.

    Raises:
        RefusedError: there is no such type.
    """
    kind, colon, rest = text.strip().partition(":")
    if colon and kind.strip() not in _TYPES and is_bead_id(rest.strip()):
        raise RefusedError(
            f"{kind.strip()!r} is no type of dependency", hint=f"types: {', '.join(_TYPES)}"
        )
    if not colon or kind.strip() not in _TYPES:
        return Edge(DependencyType.BLOCKS, text.strip())
    on, _, when = rest.strip().partition(":")
    return Edge(kind.strip(), on.strip(), when.strip())


def minutes(text: str) -> int:
    """Read an estimate: ``90``, ``90m``, ``1.5h``.

    Raises:
        RefusedError: it is none.
    """
    match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)\s*(m|min|h)?", text.strip().lower())
    if match is None:
        raise RefusedError(f"{text!r} is no estimate", hint="90 (minutes), 90m or 1.5h")
    return round(float(match[1]) * (60 if match[2] == "h" else 1))


# --- Markdown


@dataclass
class _Section:
    line: int
    name: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


def from_markdown(text: str, source: str) -> list[Draft]:
    """Return the beads that a page plans.

    Raises:
        RefusedError: it plans none, or something is said that no bead can have; the message
            names file and line.
    """
    found = [_draft(sections, source) for sections in _beads(text)]
    if not found:
        raise RefusedError(
            f"{source}:1: no bead is planned here", hint="each '## Title' is a bead"
        )
    return found


def _beads(text: str) -> Iterator[list[_Section]]:
    """Yield the sections of each bead: its title with the description, then its fields."""
    bead: list[_Section] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = None if fence else _HEADING.fullmatch(line)
        fence = _fence(line, fence)
        level = len(heading["marks"]) if heading else 0
        if heading and level <= 2:
            if bead:
                yield bead
            bead = [_Section(number, heading["said"])] if level == 2 else []
        elif heading and level == 3 and bead and _known(heading["said"]):
            bead.append(_Section(number, heading["said"]))
        elif bead:
            bead[-1].lines.append(line.rstrip())
    if bead:
        yield bead


def _fence(line: str, inside: str) -> str:
    match = _FENCE.match(line)
    if match is None:
        return inside
    if not inside:
        return match[1]
    return "" if match[1].startswith(inside) else inside


def _name(said: str) -> str:
    name = " ".join(said.lower().split())
    return _ALIASES.get(name, name.replace(" ", "_"))


def _known(said: str) -> bool:
    return _name(said) in (*_KNOWN, "edges")


def _draft(sections: list[_Section], source: str) -> Draft:
    first, *others = sections
    said: dict[str, Any] = {"title": first.name}
    if first.text:
        said["description"] = first.text
    lines: dict[str, int] = {}
    for each in others:
        name = _name(each.name)
        where = f"{source}:{each.line}"
        if name in lines:
            raise RefusedError(f"{where}: {each.name} is there twice", hint="leave one out")
        if not each.text.strip():
            raise RefusedError(
                f"{where}: nothing stands below {each.name}", hint="remove it, or fill it in"
            )
        lines[name] = each.line
        with_description = name == "description" and "description" in said
        said[name] = f"{said[name]}\n\n{each.text}" if with_description else _value(name, each)
    return from_object(said, f"{source}:{first.line}", lines=lines, source=source)


def _value(name: str, section: _Section) -> object:
    if name in ("labels", "edges"):
        return [*_items(section.text, commas=name == "labels" or "\n" not in section.text)]
    return section.text if name in TEXTS and name != "title" else section.text.strip()


def _items(text: str, *, commas: bool) -> Iterator[str]:
    for line in text.splitlines():
        item = _BULLET.sub("", line.strip(), count=1)
        for each in item.split(",") if commas else [item]:
            if each.strip():
                yield each.strip().strip("`")


# --- objects


def from_object(
    said: Mapping[str, Any], where: str, *, lines: Mapping[str, int] | None = None,
    source: str = "",
) -> Draft:  # fmt: skip
    """Return the bead that an object describes; values may be words, as in Markdown.

    Raises:
        RefusedError: a key or a value is none that a bead can have.
    """
    fields: dict[str, Any] = {}
    edges: tuple[Edge, ...] = ()
    places = {name: f"{source}:{line}" for name, line in (lines or {}).items()}
    for given, value in said.items():
        name = _name(given)
        at = places.get(name, where)
        if value is None or (name, value) == ("status", _BEGINNING):
            continue  # as if it were not there
        try:
            if name == "edges":
                edges = tuple(_edges(value))
            elif name in _KNOWN:
                fields[name] = _read(name, value)
            else:
                raise _no_field(given, name)
        except RefusedError as error:
            raise RefusedError(f"{at}: {error.message}", hint=error.hint) from error
    return Draft(fields, str(fields.pop("key", "")), edges, where, places)


def _no_field(given: str, name: str) -> RefusedError:
    if name in _OF_THE_LEDGER:
        return RefusedError(
            f"{given!r} is not for a new bead to say: it begins {_BEGINNING}, now and by you",
            hint="leave it out; git gt import brings beads in as they are",
        )
    return RefusedError(f"{given!r} is no field", hint=f"fields: {', '.join(_KNOWN)}")


def _read(name: str, value: object) -> object:
    if name == "priority":
        return _priority(value)
    if name == "estimate" and isinstance(value, str):
        return minutes(value)
    if name == "labels":
        return _labels(value)
    if name == "ext" and isinstance(value, Mapping):
        return value
    if name not in ("estimate",) and not isinstance(value, str):
        raise RefusedError(f"{name} is text", hint=f'"{name}": "..."')
    return value


def _priority(value: object) -> int:
    text = str(value).strip().upper().removeprefix("P")
    if text not in ("0", "1", "2", "3", "4"):
        raise RefusedError(
            f"{value!r} is no priority", hint="0 (the most urgent) to 4, or P0 to P4"
        )
    return int(text)


def _labels(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise RefusedError("labels are a list of words", hint='"labels": ["net", "io"]')
    return sorted(set(value))


def _edges(value: object) -> Iterator[Edge]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield edge(each)
        elif isinstance(each, Mapping) and isinstance(each.get("on"), str):
            kind = str(each.get("type", DependencyType.BLOCKS))
            yield Edge(kind, each["on"], str(each.get("when", "")))
        else:
            raise RefusedError(
                f"{each!r} is no dependency",
                hint='"blocks:gt-abc12", or {"type": .., "on": ..}',
            )


def keys(drafts: Iterable[Draft]) -> dict[str, int]:
    """Return which draft each key and each title stands for; a title that is there twice none.

    Raises:
        RefusedError: a key is given twice.
    """
    found: dict[str, int] = {}
    titles: dict[str, list[int]] = {}
    for number, draft in enumerate(drafts):
        titles.setdefault(str(draft.fields.get("title", "")).casefold(), []).append(number)
        for name in (draft.key, str(draft.fields.get("id", ""))):
            if name and name in found:
                raise RefusedError(f"{draft.where}: the key {name!r} is there twice")
            if name:
                found[name] = number
    for title, numbers in titles.items():
        if len(numbers) == 1:
            found.setdefault(title, numbers[0])
    return found
