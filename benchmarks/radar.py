"""What the radar costs a commit, against trying every pair with git merge-tree.

    python -m benchmarks.radar [BRANCHES [FILES]]

A rig of 5,000 files and 30 live branches that change ten files each, two of them among twenty
that everybody likes to change. Each commits once more, and what follows from it is timed: the
role's look, all its trials, the nudges written down. The bare loop is what a script would do.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from gitgt.git.command import attempt, git
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from gitgt.reactor.key import Key
from gitgt.roles.radar import RadarRole
from gitgt.services import install, rig
from gitgt.services.agents import sandbox
from gitgt.services.radar.radar import Radars
from gitgt.services.town import Rig, Town

LIMIT = 300.0  # ms after a commit, at the 95th percentile
RATIO = 0.5  # of the bare loop
WHO = Actor("Bench", "bench@example.com", Standing.PERSON)
_LINES = 60
_HOT = 20
_KEY = Key("radar", "shop")


def main(branches: int, files: int) -> int:
    """Print one line for each figure; fail if one is over its limit."""
    with tempfile.TemporaryDirectory() as name:
        town, shop = _town(Path(name), files)
        heads = _branches(town, shop, branches, files)
        radars = Radars(town)
        role = RadarRole(town, radars)
        first = _timed(lambda: _settle(role))
        seen = radars.of(shop).look()
        every = _timed(lambda: _bare_all(shop, heads))
        print(
            f"{branches} branches of {files} files, {len(seen.collisions)} pairs collide:"
            f" all of it {first:.0f} ms, {first / every:.2f} x the bare loop over all pairs"
        )
        ours, bare, tried = _commits(shop, heads, role, radars)
        idle = median(_timed(lambda: role.reconcile(_KEY)) for _ in range(50))
        commit = _commit(Path(name))
    most = sorted(ours)[len(ours) * 95 // 100]
    ratio = median(ours) / median(bare)
    print(
        f"after a commit: {median(ours):.0f} ms, p95 {most:.0f} ms (at most {LIMIT:.0f}),"
        f" {median(tried):.0f} trials: {ratio:.2f} x the bare loop over its pairs"
        f" (at most {RATIO}), {median(ours) / commit:.1f} x a git commit, beside it"
    )
    print(f"where nothing has moved: {idle:.1f} ms, {idle / commit:.2f} x a git commit")
    return int(most > LIMIT or ratio > RATIO)


def _commits(
    shop: Rig, heads: dict[str, str], role: RadarRole, radars: Radars
) -> tuple[list[float], list[float], list[int]]:
    ours, bare, tried = [], [], []
    lots = random.Random(2)
    for number, ref in enumerate(list(heads)):
        heads[ref] = _grow(shop, ref, heads[ref], lots, number)
        ours.append(_timed(lambda: _settle(role)))
        tried.append(radars.of(shop).look().tried)
        others = [head for name, head in heads.items() if name != ref]
        pairs = [(heads[ref], other) for other in (*others, "main")]
        bare.append(_timed(lambda pairs=pairs: _bare(shop, pairs)))
    return ours, bare, tried


def _settle(role: RadarRole) -> None:
    while role.reconcile(_KEY).again_in == 0:
        pass


def _bare_all(shop: Rig, heads: dict[str, str]) -> None:
    tips = [*heads.values(), "main"]
    _bare(shop, [(one, other) for at, one in enumerate(tips) for other in tips[at + 1 :]])


def _bare(shop: Rig, pairs: list[tuple[str, str]]) -> None:
    for one, other in pairs:
        attempt("merge-tree", "--write-tree", one, other, cwd=shop.repository_path)


def _timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def _commit(folder: Path) -> float:
    """Return what a plain commit takes, in milliseconds."""
    place = folder / "plain"
    git("init", "-q", str(place), cwd=folder)
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    argv = ["git", *who, "commit", "-q", "--allow-empty", "-m", "x"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return median(
        _timed(lambda: subprocess.run(argv, cwd=place, env=env, check=True)) for _ in range(20)
    )


# --- the town


def _town(folder: Path, files: int) -> tuple[Town, Rig]:
    project = folder / "project.git"
    git("init", "-q", "--bare", "-b", "main", str(project), cwd=folder)
    text = "".join(_import("refs/heads/main", "", _all(files)))
    git("fast-import", "--quiet", cwd=project, stdin=text.encode())
    town, _ = install.install(folder / "gt", WHO, time.time)
    shop, _ = rig.add(town, rig.Wanted("shop", str(project), prefix="sh"), WHO)
    return town, shop


def _path(number: int) -> str:
    return f"src/d{number % 50}/e{number % 7}/f{number}.py"


def _all(files: int) -> dict[str, str]:
    return {_path(number): _content(number) for number in range(files)}


def _content(number: int, *changes: tuple[int, str]) -> str:
    rows = [f"line {row} of file {number}" for row in range(_LINES)]
    for row, text in changes:
        rows[row] = text
    return "\n".join(rows) + "\n"


def _import(ref: str, onto: str, files: dict[str, str]) -> Iterator[str]:
    yield f"commit {ref}\ncommitter B <b@example.com> 1700000000 +0000\ndata 2\nx\n"
    yield f"from {onto}\n" if onto else ""
    for path, text in files.items():
        yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
    yield "\n"


def _branches(town: Town, shop: Rig, count: int, files: int) -> dict[str, str]:
    """Give each of *count* agents a branch with ten changed files."""
    lots = random.Random(1)
    main = git("rev-parse", "main", cwd=shop.repository_path).decode().strip()
    beads, script = [], []
    for number in range(count):
        bead = _bead(town, number)
        beads.append(bead)
        those = [lots.randrange(_HOT) for _ in range(2)]
        those += [lots.randrange(files) for _ in range(8)]
        script += _import(_ref(bead), main, {_path(x): _edited(x, number, lots) for x in those})
    git("fast-import", "--quiet", cwd=shop.repository_path, stdin="".join(script).encode())
    town.ledger_at(shop).transact(lambda _: Change("begin", tuple(beads)), WHO)
    heads = town.ledger_at(shop).repository.refs("refs/heads/polecat/")
    return {_ref(bead): heads[_ref(bead)] for bead in beads}


def _edited(file: int, number: int, lots: random.Random) -> str:
    return _content(file, (lots.randrange(_LINES), f"changed by {number}"))


def _ref(bead: Bead) -> str:
    return f"refs/heads/{sandbox.branch_of(bead.assignee, bead.id)}"


def _bead(town: Town, number: int) -> Bead:
    return Bead(
        id=BeadId.made("sh", number), type="task", title=f"Number {number}",
        status="hooked", assignee=f"shop/polecats/p{number}", created_at=town.now(),
        created_by="Bench",
    )  # fmt: skip


def _grow(shop: Rig, ref: str, head: str, lots: random.Random, number: int) -> str:
    """Commit once more on a branch, in one of the files that all like."""
    file = lots.randrange(_HOT)
    script = "".join(_import(ref, head, {_path(file): _edited(file, number, lots)}))
    git("fast-import", "--quiet", cwd=shop.repository_path, stdin=script.encode())
    return git("rev-parse", ref, cwd=shop.repository_path).decode().strip()


if __name__ == "__main__":
    words = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*(words or (30, 5000))) if len(words) != 1 else main(words[0], 5000))
