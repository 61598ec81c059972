"""Where an agent is at home: of the towns that share its rig, only that one starts it."""

from __future__ import annotations

import socket

from gitgt.model.documents import Agent
from gitgt.model.takeover import Machine
from gitgt.services.town import Rig, Town


def here(town: Town) -> Machine:
    """Return this town's folder on this machine."""
    return Machine(socket.gethostname(), str(town.root))


def of_new(town: Town, rig: Rig | None, role: str) -> str:
    """Return where somebody new is at home; empty where nobody else could start them."""
    shared = rig is not None and rig.shared and role == "polecat"
    return str(here(town)) if shared else ""


def is_here(town: Town, rig: Rig, agent: Agent | None) -> bool:
    """Tell whether *agent* may be started here: it is at home here, or nowhere."""
    home = agent.home if agent is not None else ""
    return not rig.shared or not home or home == str(here(town))
