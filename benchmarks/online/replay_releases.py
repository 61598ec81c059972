"""Make a package's real releases into a history, and replay it.

    python -m benchmarks.online.replay_releases [PACKAGE] [RELEASES]

Each release is one commit: what its wheel holds; every third is brought by a merge. Between two
releases much changes at once, so this is the opposite of a history of small commits. Wheels are
taken because unpacking one runs nobody's code.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
SIGNED = ("-c", "user.name=Release", "-c", "user.email=release@example.com")


def main(package: str = "click", releases: str = "8") -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        history = place / package
        wheels = [download(place, package, each) for each in versions(package, int(releases))]
        make_history(history, wheels)
        print(git(history, "log", "--graph", "--oneline"))
        print("plain", flush=True)
        run(sys.executable, "-m", "gitgt", "replay", str(history))
        print("with a gate", flush=True)
        gate = f"{sys.executable} -m compileall -q ."
        run(sys.executable, "-m", "gitgt", "replay", str(history), "--gate", gate)
    return 0


def versions(package: str, count: int) -> list[str]:
    """Return the last releases, the oldest first."""
    told = subprocess.run(
        [*PIP, "index", "versions", package], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"Available versions: (.*)", told)
    assert found, told
    return list(reversed(found[1].split(", ")[:count]))


def download(place: Path, package: str, version: str) -> Path:
    """Return the folder that a release's wheel unpacks to."""
    target = place / "wheels" / version
    argv = [
        *PIP,
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--dest",
        str(target),
    ]
    subprocess.run([*argv, f"{package}=={version}"], check=True)
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target / "tree")
    return target / "tree"


def make_history(path: Path, releases: list[Path]) -> None:
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=main")
    for number, release in enumerate(releases):
        aside = number % 3 == 2
        if aside:
            git(path, "switch", "--quiet", "-c", f"series/{number}")
        fill(path, release)
        git(path, "add", "--all")
        git(path, *SIGNED, "commit", "--quiet", "-m", f"Release {release.parent.name}")
        if aside:
            git(path, "switch", "--quiet", "main")
            merge = ("merge", "--quiet", "--no-ff", "-m", f"Merge {release.parent.name}")
            git(path, *SIGNED, *merge, f"series/{number}")


def fill(path: Path, release: Path) -> None:
    """Let the checkout at *path* hold what the release holds, and nothing else."""
    for each in path.iterdir():
        if each.name != ".git":
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    shutil.copytree(release, path, dirs_exist_ok=True)


def git(path: Path, *argv: str) -> str:
    return subprocess.run(
        ["git", *argv], cwd=path, capture_output=True, text=True, check=True
    ).stdout


def run(*argv: str) -> None:
    subprocess.run(argv, check=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
