"""A noun with its verbs: ``git gt convoy list``, each verb imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from gitgt.cli import rehearsing


class Noun(click.Group):
    """A group that knows its verbs as ``name -> module:attribute``.

    Without a verb, the *usual* one is meant: ``git gt convoy`` lists the convoys. Words that
    begin with none are for the verb *otherwise*: ``git gt bead comment ID TEXT`` adds one.
    """

    def __init__(
        self, told: str, verbs: Mapping[str, str], *, usual: str = "", otherwise: str = ""
    ) -> None:
        super().__init__(help=told)
        self._verbs = verbs
        self._usual = usual
        self._otherwise = otherwise

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """Return the verbs in the order of their table."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in self._verbs:
            return None
        module, _, attribute = self._verbs[cmd_name].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, click.Command)
        return rehearsing.offer(found, f"{ctx.command_path} {cmd_name}")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what is meant where none of the verbs is typed."""
        short, words = ctx.command_path, ""
        if self._otherwise:
            words = " WORD..."
        verb = self._otherwise or self._usual
        if verb:
            formatter.write_paragraph()
            formatter.write_text(f"{short}{words} is short for {short} {verb}{words}")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual verb where none was given."""
        starts = args[0] if args else ""
        if self._usual and (not args or starts.startswith("-")):
            args = args if starts in ctx.help_option_names else [self._usual, *args]
        elif self._otherwise and args:
            known = (*self._verbs, *ctx.help_option_names)
            args = args if starts in known else [self._otherwise, *args]
        return super().parse_args(ctx, args)
