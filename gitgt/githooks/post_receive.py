"""Something was pushed to a server, and no watcher lives in the town beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from gitgt.githooks.place import Place
from gitgt.services import server
from gitgt.services.town import Town

# What a pass says that nobody listens to.
_LOG: Final = "pass.log"


def run(place: Place, _arguments: tuple[str, ...], _said: str) -> None:
    """Make one pass of the town's roles, in a session of our own: nobody waits for it.

    What is pushed to the server meanwhile is seen by the same pass. Its own pushes ask for no
    other one.

    Raises:
        NotFoundError: the town's ledger is gone.
    """
    from gitgt.daemon.assemble import one_pass
    from gitgt.daemon.presence import others_act

    rules = server.rules(place.common)
    if rules is None or not rules.town or others_act(Path(rules.town)):
        return
    with suppress(OSError):
        os.setsid()
    for name in [each for each in os.environ if each.startswith(("GIT_", "GT_GITHOOK"))]:
        del os.environ[name]
    os.environ["GT_TICKING"] = "1"
    os.environ.setdefault("HOME", str(Path("~").expanduser()))
    os.environ["PATH"] = rules.path or os.environ.get("PATH", os.defpath)
    os.chdir(rules.town)
    town = Town(Path(rules.town))
    with (town.gt / _LOG).open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    one_pass(town)
