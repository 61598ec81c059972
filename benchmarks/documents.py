"""What reading a bead costs, beside json on the same fields and ruamel on the same text.

python -m benchmarks.documents [ROUNDS]
"""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from gitgt.ledger import codec, schemas
from gitgt.ledger.documents import load
from gitgt.model.documents import document_from

_BEAD = Path(__file__).parent.parent / "fixtures" / "beads" / "valid" / "merge-request.yaml"


def main() -> int:
    """Print one line for each way to read or write the same document."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    content = _BEAD.read_bytes()
    document = load(content, "bead")
    fields = document.fields()
    as_json = json.dumps(fields).encode()
    ways: dict[str, Callable[[], object]] = {
        "json.loads": lambda: json.loads(as_json),
        "read the canonical form": lambda: codec.read_canonical(content),
        "check it against the schema": lambda: schemas.accepts(document.kind, fields),
        "make the document": lambda: document_from(fields),
        "all three": lambda: load(content, "bead"),
        "write the canonical form": lambda: codec.emit(fields),
        "ruamel, pure": lambda: YAML(typ="safe", pure=True).load(content),
        "jsonschema": lambda: list(schemas.complaints(document.kind, fields)),
    }
    slow = {"ruamel, pure", "jsonschema"}
    costs = {
        name: _microseconds(way, max(1, rounds // 20) if name in slow else rounds)
        for name, way in ways.items()
    }
    for name, cost in costs.items():
        print(f"{name:28} {cost:8.1f} us {cost / costs['json.loads']:7.1f} x json")
    return 0


def _microseconds(way: Callable[[], object], rounds: int) -> float:
    return min(timeit.repeat(way, number=rounds, repeat=5)) / rounds * 1e6


if __name__ == "__main__":
    sys.exit(main())
