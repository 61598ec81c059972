"""Options that contradict each other: neither is dropped without a word."""

from __future__ import annotations

import click


def exclude(**given: object) -> None:
    """Refuse options, by their names, of which more than one is *given*.

    Raises:
        click.UsageError: two are; it names them.
    """
    said = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if len(said) > 1:
        raise click.UsageError(f"{said[0]} and {said[1]} contradict each other")
