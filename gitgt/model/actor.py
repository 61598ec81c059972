"""Who acts. The author of a ledger commit, and what the lifecycle tables allow them."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

_OURS: Final = "@gitgt.invalid"
_UNFIT: Final = re.compile(
    r"""[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"""
)


class Standing(StrEnum):
    """In which capacity somebody acts."""

    PERSON = "person"
    COORDINATOR = "coordinator"  # an agent that people talk to: the mayor, a crew member
    AGENT = "agent"
    TOWN = "town"  # gitgt's own roles: the refinery, the dispatcher, ...

    @property
    def is_agent(self) -> bool:
        """Tell whether a program stands behind it, whose word lands nothing."""
        return self in (Standing.AGENT, Standing.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes a ledger.

    ``address`` is how the town calls them (``shop/polecats/toast``, ``refinery``, a person's
    name); ``email`` completes the git signature.
    """

    address: str
    email: str
    standing: Standing

    @classmethod
    def agent(cls, address: str) -> Actor:
        """Return the actor that an agent's address stands for."""
        return cls(address, f"{address.replace('/', '.')}{_OURS}", _standing_of(address))

    @classmethod
    def signed(cls, name: str, email: str) -> Actor:
        """Return who signed a commit: an agent's address is in a domain of ours.

        A person is called by their name, less what no address may hold; a slash would make
        them an agent.
        """
        if email.endswith(_OURS):
            return cls(name, email, _standing_of(name))
        called = _UNFIT.sub("-", name).lstrip(" .-")[:200]
        return cls(called or "somebody", email, Standing.PERSON)

    @classmethod
    def role(cls, name: str) -> Actor:
        """Return the actor that one of the town's own roles is."""
        return cls(name, f"{name}{_OURS}", Standing.TOWN)


def _standing_of(address: str) -> Standing:
    """Return the standing of the agent at *address*: some may give out work."""
    words = address.split("/")
    leads = address == "mayor" or (len(words) == 3 and words[1] == "crew")
    return Standing.COORDINATOR if leads else Standing.AGENT
