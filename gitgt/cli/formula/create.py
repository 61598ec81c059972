"""``git gt formula create``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from gitgt.cli import context, output
from gitgt.errors import RefusedError

_TEXT: Final = """\
formula = "{name}"
version = 1
description = "What {name} is for."

[vars.feature]
description = "What it is done for."
required = true

[[steps]]
id = "begin"
title = "Begin {{{{feature}}}}"
description = "What is to be done."

[[steps]]
id = "end"
title = "End {{{{feature}}}}"
needs = ["begin"]
"""


@click.command()
@click.argument("name")
@context.rig_option
def command(*, name: str, rig: str | None) -> None:
    """Write the beginning of a formula, for you to go on with.

    It lies in the rig's settings, or with the town's formulas; commit it there.
    """
    town = context.town()
    where = context.ledger_for(town, rig)
    folder = town.root / "formulas" if where is None else where.path / "settings/formulas"
    path = folder / f"{name}.formula.toml"
    if path.exists() or Path(name).name != name:
        raise RefusedError(f"{path} is there already", hint="choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_TEXT.format(name=name))
    output.answer(f"wrote {path}")
