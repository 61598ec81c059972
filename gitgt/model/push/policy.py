"""What a server asks of a push beyond the rules that every ledger has."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

USUAL_MOST: Final = 1024 * 1024


class Signatures(StrEnum):
    """Whose commits on a ledger have to be signed."""

    NONE = "none"
    PEOPLE = "people"  # whose author is nobody of the town's own
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked: signatures, and that no object of a ledger is larger than *most* bytes."""

    signatures: Signatures = Signatures.NONE
    most: int = USUAL_MOST
