"""How the town calls an agent or a person: the one reader of addresses, and of their patterns.

    mayor  deacon  overseer                         the town's own, and whoever owns it
    shop/witness  shop/refinery                     one of each in a rig
    shop/polecats/toast  shop/crew/ann  dogs/fido   one of many, by name

A slash at the end means nothing (``mayor/``), the word between a rig and a name may be left
out (``shop/toast``), and may stand in the singular (``dog/fido``). A pattern stands for all
whom it fits: ``@witnesses``, ``@crew/shop``, ``*/witness``, ``shop/*``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Self

from gitgt.errors import RefusedError
from gitgt.model import ids
from gitgt.values import dataclass


class Role(StrEnum):
    """What somebody is in the town: the word that GT_ROLE holds."""

    OVERSEER = "overseer"
    MAYOR = "mayor"
    DEACON = "deacon"
    DOG = "dog"
    WITNESS = "witness"
    REFINERY = "refinery"
    CREW = "crew"
    POLECAT = "polecat"


OF_THE_TOWN: Final = (Role.OVERSEER, Role.MAYOR, Role.DEACON)
OF_A_RIG: Final = (Role.WITNESS, Role.REFINERY)
# Nobody sits with them: they are not asked before they begin.
AUTONOMOUS: Final = frozenset(
    {Role.POLECAT, Role.WITNESS, Role.REFINERY, Role.DEACON, Role.DOG}
)
_EVERYBODY: Final = "*"
# What stands between a rig and a name, whoever writes it.
_MANY: Final = {"polecats": Role.POLECAT, "polecat": Role.POLECAT, "crew": Role.CREW}
_DOGS: Final = ("dogs", "dog")
_PLURAL: Final = {Role.POLECAT: "polecats", Role.CREW: "crew", Role.DOG: "dogs"}
# What follows an @, and what may follow it after a slash.
_ALL_OF: Final = {
    "town": _EVERYBODY,
    "overseer": Role.OVERSEER,
    "mayor": Role.MAYOR,
    "deacon": Role.DEACON,
    "deacons": Role.DEACON,
    "dogs": Role.DOG,
    "witnesses": Role.WITNESS,
    "refineries": Role.REFINERY,
    "crew": Role.CREW,
    "polecats": Role.POLECAT,
}
_IN_A_RIG: Final = ("crew", "polecats", "witnesses", "refineries")
_HINT: Final = "such as mayor, shop/witness, shop/polecats/toast, shop/crew/ann"


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Somebody: a role, and where there are several the rig and the name.

    The role of ``shop/toast`` is not said: it is None until somebody knows who is there.
    """

    rig: str = ""
    role: Role | None = None
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address in any of its spellings.

        Raises:
            RefusedError: it is none.
        """
        match text.rstrip("/").split("/"):
            case [word] if word in OF_THE_TOWN:
                return cls(role=Role(word))
            case [("dogs" | "dog"), name] | ["deacon", ("dogs" | "dog"), name]:
                return cls(role=Role.DOG, name=ids.parse_member(name))
            case [rig, role] if role in OF_A_RIG:
                return cls(ids.parse_rig(rig), Role(role))
            case [rig, middle, name] if middle in _MANY:
                return cls(ids.parse_rig(rig), _MANY[middle], ids.parse_member(name))
            case [rig, name]:
                return cls(ids.parse_rig(rig), None, ids.parse_member(name))
            case _:
                raise RefusedError(f"{text!r} is no address", hint=_HINT)

    def __str__(self) -> str:
        return "/".join(word for word in (self.rig, self._middle, self.name) if word)

    @property
    def _middle(self) -> str:
        return "" if self.role is None else _PLURAL.get(self.role, str(self.role))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The full addresses that it may be, whose role's word may have been left out."""
        if self.role is not None:
            return (str(self),)
        return tuple(
            str(Address(self.rig, role, self.name)) for role in (Role.POLECAT, Role.CREW)
        )


def is_address(text: str) -> bool:
    """Tell whether *text* could be somebody's address."""
    try:
        Address.parse(text)
    except RefusedError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """Everybody of a role or of a rig; what is empty fits all."""

    role: Role | None = None
    rig: str = ""
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``@witnesses``, ``@crew/shop``, ``@role/crew``, ``*/witness`` or ``shop/*``.

        Raises:
            RefusedError: it is none.
        """
        return cls._named(text) if text.startswith("@") else cls._of_words(text)

    @classmethod
    def _named(cls, text: str) -> Self:
        word, _, rest = text[1:].rstrip("/").partition("/")
        match word, rest:
            case "role", _ if rest in tuple(Role):
                return cls(Role(rest))
            case "rig", _ if rest:
                return cls(rig=ids.parse_rig(rest))
            case _, "" if word in _ALL_OF:
                return cls._of_role(_ALL_OF[word])
            case _ if word in _IN_A_RIG and rest:
                return cls(Role(_ALL_OF[word]), ids.parse_rig(rest))
        known = ", ".join(f"@{each}" for each in _ALL_OF)
        raise RefusedError(
            f"{text!r} stands for nobody",
            hint=f"patterns: {known}, @rig/RIG, @crew/RIG, @polecats/RIG, @role/ROLE",
        )

    @classmethod
    def _of_words(cls, text: str) -> Self:
        match text.split("/"):
            case ["*"]:
                return cls()
            case [rig, "*"]:
                return cls(Role.DOG) if rig in _DOGS else cls(rig=_rig(rig))
            case [rig, role] if role in OF_A_RIG:
                return cls(Role(role), _rig(rig))
            case [rig, middle, name] if middle in _MANY:
                return cls(_MANY[middle], _rig(rig), "" if name == "*" else name)
            case _:
                hint = "such as */witness, shop/crew/*"
                raise RefusedError(f"{text!r} stands for nobody", hint=hint)

    @classmethod
    def _of_role(cls, role: str) -> Self:
        return cls() if role == _EVERYBODY else cls(Role(role))

    def fits(self, who: Address) -> bool:
        """Tell whether *who* is meant, too. A person is meant by name only."""
        if who.role is Role.OVERSEER and self.role is not Role.OVERSEER:
            return False
        return (
            self.role in (None, who.role)
            and self.rig in ("", who.rig)
            and self.name in ("", who.name)
        )

    def among(self, known: Iterable[Address]) -> Iterator[Address]:
        """Yield whom of *known* it means."""
        return (each for each in known if self.fits(each))


def is_pattern(text: str) -> bool:
    """Tell whether *text* stands for all whom it fits, and not for one."""
    return text.startswith("@") or "*" in text.split("/")


def _rig(word: str) -> str:
    return "" if word == "*" else ids.parse_rig(word)
