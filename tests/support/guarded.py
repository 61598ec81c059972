"""What guards say of commands: one a line, with the rule that refuses it, or ``-``."""

from __future__ import annotations

from typing import Final

from gitgt.model.guard import Ground

SANDBOX: Final = "/town/shop/polecats/toast"
TOAST: Final = Ground(
    role="polecat",
    branch="polecat/toast/sh-abc12",
    base="main",
    worktree=SANDBOX,
    cwd=SANDBOX,
    home="/people/tess",
    town="/town",
)
ANN: Final = Ground(
    role="crew",
    branch="crew/ann",
    base="main",
    worktree="/town/shop/crew/ann",
    cwd="/town/shop/crew/ann",
    home="/people/tess",
)


def rows(table: str) -> list[tuple[str, str]]:
    r"""Return rule and command of each line; ``\n`` and ``\t`` in a command are meant."""
    found = []
    for line in table.splitlines():
        rule, _, command = line.partition(" | ")
        if command:
            found.append((rule.strip(), command.replace("\\n", "\n").replace("\\t", "\t")))
    return found
