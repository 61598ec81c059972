"""What somebody pushes who knows nothing of gitgt: commits of files, by no hook of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gitgt.git.repository import Repository, Signature
from gitgt.ledger import layout
from tests.support.replicas import Store

LEDGER: Final = "refs/heads/beads"
_NOW: Final = 1_795_357_800
ADA: Final = Signature("Ada", "ada@example.com", _NOW)
TOAST: Final = Signature("shop/polecats/toast", "shop.polecats.toast@gitgt.invalid", _NOW)


class Pusher:
    """Somebody who commits files to a ledger in a store, each commit on the one before."""

    def __init__(self, store: Store, head: str = "") -> None:
        self.repository: Repository = store.repository
        self.head = head or store.begun

    def commit(
        self, files: Mapping[str, str | bytes | None], message: str = "By hand",
        who: Signature = ADA, *parents: str,
    ) -> str:  # fmt: skip
        """Commit files by path (None takes one away); return the commit."""
        blobs = {path: self._blob(content) for path, content in files.items()}
        tree = self.repository.write_tree(self.head or None, blobs)
        found = (self.head, *parents) if self.head else ()
        self.head = self.repository.write_commit(tree, found, f"{message}\n", who)
        return self.head

    def _blob(self, content: str | bytes | None) -> str | None:
        if content is None:
            return None
        return self.repository.write_blob(
            content.encode() if isinstance(content, str) else content
        )

    def text(self, path: str) -> str:
        """Return a file as it stands."""
        return (self.repository.read(self.head, path) or b"").decode()


def path_of(name: str) -> str:
    """Return where the document called *name* lies."""
    return layout.path_of(name)
