"""What ``settings/escalation.yaml`` says: routes, contacts, and when nobody has answered.

``escalation.json`` is read where there is no YAML file: it is what Gas Town wrote. Passwords,
and addresses that are secret, are named (``env:NAME``, ``file:PATH``) and never written there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gitgt.errors import SettingsError
from gitgt.model.escalation.routes import Settings
from gitgt.services import settings
from gitgt.services.town import Town

NAMES: Final = ("settings/escalation.yaml", "settings/escalation.json")
_SCHEMA: Final = "escalations"


def read(town: Town) -> Settings:
    """Return how escalations are routed.

    Raises:
        SettingsError: the file breaks its schema.
    """
    for name in NAMES:
        found: dict[str, Any] = settings.read(town.root / name, _SCHEMA)
        if found:
            return Settings.from_fields(found)
    return Settings()


def secret(town: Town, contacts: Mapping[str, Any], name: str) -> str:
    """Return what a contact says, read from where it is kept if it only names that.

    Raises:
        SettingsError: what it names is not there.
    """
    said = str(contacts.get(name, ""))
    kind, _, rest = said.partition(":")
    if kind == "env":
        found = os.environ.get(rest, "")
    elif kind == "file":
        found = _first_line(town.root / Path(rest).expanduser(), name)
    else:
        return said
    if not found:
        raise SettingsError(f"contacts.{name} names {said}, and nothing is there")
    return found


def _first_line(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"contacts.{name} names {path}, which cannot be read") from error
