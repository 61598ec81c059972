"""Ten thousand issues of bd into an empty ledger, a second time, changed, and out again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def records(count: int, title: str = "Issue") -> str:
    def one(number: int) -> str:
        name = f"gt-{number:05x}"
        edge = {"issue_id": name, "depends_on_id": f"gt-{number // 2:05x}", "type": "blocks"}
        return json.dumps(
            {
                "id": name, "title": f"{title} {number}", "description": "Some words.\n" * 10,
                "status": "closed" if number % 3 else "open", "priority": number % 5,
                "issue_type": "task", "created_at": "2025-11-22T14:30:00Z", "created_by": "Ada",
                "updated_at": "2025-11-23T14:30:00Z", "labels": ["a", f"l{number % 50}"],
                **({"closed_at": "2025-11-23T14:30:00Z"} if number % 3 else {}),
                **({"dependencies": [edge]} if number > 1 else {}),
            }
        )  # fmt: skip

    return "".join(f"{one(number)}\n" for number in range(1, count + 1))


def timed(what: str, *argv: str, cwd: Path) -> None:
    began = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - began
    last = (done.stdout.strip().splitlines() or [done.stderr.strip()])[-1]
    print(f"{what:<34} {spent:6.2f} s   {last[:60]}")


def main(count: int = 10_000) -> None:
    gt = [sys.executable, "-m", "gitgt"]
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["HOME"] = folder
        (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
        subprocess.run(["git", "init", "-q", "project"], cwd=home, check=True)
        begin = ["git", "commit", "-q", "--allow-empty", "-m", "Begin"]
        subprocess.run(begin, cwd=home / "project", check=True)
        for words in (
            ["install", "town"],
            ["rig", "add", "shop", "../project", "--prefix", "gt"],
        ):
            where = home if words[0] == "install" else home / "town"
            subprocess.run([*gt, *words], cwd=where, check=True, capture_output=True)
        town = home / "town"
        (home / "one").write_text(records(count))
        (home / "two").write_text(records(count, "Other"))
        into = [*gt, "import", "--rig", "shop"]
        timed(f"import {count}", *into, "../one", cwd=town)
        timed("the first list afterwards", *gt, "ready", "--limit", "1", cwd=town)
        timed("import them again", *into, "../one", cwd=town)
        timed("dry run, every title changed", *into, "../two", "--dry-run", cwd=town)
        timed("import, every title changed", *into, "../two", cwd=town)
        timed("export", *gt, "export", "--rig", "shop", "-o", "../out", cwd=town)
        timed("fsck", *gt, "fsck", "--rig", "shop", cwd=town)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
