"""What the radar must never do: miss a conflict, tell a thing twice, let somebody starve."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.git.touched import bases, touched
from gitgt.git.trial import trials
from gitgt.model.dispatch import Hold, Seat, SessionState, Start, plan, waits_for
from gitgt.model.radar.radar import Collision, Live, Spot, Standing
from gitgt.model.radar.radar_nudges import Nudges, delivered, noted

FILES = [f"{folder}{name}" for folder in ("", "d/", "d/s/", "e/") for name in "ab"]
STEPS = st.tuples(
    st.sampled_from(["change", "remove", "move", "move folder", "add", "folder", "same"]),
    st.sampled_from(FILES),
    st.integers(0, 3),
)
SIDE = st.lists(STEPS, max_size=4)


def _text(name: str, *changes: int) -> str:
    rows = [f"line {row} of {name}" for row in range(12)]
    for number in changes:
        rows[number * 3] = f"changed at {number} {len(changes)}"
    return "\n".join(rows) + "\n"


def _tree(steps: list[tuple[str, str, int]], who: str) -> dict[str, str]:
    files = {name: _text(name) for name in FILES}
    for what, name, number in steps:
        _step(files, what, name, number, who)
    return files


def _step(files: dict[str, str], what: str, name: str, number: int, who: str) -> None:
    folder = name.rpartition("/")[0]
    if what == "move folder" and folder:
        for each in [each for each in files if each.startswith(f"{folder}/")]:
            files[f"{'fgh'[number % 3]}{each.removeprefix(folder)}"] = files.pop(each)
    elif what == "add":
        files.setdefault(f"{folder}/new" if folder else "new", f"{who}\n")
    elif name in files:
        _change(files, what, name, number, who)


def _change(files: dict[str, str], what: str, name: str, number: int, who: str) -> None:
    if what == "folder":
        del files[name]
        files[f"{name}/in"] = f"{who}\n"
    else:
        old = files.pop(name)
        if what == "move":
            files.setdefault(f"m{number}", old)
        elif what in ("change", "same"):
            mark = who if what == "change" else "both"
            files[name] = old.replace(f"line {number * 3} ", f"{mark} ")


def _import(ref: str, onto: str, files: dict[str, str]) -> str:
    head = f"commit {ref}\ncommitter A <a@x> 1700000000 +0000\ndata 1\nx\n"
    body = "".join(
        f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
        for path, text in sorted(files.items())
        # What a file of that name would be overwritten by.
        if not any(other.startswith(f"{path}/") for other in files)
    )
    start = f"from {onto}\n" if onto else ""
    return f"{head}{start}deleteall\n{body}\n"


@settings(max_examples=40)
@given(SIDE, SIDE)
@example([("move folder", "d/a", 0)], [("add", "d/a", 0)])
@example([("add", "e/a", 0)], [("move folder", "e/a", 1)])
@example([("folder", "a", 0)], [("change", "a", 0)])
@example([("move", "d/a", 0)], [("move", "d/a", 1)])
@example([("move", "d/a", 0)], [("move", "e/a", 0)])
def test_no_conflict_is_missed(ours, theirs):
    with tempfile.TemporaryDirectory() as folder:
        common = Path(folder)
        git("init", "-q", "--bare", cwd=common)
        script = _import("refs/heads/main", "", _tree([], ""))
        script += _import("refs/heads/a", "refs/heads/main", _tree(ours, "a"))
        script += _import("refs/heads/b", "refs/heads/main", _tree(theirs, "b"))
        git("fast-import", "--quiet", cwd=common, stdin=script.encode())
        repository = Repository(common)
        main, a, b = (repository.ref(f"refs/heads/{name}") or "" for name in ("main", "a", "b"))
        assert bases(repository, a, main) == (main,)
        one, other = touched(repository, [(main, a), (main, b)])
        with trials(repository) as bench:
            (tried,) = bench.merge([(a, b)], Path("/dev/null"))
        assert tried is not None
        assert tried.clean or one.overlaps(other)


NAMES = st.sampled_from("abc")
PATHS = st.frozensets(st.sampled_from(["x", "y", "z"]), min_size=1)
PICTURES = st.dictionaries(st.tuples(NAMES, NAMES).filter(lambda p: p[0] < p[1]), PATHS)


def _collisions(picture: dict[tuple[str, str], frozenset[str]]) -> list[Collision]:
    def live(name: str) -> Live:
        return Live(branch=name, head=name, standing=Standing.WORKING, agent=f"s/crew/{name}")

    return [
        Collision(
            live(one), live(other), tuple(Spot(path, "contents") for path in sorted(paths))
        )
        for (one, other), paths in picture.items()
    ]


@given(st.lists(st.tuples(PICTURES, st.booleans()), max_size=8))
def test_whoever_collides_is_told_of_each_path_once_while_it_lasts(course):
    now: Nudges = {}
    heard: dict[tuple[str, str, str], set[str]] = {}
    for picture, delivers in course:
        now = noted(now, _collisions(picture), [])
        assert noted(now, _collisions(picture), []) == now
        assert len(now) == 2 * len(picture)
        heard = {key: paths for key, paths in heard.items() if key in now}
        if delivers:
            waiting = [each for each in now.values() if each.waits]
            for each in waiting:
                assert not {*each.paths} <= heard.get(each.key, set())
                heard.setdefault(each.key, set()).update(each.paths)
            now = delivered(now, waiting)
        for key, each in now.items():
            assert each.waits or {*each.paths} <= heard[key]


@given(PICTURES, PICTURES)
def test_what_is_not_known_yet_stays_as_it_was(before, after):
    old = noted({}, _collisions(before), [])
    now = noted(old, _collisions(after), ["a", "b", "c"])
    assert {*old} <= {*now}


@given(PICTURES, PICTURES)
def test_a_delivery_of_what_is_gone_changes_nothing(before, after):
    old = noted({}, _collisions(before), [])
    now = noted(old, _collisions(after), [])
    told = delivered(now, [replace(each, paths=("w",)) for each in old.values()])
    assert {key: each.waits for key, each in told.items()} == {
        key: each.waits for key, each in now.items()
    }


BEADS = [f"sh-{letter}" for letter in "abcde"]


@given(
    st.lists(st.frozensets(st.sampled_from(BEADS)), min_size=1, max_size=5),
    st.frozensets(st.sampled_from([*BEADS, "sh-x"])),
    st.integers(1, 5),
)
def test_two_that_collide_never_start_together_and_somebody_always_goes(yields, at_work, free):
    seats = [
        Seat(f"shop/polecats/p{number}", bead, SessionState.NONE, yields_to=who - {bead})
        for number, (bead, who) in enumerate(zip(BEADS, yields, strict=False))
    ]
    acts = plan(seats, rig="shop", running=0, limit=free, at_work=at_work - set(BEADS))
    started = [act.bead for act in acts if isinstance(act, Start)]
    by_bead = {seat.bead: seat for seat in seats}
    for at, bead in enumerate(started):
        assert not by_bead[bead].yields_to & {*started[:at], *(at_work - set(BEADS))}
    for act in acts:
        if isinstance(act, Hold):
            assert {*act.after} <= {*started, *at_work}
    assert started or all(isinstance(act, Hold) for act in acts)
    if not at_work - set(BEADS):
        assert started


@given(
    st.frozensets(st.sampled_from(BEADS)),
    st.none() | st.frozensets(st.sampled_from(BEADS)),
    st.floats(0, 10),
    st.floats(0.1, 10),
)
def test_nobody_waits_for_who_came_later_or_for_ever(collides, first, waited, patience):
    found = waits_for(collides, first=first, waited=waited, patience=patience)
    assert found <= collides
    assert first is None or found <= first
    assert not found or waited < patience
