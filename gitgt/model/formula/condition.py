"""Conditions of steps: ``{{v}}``, ``!{{v}}``, ``{{v}} == x``, ``{{v}} != x``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gitgt.errors import RefusedError
from gitgt.values import dataclass

_FORM: Final = re.compile(
    r"""\s*(?P<no>!)?\s*\{\{\s*(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}\s*"""
    r"""(?:(?P<sign>==|!=)\s*(?P<quote>["']?)(?P<value>.*?)(?P=quote)\s*)?"""
)
_FALSE: Final = ("", "false", "0")


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a variable is true, or what it is compared with."""

    name: str
    negated: bool = False
    value: str | None = None

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises:
            RefusedError: it is none.
        """
        found = _FORM.fullmatch(text)
        if found is None or (found["no"] and found["sign"]):
            raise RefusedError(
                f"{text!r} is no condition", hint="{{v}}, !{{v}}, {{v}} == x or {{v}} != x"
            )
        return cls(found["name"], bool(found["no"]) or found["sign"] == "!=", found["value"])

    def holds(self, values: Mapping[str, str]) -> bool:
        """Tell whether it is so; a variable without a value is empty."""
        value = values.get(self.name, "")
        so = value not in _FALSE if self.value is None else value == self.value
        return so is not self.negated
