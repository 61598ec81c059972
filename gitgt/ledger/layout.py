"""Where a document lies on the ledger branch: ``items/a/b/gt-abc12.yaml``.

Two levels of one letter each, the first two of the id's suffix. A flat folder would make every
commit rewrite the whole tree.
"""

from __future__ import annotations

from typing import Final

from gitgt.model.ids import BeadId, is_bead_id

ROOT: Final = "items"
LEDGER_FILE: Final = "ledger.yaml"
_ENDING: Final = ".yaml"


def path_of(bead_id: str) -> str:
    """Return the path of the document that *bead_id* names."""
    suffix = BeadId(bead_id).root_suffix
    return f"{ROOT}/{suffix[0]}/{suffix[1]}/{bead_id}{_ENDING}"


def named_by(path: str) -> BeadId | None:
    """Return the id that the file name in *path* is, wherever that lies; None if it is none."""
    name = path.rpartition("/")[2]
    stem = name.removesuffix(_ENDING)
    return BeadId(stem) if stem != name and is_bead_id(stem) else None


def id_of(path: str) -> BeadId | None:
    """Return the id of the document at *path*; None if no document may lie there."""
    named = named_by(path)
    return named if named and path_of(named) == path else None


def is_item(path: str) -> bool:
    """Tell whether *path* is in the part of the ledger where documents lie."""
    return path.startswith(f"{ROOT}/")
