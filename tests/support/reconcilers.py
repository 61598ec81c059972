"""A role that does what a test tells it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Iterable

from gitgt.reactor.key import Key, Settled


class Looker:
    """Answers with one of *answers* after the other, and then that all is settled."""

    def __init__(
        self,
        *answers: Settled | Exception,
        role: str = "witness",
        names: Iterable[str] = (),
    ) -> None:
        self._answers = list(answers)
        self._role = role
        self.names = list(names)
        self.looked_at: list[str] = []

    @property
    def role(self) -> str:
        """The role that it plays."""
        return self._role

    def keys(self) -> list[Key]:
        """Return what it looks after."""
        return [Key(self._role, name) for name in self.names]

    def reconcile(self, key: Key) -> Settled:
        """Remember *key*, and give the next answer."""
        self.looked_at.append(key.name)
        answer = self._answers.pop(0) if self._answers else Settled()
        if isinstance(answer, Exception):
            raise answer
        return answer
