"""What a bare repository that is pushed to goes by: the file that its hooks read.

One word and what it is about on each line, so that a few lines of shell can read it. The
ledger stands first: what comes after it may rely on having seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from gitgt.errors import SettingsError
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
_SIZE: Final = "largest"
_MANY: Final = {"protect": "protected", "closed": "closed"}
_ONE: Final = {
    "ledger": "ledger", "signatures": "signatures", "town": "town", "wakes": "wakes",
    "path": "path",
}  # fmt: skip
_SIGN: Final = "refinery"
_HEAD: Final = "# What the hooks of this repository go by; git gt server install writes it.\n"
# Those that only grow, and what nobody pushes: it belongs to one clone alone.
_GROWS: Final = ("refs/gt/verdicts", "refs/gt/rerere", "refs/gt/sessions", "refs/notes/gt/")
_KEPT: Final = (*_GROWS, "refs/gt/pin/")
_STAYS: Final = (
    "refs/gt/chained", "refs/gt/intent/", "refs/gt/judged", "refs/gt/local", "refs/gt/parked",
    "refs/gt/probe/", "refs/gt/seen/", "refs/gt/theirs/", "refs/gt/trash/", "refs/gt/wisps",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a push, and who is told of it.

    ``protected`` branches are neither deleted nor rewound; ``closed`` ones move only by a push
    that brings the ledger which says so. Both may hold ``*``. ``largest`` is in bytes, 0 for
    the usual. ``wakes`` is the spool in which *town* finds notes. It ``passes`` after each
    push: makes one pass of its roles if no watcher lives there, which finds its programs by
    ``path``, whatever little a server leaves of an environment.
    """

    ledger: str = f"{_HEADS}beads"
    protected: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    largest: int = 0
    signatures: str = "none"
    town: str = ""
    wakes: str = ""
    path: str = ""
    passes: bool = False

    def is_closed(self, ref: str) -> bool:
        """Tell whether *ref* moves only with the ledger."""
        return any(fnmatchcase(ref, each) for each in self.closed)

    def fields(self) -> dict[str, Any]:
        """Return what people are told of it, as plain values."""
        return {
            "ledger": short(self.ledger),
            "protected": [short(each) for each in self.protected],
            "closed": [short(each) for each in self.closed],
            "largest": self.largest,
            "signatures": self.signatures,
            "town": self.town,
            "refinery": self.passes,
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """A ref that a push would move; empty ids stand for "is not there"."""

    old: str
    new: str
    ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a ref may not move so, and what to do instead."""

    ref: str
    why: str
    hint: str


def emit(rules: Rules) -> str:
    """Return the file that says *rules*."""
    rows = [("ledger", rules.ledger)]
    rows += [(word, each) for word, name in _MANY.items() for each in getattr(rules, name)]
    rows += [(_SIZE, str(rules.largest))] if rules.largest else []
    rows += [
        (word, getattr(rules, name))
        for word, name in _ONE.items()
        if word != "ledger" and getattr(rules, name)
    ]
    rows += [(_SIGN, "yes")] if rules.passes else []
    return _HEAD + "".join(f"{word} {what}\n" for word, what in rows)


def parse(text: str) -> Rules:
    """Read that file.

    Raises:
        SettingsError: a line says nothing that we know, and which.
    """
    found: dict[str, Any] = {}
    for number, row in enumerate(text.splitlines(), 1):
        word, _, what = row.partition(" ")
        if not row or row.startswith("#"):
            continue
        if word in _MANY and what:
            found[_MANY[word]] = (*found.get(_MANY[word], ()), what)
        elif word in _ONE and what:
            found[_ONE[word]] = what
        elif word == _SIZE and what.isascii() and what.isdigit():
            found[_SIZE] = int(what)
        elif word == _SIGN:
            found["passes"] = True
        else:
            raise SettingsError(
                f"gt-server:{number}: {row!r} says nothing that this gitgt knows",
                hint="git gt server install, on the server",
            )
    return Rules(**found)


def moves(text: str) -> tuple[Moved, ...]:
    """Read what git hands to its hook."""
    return tuple(_move(row) for row in text.splitlines() if row.strip())


def _move(row: str) -> Moved:
    words = row.split(" ", 2)
    if len(words) != 3:
        raise SettingsError(f"{row!r} is not what git hands to a server's hook")
    old, new, ref = words
    return Moved(old if old.strip("0") else "", new if new.strip("0") else "", ref)


def judge_refs(
    pushed: tuple[Moved, ...], rules: Rules, *, contains: Callable[[str, str], bool],
    landed: Mapping[str, str],
) -> list[Refused]:  # fmt: skip
    """Return what speaks against a push, but for what the ledger in it says.

    ``contains(new, old)`` tells whether *new* holds all that *old* does; *landed* has what the
    pushed ledger says that landed, commit to target.
    """
    found = (_judge(each, rules, contains, landed) for each in pushed)
    return [each for each in found if each is not None]


def _judge(
    move: Moved, rules: Rules, contains: Callable[[str, str], bool], landed: Mapping[str, str]
) -> Refused | None:
    ref = move.ref
    if rules.is_closed(ref) and landed.get(move.new) != short(ref):
        return Refused(
            ref,
            f"{short(ref)} is closed: the ledger that comes with it does not say that "
            f"{move.new[:12] or 'its end'} landed there",
            "push a branch, and hand it in: its last commit says Closes: and the bead",
        )
    if ref.startswith(_STAYS) and move.new:
        return Refused(ref, f"{ref} belongs to one clone alone", "leave it out of the push")
    if ref.startswith(_KEPT) and not move.new:
        return Refused(ref, f"{ref} is kept for all: it is not deleted", "")
    if ref.startswith(_GROWS) and move.old and not contains(move.new, move.old):
        return Refused(ref, f"{ref} only grows: it is never forced", "git gt sync")
    return None


def short(ref: str) -> str:
    """Return a branch's short name."""
    return ref.removeprefix(_HEADS)
