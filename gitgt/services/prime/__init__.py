"""What an agent is told when it begins, goes on or has forgotten: ``git gt prime``.

``text`` is the one place where that is said; a session's first prompt is made of it, too.
"""

from __future__ import annotations

import os

from gitgt.model.prime import sheet
from gitgt.model.prime.facts import Facts
from gitgt.model.turns import Source
from gitgt.services.prime import gather, who
from gitgt.services.town import Town


def facts(town: Town, address: str, *, session: str = "") -> Facts:
    """Return what the agent at *address* may be told.

    Raises:
        RefusedError: it is no address, or there is no such rig.
    """
    return gather.facts(town, who.known(town, address), session=session)


def text(town: Town, address: str, *, source: str = "startup", session: str = "") -> str:
    """Return what the agent at *address* is told; *source* is why.

    A session that goes on, or whose context was made shorter, is only reminded.

    Raises:
        RefusedError: it is no address, or there is no such rig.
    """
    return shown(facts(town, address, session=session), source)


def shown(known: Facts, source: str = "startup") -> str:
    """Return *known* as a text; a *source* of which nobody knows is a startup."""
    return sheet.text(known, Source.said(source), fresh_mark())


def fresh_mark() -> str:
    """Return a few letters for a fence, which nobody could have known before."""
    return os.urandom(4).hex()  # the module secrets would import OpenSSL: 5 ms
