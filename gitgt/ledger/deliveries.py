"""Whom escalations reached from this town: a small file for each below ``refs/gt/deliveries``.

Beside the ledger, since it is about this town alone: its contacts, its overseer. What was tried
and failed is there too, so whoever looks next knows when to try again. A file is the
escalation's id, in a folder of its last two letters; the ref is moved by compare-and-swap, and
each try is a commit of its history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model.escalation.plan import Delivery, Key
from gitgt.model.event import Event

REF: Final = "refs/gt/deliveries"
_WHAT: Final = "the deliveries"
_WHO: Final = ("gitgt", "gitgt@gitgt.invalid")


class Deliveries:
    """The deliveries that are noted in the town's repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def among(self, escalations: Iterable[str]) -> dict[Key, Delivery]:
        """Return what was tried of *escalations*, the last try of each."""
        head = self._repository.ref(REF)
        if head is None:
            return {}
        return {each.key: each for name in escalations for each in self._read(head, name)}

    def of(self, escalation: str) -> list[Delivery]:
        """Return what was tried of one escalation."""
        head = self._repository.ref(REF)
        return [] if head is None else self._read(head, escalation)

    def note(self, delivery: Delivery) -> None:
        """Note what came of a try; of one that arrived nothing is forgotten by a later failure.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        key = delivery.key
        how = f"not delivered: {delivery.why}" if delivery.why else "delivered"
        why = f"{key.escalation} {key.severity} by {key.channel}: {how}"

        def written(head: str | None) -> str | None:
            before = self._read(head, key.escalation) if head else []
            known = {each.key: each for each in before}
            if key in known and known[key].is_done:
                return None
            text = _text({**known, key: delivery}.values())
            path = _path_of(key.escalation)
            blobs: dict[str, str | None] = {path: self._repository.write_blob(text)}
            tree = self._repository.write_tree(head, blobs)
            message = Event(why, "escalation.delivered").message()
            who = Signature(*_WHO, int(delivery.at))
            return self._repository.write_commit(tree, [head] if head else [], message, who)

        side_ref.move(self._repository, REF, written, why=why, what=_WHAT)

    def _read(self, head: str, escalation: str) -> list[Delivery]:
        content = self._repository.read(head, _path_of(escalation))
        return [] if content is None else list(_parsed(escalation, content))


def _path_of(escalation: str) -> str:
    """Return where a file lies: one folder of thousands would be rewritten at every try."""
    return f"{escalation[-2:]}/{escalation}"


def _parsed(escalation: str, content: bytes) -> Iterable[Delivery]:
    """Yield what a file notes; one that cannot be read notes nothing, and all is sent again."""
    try:
        rows: Any = json.loads(content)
        for row in rows:
            key = Key(escalation, row["severity"], row["channel"])
            yield Delivery(key, float(row["at"]), int(row["tries"]), str(row["why"]))
    except (ValueError, TypeError, KeyError):
        return


def _text(found: Iterable[Delivery]) -> bytes:
    rows = []
    for each in sorted(found, key=lambda each: each.key):
        row = {**asdict(each), **asdict(each.key)}
        del row["key"], row["escalation"]
        rows.append(row)
    return json.dumps(rows, indent=1, sort_keys=True).encode() + b"\n"
