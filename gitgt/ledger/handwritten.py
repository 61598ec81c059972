"""YAML that a person wrote, read with suspicion.

Bytes become plain values only after they were looked at: size, encoding, control characters.
Then ruamel's own parser (pure Python: libyaml itself crashes on deep nesting) hands out one
event after the other, and whatever could expand, execute or hide something is refused where it
stands: tags, anchors, aliases, merge keys, keys given twice, a second document, nesting without
end. Plain scalars mean what YAML 1.2 says: ``yes`` is a word, a date is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any, Final

from gitgt.ledger.codec import HEADER, MAX_BYTES, MAX_DEPTH, MAX_KEY
from gitgt.ledger.refusal import Problem, refusal, too_big
from gitgt.ledger.scalars import UNREADABLE, resolved
from gitgt.ledger.syntax import QUOTE, stumble
from gitgt.values import dataclass

_MOST_HIDDEN: Final = 100
_MOST_PROBLEMS: Final = 50
_MOST_NODES: Final = 5000

Path = tuple[str | int, ...]

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Written:
    """What a file says, and on which line each part of it stands."""

    value: dict[str, Any]
    lines: dict[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Return the line of the part at *path*, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(content: bytes, source: str) -> Written:
    """Read a mapping that a person wrote as YAML 1.2.

    Raises:
        InvalidDocumentError: it is none, or it holds what no document may hold.
    """
    text = _text(content, source)
    written = Written({}, {})
    value = _Composer(text, source, written).compose()
    if isinstance(value, dict):
        written.value = value
    elif value is not None:
        what = "lines of 'key: value' are expected, not a single value"
        written.problems.append(Problem(1, "", what))
    if HEADER in written.value:
        line = written.lines[HEADER,]
        written.problems.append(Problem(line, HEADER, "is no key", "write '# ...' at the head"))
    if written.problems:
        raise refusal(source, written.problems)
    if header := _header(text):
        written.value[HEADER] = header
        written.lines[HEADER,] = text.count("\n", 0, text.index("#")) + 1
    return written


def _text(content: bytes, source: str) -> str:
    """Return *content* as text whose lines end as git's do, if text it is."""
    if len(content) > MAX_BYTES:
        raise refusal(source, [too_big(len(content))])
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise refusal(source, [Problem(line, "", what, "save the file as UTF-8")]) from error
    hidden = [
        Problem(
            text.count("\n", 0, match.start()) + 1, "", f"{named(match[0])} cannot stand here"
        )
        for _, match in zip(range(_MOST_HIDDEN), _CONTROL.finditer(text), strict=False)
    ]
    if hidden:
        raise refusal(source, hidden)
    return text


def named(character: str) -> str:
    """Return how to call a character that cannot be shown."""
    return f"the control character U+{ord(character):04X}"


def _header(text: str) -> str:
    """Return the comment lines at the head of *text*, without their ``#``."""
    found: list[str] = []
    for line in text.split("\n"):
        bare = line.strip(" ")
        if bare.startswith("#"):
            found.append(line.lstrip(" ")[1:].removeprefix(" "))
        elif bare in {"", "---"}:
            found.append("")
        else:
            break
    return "\n".join(found).strip("\n")


class _Composer:
    """Makes values out of the parser's events, and notes what it will not take."""

    def __init__(self, text: str, source: str, written: Written) -> None:
        from ruamel.yaml import YAML

        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._source = source
        self._written = written

    def compose(self) -> object:
        """Return the value of the only document, or None if there is none."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            return self._stream()
        except MarkedYAMLError as error:
            raise refusal(self._source, [stumble(error)]) from error
        except YAMLError as error:
            raise refusal(self._source, [Problem(1, "", str(error))]) from error

    def _stream(self) -> object:
        from ruamel.yaml import events

        value: object = None
        documents = 0
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event, (), "a second document in one file", "one file, one document"
                    )
                    break
                if event.version or event.tags:
                    self._refuse(event, (), "a % directive is not allowed", "delete the line")
                value = self._node(next(self._events), ())
        return value

    def _node(self, event: Any, path: Path) -> object:  # noqa: ANN401 - ruamel's events have no types
        from ruamel.yaml import events

        self._written.lines.setdefault(path, event.start_mark.line + 1)
        if len(path) > MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} deep")
        if len(self._written.lines) > _MOST_NODES:
            self._stop(event, f"more than {_MOST_NODES} values in one document")
        if isinstance(event, events.AliasEvent):
            self._refuse(event, path, "an alias is not allowed", "write the value out")
            return None
        if event.anchor is not None:
            self._refuse(event, path, "an anchor is not allowed", f"delete &{event.anchor}")
        if event.tag is not None:
            self._refuse(event, path, "a tag is not allowed", f"delete {_short(event.tag)}")
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        from ruamel.yaml import events

        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            key = self._key(event, path)
            inner = (*path, key)
            self._written.lines.setdefault(inner, event.start_mark.line + 1)
            if key in found:
                first = self._written.lines[inner]
                self._refuse(event, inner, f"given twice; the first one is on line {first}")
            value = self._node(next(self._events), inner)
            found.setdefault(key, value)
        return found

    def _key(self, event: Any, path: Path) -> str:  # noqa: ANN401
        from ruamel.yaml import events

        if not isinstance(event, events.ScalarEvent):
            raise refusal(self._source, [_at(event, path, "a key must be a word", QUOTE)])
        if event.anchor is not None or event.tag is not None:
            self._refuse(event, path, "a key cannot have an anchor or a tag")
        if event.implicit[0] and event.value == "<<":
            inner = (*path, event.value)
            self._refuse(event, inner, "a merge key is not allowed", "write the value out")
        if event.implicit[0] and not event.value:
            self._refuse(event, path, "a colon without a key before it", QUOTE)
        if len(event.value) > MAX_KEY:
            self._refuse(event, path, f"a key can have {MAX_KEY} characters at most")
        return str(event.value)

    def _sequence(self, path: Path) -> list[Any]:
        from ruamel.yaml import events

        found: list[Any] = []
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            found.append(self._node(event, (*path, len(found))))
        return found

    def _scalar(self, event: Any, path: Path) -> object:  # noqa: ANN401
        text = str(event.value)
        if event.implicit[0]:
            value = resolved(text)
            if value is not UNREADABLE:
                return value
            what = f"{text[:40]} is a number without bounds"
            self._refuse(event, path, what, "in double quotes it is text")
            return None
        if _SURROGATE.search(text):
            try:  # JSON writes a character beyond U+FFFF as a pair
                text = text.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError:
                self._refuse(event, path, "half of a surrogate pair is no character")
                return None
        return text

    def _refuse(self, event: Any, path: Path, what: str, hint: str = "") -> None:  # noqa: ANN401
        """Note a problem; somebody with so many does not want to read on."""
        self._written.problems.append(_at(event, path, what, hint))
        if len(self._written.problems) > _MOST_PROBLEMS:
            raise refusal(self._source, self._written.problems)

    def _stop(self, event: Any, what: str) -> None:  # noqa: ANN401
        raise refusal(self._source, [*self._written.problems, _at(event, (), what)])


def shown(path: Path) -> str:
    """Return *path* as a person would write it: ``dependencies[0].on``."""
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    if path and path[-1] == "":
        said += '""'
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", said[:200]).lstrip(".")


def _at(event: Any, path: Path, what: str, hint: str = "") -> Problem:  # noqa: ANN401
    return Problem(event.start_mark.line + 1, shown(path), what, hint)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
