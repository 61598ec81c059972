"""The one canonical form of a document as text.

Keys in schema order, block style, two spaces. A string stands plain only if no version of YAML
can read it as anything but that string; text of several lines is a ``|`` block; everything else
is quoted as in JSON. So equal documents are equal blobs, any YAML reader reads them, and a
fast strict reader is enough for what gitgt wrote itself.

The field ``header`` is the one that is no key: it is the comment lines at the head of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # there since 2.0
from json.encoder import encode_basestring
from typing import Any, Final

from gitgt.model.field_order import FIELD_ORDER

HEADER: Final = "header"
MAX_DEPTH: Final = 64
MAX_BYTES: Final = 256 * 1024  # of one file
MAX_KEY: Final = 200  # YAML itself wants a key to end within 1024 characters

_PLAIN = re.compile(r"[A-Za-z/][ -~]*", re.ASCII)
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_PAIR = re.compile(r"(?<!\\)(?:\\\\)*\\ud[89a-f]")  # an escape, not a backslash and ud
# What YAML 1.1 or 1.2 reads as a truth value or as nothing, whatever its case.
_KNOWN: Final = {"true": True, "false": False, "null": None}
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# What must not stand in a YAML file as itself: controls, line separators that only some
# versions honor, the byte order mark, non-characters, surrogates - and what turns text around
# on a screen.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def emit(fields: Mapping[str, Any], order: Sequence[str] = FIELD_ORDER) -> bytes:
    """Return the canonical file that says *fields*; keys not in *order* follow as they come.

    Raises:
        ValueError: a value that no document can hold.
    """
    rank = _ranks(tuple(order))
    last = len(rank)
    lines: list[str] = []
    for key in sorted(fields, key=lambda name: rank.get(name, last)):
        if key == HEADER:
            lines[:0] = _comment(fields[key])
        else:
            _entry(lines, "", key, fields[key])
    if not lines or lines[-1].startswith("#"):
        lines.append("{}")
    return ("\n".join(lines) + "\n").encode()


def read_canonical(content: bytes, order: Sequence[str] = FIELD_ORDER) -> dict[str, Any] | None:
    """Return the fields that *content* says if it is exactly what ``emit`` writes, else None.

    It reads quickly and trusts nothing: what it read must emit the same bytes.
    """
    try:
        fields = _document(content.decode())
        return fields if emit(fields, order) == content else None
    except (ValueError, LookupError, RecursionError):  # the last by brackets in brackets
        return None


@lru_cache(maxsize=16)
def _ranks(order: tuple[str, ...]) -> dict[str, int]:
    return {key: rank for rank, key in enumerate(order)}


# --- writing


def _comment(header: str) -> list[str]:
    if not header:
        return []
    if _UNSEEN.search(header):
        raise ValueError("a comment cannot hold control characters")
    return [f"# {line}" if line else "#" for line in header.split("\n")]


@lru_cache(maxsize=1024)
def _name(key: str) -> str:
    if len(key) > MAX_KEY:
        raise ValueError("a key is too long")
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS else _quoted(key)


def _entry(lines: list[str], indent: str, key: str, value: object) -> None:
    """Add ``key: value`` to *lines*; what belongs to it stands two spaces deeper."""
    start = f"{indent}{_name(key)}:"
    if isinstance(value, str):
        if "\n" not in value:
            lines.append(f"{start} {value if _is_plain(value) else _quoted(value)}")
        else:
            _text(lines, start, indent, value)
    elif not value or isinstance(value, int | float):
        lines.append(f"{start} {_scalar(value)}")
    elif isinstance(value, dict | Mapping):
        lines.append(start)
        deeper = _deeper(indent)
        for inner, each in value.items():
            _entry(lines, deeper, inner, each)
    elif isinstance(value, list | tuple):
        lines.append(start)
        _items(lines, _deeper(indent), value)
    else:
        raise ValueError(f"{value!r} cannot stand in a document")


def _items(lines: list[str], indent: str, values: Sequence[object]) -> None:
    """Add one ``- ...`` for each of *values*; a map begins on the line of its hyphen."""
    for value in values:
        if isinstance(value, dict | Mapping) and value:
            start, deeper = len(lines), _deeper(indent)
            for key, each in value.items():
                _entry(lines, deeper, key, each)
            lines[start] = f"{indent}- {lines[start].lstrip(' ')}"
        elif isinstance(value, list | tuple) and value:
            lines.append(f"{indent}-")
            _items(lines, _deeper(indent), value)
        elif isinstance(value, str):
            _text(lines, f"{indent}-", indent, value)
        else:
            lines.append(f"{indent}- {_scalar(value)}")


def _deeper(indent: str) -> str:
    if len(indent) >= 2 * MAX_DEPTH:
        raise ValueError("nested too deeply")
    return indent + "  "


def _text(lines: list[str], start: str, indent: str, text: str) -> None:
    if "\n" in text and _is_block(text):
        body, chomp = (text[:-1], "") if text.endswith("\n") else (text, "-")
        lines.append(f"{start} |{chomp}")
        lines += [f"{indent}  {line}" if line else "" for line in body.split("\n")]
    else:
        lines.append(f"{start} {text if _is_plain(text) else _quoted(text)}")


def _is_block(text: str) -> bool:
    """Tell whether a ``|`` block carries *text*, which has several lines, exactly."""
    return text[0] not in " \t\n" and not text.endswith("\n\n") and not _UNSEEN.search(text)


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float) and value - value == 0:  # neither infinite nor no number
        mantissa, e, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}{e}{exponent}"
    if isinstance(value, list | tuple | Mapping) and not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    raise ValueError(f"{value!r} cannot stand in a document")


def _is_plain(text: str) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and ": " not in text
        and " #" not in text
        and text[-1] not in " :"
        and text.lower() not in _WORDS
    )


def _quoted(text: str) -> str:
    quoted = encode_basestring(text)
    return _UNSEEN.sub(_escaped, quoted) if _UNSEEN.search(quoted) else quoted


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


# --- reading


def _document(text: str) -> dict[str, Any]:
    lines = text.split("\n")
    if lines.pop():
        raise ValueError("no newline at the end")
    start = 0
    while start < len(lines) and lines[start].startswith("#"):
        start += 1
    fields: dict[str, Any] = {}
    if start:
        fields[HEADER] = "\n".join(line[2:] for line in lines[:start])
    if lines[start:] != ["{}"]:
        body, end = _mapping(lines, start, "")
        if end < len(lines) or HEADER in body:
            raise ValueError("not canonical")
        fields |= body
    return fields


def _mapping(lines: list[str], at: int, indent: str) -> tuple[dict[str, Any], int]:
    """Read the entries that stand at *indent* from line *at* on; also tell where they end."""
    found: dict[str, Any] = {}
    width, end = len(indent), len(lines)
    while at < end and lines[at].startswith(indent):
        line = lines[at]
        if line.startswith('"', width):
            key, after = scanstring(line, width + 1)
            colon, rest = line[after : after + 1], line[after + 1 :]
        else:
            key, colon, rest = line[width:].partition(":")
        if not colon or key in found:
            raise ValueError("no entry")
        if len(rest) > 1 and rest[1] != "|":
            found[key] = _atom(rest[1:])
            at += 1
        else:
            found[key], at = _value(lines, at + 1, indent, rest)
    return found, at


def _sequence(lines: list[str], at: int, indent: str) -> tuple[list[Any], int]:
    """Read the items that stand at *indent* from line *at* on; also tell where they end."""
    found: list[Any] = []
    hyphen, deeper = indent + "-", _deeper(indent)
    while at < len(lines) and lines[at].startswith(hyphen):
        rest = lines[at][len(hyphen) :]
        if _is_entry(rest):
            lines[at] = deeper + rest[1:]
            value, at = _mapping(lines, at, deeper)
        else:
            value, at = _value(lines, at + 1, indent, rest)
        found.append(value)
    return found, at


def _is_entry(rest: str) -> bool:
    """Tell whether *rest*, what follows a hyphen, begins a map and no string."""
    if rest.startswith(' "'):
        return rest[scanstring(rest, 2)[1] :][:1] == ":"
    return ": " in rest or rest.endswith(":")


def _value(lines: list[str], at: int, indent: str, rest: str) -> tuple[Any, int]:
    """Read the value that is *rest* from line *at* on; also tell where it ends."""
    if rest in {" |", " |-"}:
        start, deeper = at, indent + "  "
        while at < len(lines) and (lines[at].startswith(deeper) or not lines[at]):
            at += 1
        text = "\n".join([line[len(deeper) :] for line in lines[start:at]])
        return (text if rest == " |-" else text + "\n"), at
    if rest:
        return _atom(rest[1:]), at
    deeper = _deeper(indent)
    collection = _sequence if lines[at].startswith(deeper + "-") else _mapping
    return collection(lines, at, deeper)


def _atom(text: str) -> object:
    first = text[0]
    if first == '"':
        if "\\" not in text:
            return text[1:-1]
        if "\\ud" in text and _PAIR.search(text):
            raise ValueError("surrogates")  # JSON joins two of them, YAML does not
        return json.loads(text)
    if first in "-0123456789[{":
        return int(text) if _INTEGER.fullmatch(text) else json.loads(text)
    return _KNOWN.get(text, text)
