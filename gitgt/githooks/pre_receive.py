"""What others push to a server is judged before anything of it is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.git.repository import Repository
from gitgt.githooks.place import Place
from gitgt.model import served
from gitgt.services import server

# So many faults fill a screen; whoever mended them is told the others.
_TOLD: Final = 20


def run(place: Place, _arguments: tuple[str, ...], said: str) -> None:
    """Refuse a push that breaks the rules of the ledger, or of this server.

    Raises:
        RefusedError: the message names each fault, and the hint what now.
        NewerDataError: a later gitgt wrote the ledger.
        CannotJudgeError: it cannot be seen whether something is wrong.
    """
    rules = server.rules(place.common)
    if rules is None:
        raise EnvironmentProblemError(
            f"{place.common.name} has no rules", hint="git gt server install, on the server"
        )
    from gitgt.services.server import receiving

    found = receiving.judge(Repository(place.common), rules, served.moves(said), place.environ)
    if not found:
        return
    told = [replace(each, path=_plain(each.path)).text for each in found[:_TOLD]]
    if len(found) > _TOLD:
        told.append(f"and {len(found) - _TOLD} more")
    raise RefusedError("\n".join(told), hint="nothing was taken in: mend it, and push again")


def _plain(path: str) -> str:
    """Return a path as one line of text, whatever whoever pushed it put into it."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in path)
