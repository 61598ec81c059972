"""Names of beads, agents, rigs and branches, checked once at the door."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Self

from gitgt.errors import RefusedError

# prefix - [kind -] suffix [. child]...   A prefix has no hyphen, so the first hyphen ends it.
# The suffix is five letters or digits in what we make; what people bring may be longer.
_BEAD_ID = re.compile(
    r"(?P<prefix>[a-z][a-z0-9]{0,19})(?:-(?P<kind>[a-z]{2,3}))?"
    r"-(?P<suffix>[a-z0-9]{2,32})(?P<children>(?:\.[a-z0-9]{1,16}){0,8})",
    re.ASCII,
)
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,19}", re.ASCII)
_RIG = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_MEMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?", re.ASCII)
_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

TOWN_PREFIX: Final = "hq"
SUFFIX_LENGTH: Final = 5
# A rig's folder stands beside these in the town, and its name is the first word of an address.
RESERVED_RIGS: Final = frozenset(
    {
        "hq", "beads", "mayor", "deacon", "witness", "refinery", "crew", "polecats", "dogs",
        "settings", "formulas", "directives", "plugins", "town", "rigs",
    }
)  # fmt: skip
RESERVED_MEMBERS: Final = frozenset(
    {"witness", "mayor", "deacon", "refinery", "crew", "polecats", "overseer"}
)


class BeadId(str):
    """A bead's name, such as ``gt-abc12``: its ledger's prefix and a few characters."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id that a person or a file gave.

        Raises:
            RefusedError: it is none.
        """
        if not _BEAD_ID.fullmatch(text):
            raise RefusedError(f"{text!r} is no bead id", hint="ids look like gt-abc12")
        return cls(text)

    @classmethod
    def made(cls, prefix: str, number: int, *, kind: str = "") -> Self:
        """Return the id that *number*, a random one, stands for under *prefix*."""
        middle = f"-{kind}" if kind else ""
        return cls.parse(f"{prefix}{middle}-{base36(number, SUFFIX_LENGTH)}")

    @property
    def prefix(self) -> str:
        """The word that says which ledger this bead lives in."""
        return self.partition("-")[0]

    @property
    def root_suffix(self) -> str:
        """What follows the last hyphen, up to a dot: a child lies beside its parent."""
        return self.rpartition("-")[2].partition(".")[0]

    def child(self, number: int) -> Self:
        """Return the id of a child; random, since counters collide between clones."""
        return self.parse(f"{self}.{base36(number, 4)}")


def base36(number: int, width: int) -> str:
    """Return the last *width* base-36 digits of *number*."""
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = _ALPHABET[digit] + digits
    return digits


def is_bead_id(text: str) -> bool:
    """Tell whether *text* could name a bead."""
    return _BEAD_ID.fullmatch(text) is not None


def meant(text: str, names: Iterable[str]) -> list[str]:
    """Return which of *names* somebody may mean by *text*, whose prefix may be left out.

    It is one of them, or begins some; children are meant only from the dot on.
    """
    known = sorted({each for each in names if each})
    ends = {each: each if "-" in text else each.partition("-")[2] for each in known}
    for fits in (_is, _begins, str.startswith):
        if found := [each for each in known if fits(ends[each], text)]:
            return found
    return []


def _is(name: str, text: str) -> bool:
    return name == text


def _begins(name: str, text: str) -> bool:
    return name.startswith(text) and "." not in name[len(text) :]


def agent_id(prefix: str, address: str) -> BeadId:
    """Return the id of the agent at *address*: the same in every clone."""
    return _derived(prefix, "ag", address)


def sling_id(prefix: str, bead: str) -> BeadId:
    """Return the id of what is known of a sling of *bead*: the same in every clone."""
    return _derived(prefix, "sc", bead)


def list_id(kind: str, name: str) -> BeadId:
    """Return the id of a group, a queue or a channel: the same in every clone."""
    return _derived(TOWN_PREFIX, kind[:2], f"{kind}:{name}")


def rig_id(prefix: str) -> BeadId:
    """Return the id of what a rig's ledger says of the rig: the same in every clone."""
    return _derived(prefix, "rg", "rig")


def _derived(prefix: str, kind: str, said: str) -> BeadId:
    import hashlib

    digest = int.from_bytes(hashlib.sha256(said.encode()).digest()[:8])
    return BeadId.parse(f"{prefix}-{kind}-{base36(digest, 8)}")


def parse_prefix(text: str) -> str:
    """Check the prefix that a rig's beads are to carry."""
    if not _PREFIX.fullmatch(text):
        raise RefusedError(
            f"{text!r} cannot be a prefix",
            hint="a lower-case letter, then up to 19 lower-case letters or digits; no hyphen",
        )
    if text == TOWN_PREFIX:
        raise RefusedError(
            f"the prefix {TOWN_PREFIX!r} belongs to the town itself", hint="choose another one"
        )
    return text


def parse_rig(text: str) -> str:
    """Check the name that a rig is to carry; it is a folder and a word in addresses."""
    if not _RIG.fullmatch(text):
        fixed = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
        hint = f"try {fixed}" if _RIG.fullmatch(fixed) else "letters, digits and underscores"
        raise RefusedError(f"{text!r} cannot be a rig's name", hint=hint)
    if text.lower() in RESERVED_RIGS:
        raise RefusedError(f"the name {text!r} is reserved", hint=f"try {text}_rig")
    return text


def parse_member(text: str) -> str:
    """Check the name of a polecat or a crew member; it is a folder and part of a branch."""
    if not _MEMBER.fullmatch(text) or text.endswith(".lock"):
        raise RefusedError(
            f"{text!r} cannot be a name", hint="letters, digits, hyphens and underscores"
        )
    if text.lower() in RESERVED_MEMBERS:
        raise RefusedError(f"the name {text!r} is reserved for a role", hint=f"try {text}2")
    return text


def is_member(text: str) -> bool:
    """Tell whether a polecat or a crew member may be called *text*."""
    try:
        parse_member(text)
    except RefusedError:
        return False
    return True


def prefix_from(rig: str) -> str:
    """Propose a prefix for a rig: initials of its words, else its first two letters."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", rig)
    initials = "".join(word[0] for word in words).lower()
    proposal = initials if len(initials) > 1 else rig.lower().replace("_", "")[:2]
    return proposal if proposal[:1].isalpha() else f"r{proposal}"
