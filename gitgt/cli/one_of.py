"""A choice among the values of an enum that is imported when somebody chooses."""

from __future__ import annotations

import importlib

import click


class OneOf(click.ParamType[str]):
    """One of the values of ``module:Enum``."""

    name = "choice"

    def __init__(self, where: str) -> None:
        self._where = where

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return *value* if the enum has it."""
        known = self._known()
        if value not in known:
            self.fail(f"{value!r} is not one of {', '.join(known)}", param, ctx)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click asks so
        """Return the values as the help shows them."""
        return f"[{'|'.join(self._known())}]"

    def _known(self) -> list[str]:
        module, _, name = self._where.partition(":")
        return [each.value for each in getattr(importlib.import_module(module), name)]
