"""Every benchmark, or those that are named, each in a process of its own.

    python -m benchmarks [NAME...]

A benchmark is a script beside this one that prints ratios, and fails where a limit is broken.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run them one after the other; return how many failed."""
    known = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
    if unknown := set(names) - set(known):
        sys.exit(
            f"no such benchmark: {', '.join(sorted(unknown))} (there are: {', '.join(known)})"
        )
    return sum(_run(name) for name in names or known)


def _run(name: str) -> bool:
    """Run one benchmark; tell whether it failed."""
    print(f"== {name}", flush=True)
    argv = [sys.executable, "-m", f"{HERE.name}.{name}"]
    return subprocess.run(argv, cwd=HERE.parent, check=False).returncode != 0


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
