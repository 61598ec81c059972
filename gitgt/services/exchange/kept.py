"""What a bead cannot say of a record, kept so that the record can be made again.

``kept`` holds what stood in the record where the bead would make something else, ``made`` what
it would make. While the bead still makes that, the record's own word is given back; once
somebody changed the bead, the bead's word counts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_LISTS: Final[dict[str, Callable[[Any], tuple[Any, ...]]]] = {
    "dependencies": lambda each: (each.get("depends_on_id"), each.get("type")),
    "comments": lambda each: (str(each.get("id")),),
}
_DEEPEST: Final = 40
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_UNFIT_KEY: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_WRAPPED: Final = "json"


def difference(record: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be kept of *record* beside a bead that makes *made*."""
    odd = [key for key in {**record, **made} if not _same(key, record, made)]
    kept = {key: stored(record[key]) for key in odd if key in record}
    would = {key: stored(made[key]) for key in odd if key in made}
    found = {"kept": _keys(kept), "made": _keys(would)}
    return {key: value for key, value in found.items() if value}


def _same(key: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    return key in one and key in two and _spelled(one[key]) == _spelled(two[key])


def _spelled(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    return json.dumps(value, sort_keys=True)


def restored(mark: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record again: what the bead makes by now, and what was kept."""
    kept = {name: unstored(value) for name, value in _unkeyed(mark.get("kept"))}
    would = {name: unstored(value) for name, value in _unkeyed(mark.get("made"))}
    found = dict(made)
    for key in {**kept, **would}:
        if _spelled([made.get(key), key in made]) == _spelled([would.get(key), key in would]):
            found.pop(key, None)
            found |= {key: kept[key]} if key in kept else {}
        elif key in _LISTS:
            found[key] = _woven(key, kept.get(key), would.get(key), made.get(key))
    return found


def made_of(mark: Mapping[str, Any], key: str) -> list[Any] | None:
    """Return what a list was made of by the bead where the record's own was kept, else None."""
    kept, would = (dict(_unkeyed(mark.get(name))) for name in ("kept", "made"))
    return unstored(would.get(key)) or [] if key in kept else None


def _woven(key: str, kept: Any, would: Any, made: Any) -> list[Any]:  # noqa: ANN401
    """Return a list of which some things were kept: element by element."""
    name = _LISTS[key]
    old = {name(each) for each in kept or ()}
    known = {name(each) for each in would or ()}
    now = {name(each): each for each in made or ()}
    stay = [each for each in kept or () if name(each) in now or name(each) not in known]
    return stay + [each for which, each in now.items() if which not in old]


def _keys(values: dict[str, Any]) -> dict[str, Any] | list[list[Any]]:
    """Return *values* as ext can hold them: as pairs, if a name is none for a key."""
    if all(_is_key(name) for name in values):
        return values
    return [[stored(name), value] for name, value in values.items()]


def _unkeyed(values: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(values, Mapping):
        return list(values.items())
    return [(str(unstored(name)), value) for name, value in values or ()]


def _is_key(name: str) -> bool:
    return 0 < len(name) <= 200 and not _UNFIT_KEY.search(name)


def stored(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Return *value* as ext can hold it: as itself, or else spelled out."""
    is_wrapper = isinstance(value, Mapping) and list(value) == [_WRAPPED]
    return value if not is_wrapper and _fits(value, 0) else {_WRAPPED: json.dumps(value)}


def unstored(value: Any) -> Any:  # noqa: ANN401
    """Return what was *stored*."""
    if isinstance(value, Mapping) and list(value) == [_WRAPPED]:
        return json.loads(value[_WRAPPED])
    return value


def _fits(value: Any, depth: int) -> bool:  # noqa: ANN401
    if depth > _DEEPEST:
        return False
    if isinstance(value, str):
        return not _UNFIT.search(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 10**18
    if isinstance(value, Mapping):
        return all(_is_key(key) and _fits(each, depth + 1) for key, each in value.items())
    return not isinstance(value, list) or all(_fits(each, depth + 1) for each in value)
