"""What a supervisor of the system is told, so that a watcher that dies is started again.

Pure: texts out of words. A watcher that ends by itself is not started again, nor one of a town
that was told to go down; its sessions and gates outlive it, so only it is the supervisor's.
"""

from __future__ import annotations

import plistlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from gitgt.values import dataclass

_HEAD: Final = "# Written by gitgt; git gt daemon disable-supervisor removes it."
_PAUSE: Final = 5


@dataclass(frozen=True, slots=True)
class Unit:
    """One town's watcher: what it is called, what is run, where, with which variables."""

    name: str
    town: Path
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path = Path("/dev/null")


def systemd(unit: Unit) -> str:
    """Return the user unit for systemd."""
    variables = "".join(
        f'Environment="{_escaped(name)}={_escaped(text)}"\n'
        for name, text in unit.environment.items()
    )
    command = " ".join(f'"{_escaped(word, command=True)}"' for word in unit.argv)
    return (
        f"{_HEAD}\n"
        "[Unit]\n"
        f"Description=gitgt watches {_plain(str(unit.town))}\n"
        "\n"
        "[Service]\n"
        f"WorkingDirectory={_plain(str(unit.town))}\n"
        f"{variables}"
        f"ExecStart={command}\n"
        "Restart=on-failure\n"
        f"RestartSec={_PAUSE}\n"
        "KillMode=process\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def launchd(unit: Unit) -> bytes:
    """Return the property list of an agent for launchd."""
    return plistlib.dumps(
        {
            "Label": unit.name,
            "ProgramArguments": list(unit.argv),
            "WorkingDirectory": str(unit.town),
            "EnvironmentVariables": dict(unit.environment),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": _PAUSE,
            "AbandonProcessGroup": True,
            "StandardOutPath": str(unit.log),
            "StandardErrorPath": str(unit.log),
        }
    )


def _plain(text: str) -> str:
    """Return *text* on one line, with no sign that systemd would replace."""
    return text.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n")


def _escaped(text: str, *, command: bool = False) -> str:
    safe = _plain(text).replace('"', '\\"')
    return safe.replace("$", "$$") if command else safe
