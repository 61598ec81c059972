"""Cost tiers: which roles may do with a cheaper model. Named as in Gas Town."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SONNET: Final = "claude-sonnet"
_HAIKU: Final = "claude-haiku"
OWN: Final = "own"  # what somebody set up by hand

TIERS: Final[Mapping[str, Mapping[str, str]]] = {
    "standard": {},
    "economy": {
        "mayor": _SONNET,
        "deacon": _HAIKU,
        "witness": _SONNET,
        "refinery": _SONNET,
        "dog": _HAIKU,
    },
    "budget": {
        "mayor": _SONNET,
        "deacon": _HAIKU,
        "witness": _HAIKU,
        "refinery": _HAIKU,
        "polecat": _SONNET,
        "crew": _SONNET,
        "dog": _HAIKU,
    },
}
_RUNTIMES: Final[Mapping[str, Mapping[str, str]]] = {
    _SONNET: {"preset": "claude", "model": "sonnet"},
    _HAIKU: {"preset": "claude", "model": "haiku"},
}


def with_tier(fields: Mapping[str, Any], tier: str) -> dict[str, Any]:
    """Return the settings *fields* with the roles of *tier*; what else they say stays.

    A role that runs on something else by its own setting keeps that.
    """
    old = {
        role: name for role, name in fields.get("roles", {}).items() if name not in _RUNTIMES
    }
    roles = {**TIERS[tier], **old}
    used = {name: dict(_RUNTIMES[name]) for name in _RUNTIMES if name in roles.values()}
    agents = {**used, **fields.get("agents", {})}
    rest = {key: each for key, each in fields.items() if key not in ("roles", "agents")}
    return {
        **rest,
        **({"agents": agents} if agents else {}),
        **({"roles": roles} if roles else {}),
    }


def tier_of(fields: Mapping[str, Any]) -> str:
    """Return the tier whose roles the settings have; ``own`` if it is none."""
    roles: Mapping[str, str] = fields.get("roles", {})
    return next((tier for tier in TIERS if _is(roles, TIERS[tier])), OWN)


def _is(roles: Mapping[str, str], tier: Mapping[str, str]) -> bool:
    """Tell whether *roles* are those of a tier, but for those that run on something else."""
    ours = {role: name for role, name in roles.items() if name in _RUNTIMES}
    others = roles.keys() - ours.keys()
    return ours == {role: name for role, name in tier.items() if role not in others}
