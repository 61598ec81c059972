"""What a step of a replay costs: reading it, and bringing it through the whole town.

The history is this project's own. The ratio says how many bare commits a step is worth: a step
is a sandbox switched, a session started, two ledger commits and more, a merge, a landing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gitgt.git.steps import read_history

STEPS = 12
HERE = Path(__file__).parents[1]


def main() -> int:
    commit = bare_commit()
    began = time.perf_counter()
    steps = len(read_history(HERE).steps)
    reading = (time.perf_counter() - began) / steps
    told = replayed()
    step = told["seconds"] / told["steps"]
    print(f"bare git commit      {commit * 1000:8.1f} ms")
    print(f"reading a step       {reading * 1000:8.1f} ms  {reading / commit:6.2f} commits")
    print(f"replaying a step     {step * 1000:8.1f} ms  {step / commit:6.1f} commits")
    return 0 if told["same"] else 1


def bare_commit() -> float:
    with tempfile.TemporaryDirectory() as folder:
        git = ("git", "-c", "user.name=b", "-c", "user.email=b@example.com", "-C", folder)
        subprocess.run([*git, "init", "--quiet"], check=True)
        began = time.perf_counter()
        for number in range(20):
            made = (*git, "commit", "--quiet", "--allow-empty", "-m", str(number))
            subprocess.run(made, check=True)
        return (time.perf_counter() - began) / 20


def replayed() -> dict[str, float]:
    argv = (sys.executable, "-m", "gitgt", "replay", str(HERE), "--limit", str(STEPS), "--json")
    told: dict[str, float] = json.loads(subprocess.run(argv, stdout=-1, check=True).stdout)
    return told


if __name__ == "__main__":
    sys.exit(main())
