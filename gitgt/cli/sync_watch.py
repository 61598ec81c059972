"""``git gt sync --watch``: ledgers are exchanged again and again, in the foreground."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from gitgt.cli import output
from gitgt.model.instant import text_of

if TYPE_CHECKING:
    from gitgt.services.town import Town

_WORDS: Final = MappingProxyType({"received": "taken in", "sent": "sent"})


def watch(town: Town, names: Collection[str], *, as_json: bool) -> None:
    """Exchange the ledgers called *names*, and say of each exchange how it went, until ^C."""
    from gitgt.reactor.sources import Sources
    from gitgt.services.courier import Courier

    courier, sources = Courier(town), Sources()
    sources.follow([ledger.repository.common for _, ledger in town.ledgers()])
    sources.start()
    try:
        seen = {name: said["ended"] for name, said in courier.told().items()}
        while True:
            found = courier.look(names)
            for name, said in courier.told().items():
                if name in names and seen.get(name) != said["ended"]:
                    seen[name] = said["ended"]
                    _tell(name, said, as_json=as_json)
            for name in found.begin:
                courier.begin(name)
            waits = [found.again_in, sources.interval]
            sources.wait(min(each for each in waits if each is not None))
    finally:
        sources.stop()


def _tell(name: str, said: dict[str, Any], *, as_json: bool) -> None:
    at, done = text_of(said["ended"]), said["answer"]
    if as_json:
        output.answer_json({"at": at, "name": name, "trouble": said["trouble"], **(done or {})})
        return
    if done is None:
        times = f"; {said['fails']} times in a row" if said["fails"] > 1 else ""
        output.answer(output.one_line(f"{at} {name}: {said['trouble']}{times}"))
        return
    words = [f"{_commits(done[what])} {how}" for what, how in _WORDS.items() if done[what]]
    told = ", ".join(words) or f"nothing new here or at {done['remote']}"
    output.answer(output.one_line(f"{at} {name}: {told}"))


def _commits(number: int) -> str:
    return f"{number} commit{'' if number == 1 else 's'}"
