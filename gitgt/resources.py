"""Where the schemas, the hook templates, the built-in formulas and the roles' prompts are.

In the repository they stand at the top, where people look for them; in an installed package
they lie inside it. Nobody else needs to know.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def schemas() -> Path:
    """Return the folder of the schemas, one ``<kind>.schema.json`` each."""
    return _folder("_schemas", "schemas")


def hook_templates() -> Path:
    """Return the folder of the templates of git's hooks, each named like its hook."""
    return _folder("_hooks", "hooks-templates")


def demo() -> Path:
    """Return the folder of the demonstration: a project, beads, scripted agents."""
    return _folder("_demo", "fixtures/demo")


def formulas() -> Path:
    """Return the folder of the built-in formulas, one ``<name>.formula.toml`` each."""
    return _PACKAGE / "formulas"


def prompts() -> Path:
    """Return the folder of what each role is told, one ``<role>.md`` each."""
    return _PACKAGE / "prompts"


def _folder(inside: str, beside: str) -> Path:
    installed = _PACKAGE / inside
    return installed if installed.is_dir() else _PACKAGE.parent / beside
