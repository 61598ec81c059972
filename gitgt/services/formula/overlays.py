"""Write the overlays of a town or a rig: what they change about formulas of others."""

from __future__ import annotations

import tomllib
from typing import Final

from gitgt.errors import InvalidDocumentError
from gitgt.model.actor import Actor
from gitgt.model.formula import overlay
from gitgt.model.formula.form import Severity
from gitgt.model.formula.lines import line_of, lines_of
from gitgt.services import commit
from gitgt.services.formula.library import Formulas
from gitgt.services.town import Rig, Town

EMPTY: Final = """\
# What is laid over the steps of this formula; mode is replace, append or skip.
# [[step-overrides]]
# step_id = "implement"
# mode = "append"
# description = "..."
"""


def text(town: Town, rig: Rig | None, name: str) -> str:
    """Return what is laid over the formula called *name* there; a beginning, if nothing is."""
    path = town.root / path_of(rig, name)
    return path.read_text(encoding="utf-8") if path.is_file() else EMPTY


def path_of(rig: Rig | None, name: str) -> str:
    """Return where the overlay of a formula lies, in the town's repository."""
    folder = "formula-overlays" if rig is None else f"{rig.name}/settings/formula-overlays"
    return f"{folder}/{name}.toml"


def write(town: Town, rig: Rig | None, name: str, said: str, who: Actor) -> bool:
    """Commit what is laid over the formula called *name*; say if anything changed.

    What says nothing takes the file away.

    Raises:
        NotFoundError: there is no such formula.
        InvalidDocumentError: it can be no overlay.
        NotAllowedError: an agent asks.
    """
    known = Formulas(town, rig).get(name).name
    path = path_of(rig, known)
    content = said.encode() if _check(said, path) else None
    whose = f"formula {known} in {rig.name}" if rig else f"formula {known}"
    return commit.change(town, lambda: {path: content}, f"overlay of {whose}", who)


def _check(said: str, path: str) -> bool:
    """Check an overlay; tell whether it says anything."""
    try:
        data = tomllib.loads(said)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidDocumentError(f"{path}: {error}") from error
    found, findings = overlay.parse(data)
    wrong = [each for each in findings if each.severity is Severity.ERROR]
    if wrong:
        lines = lines_of(said)
        told = "\n".join(
            f"{path}:{line_of(lines, e.where)}: {e.where}: {e.what}" for e in wrong
        )
        raise InvalidDocumentError(told, hint=wrong[0].hint)
    return bool(found)
