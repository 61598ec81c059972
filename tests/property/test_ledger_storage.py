"""What holds for one ledger, whoever writes it and whatever becomes of its repository.

Named after the ledger's invariants, as in ``docs/ledger.md``.
"""

from __future__ import annotations

import itertools
import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitgt.errors import LedgerConflictError, NewerDataError
from gitgt.git import reflog
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import codec, genesis, layout, migrations
from gitgt.ledger.chronicle import Chronicle
from gitgt.ledger.index import Index
from gitgt.ledger.transact import LEDGER, Change, Ledger, _move
from gitgt.model.documents import Comment, in_order
from gitgt.model.ids import is_bead_id
from gitgt.services import sync
from tests.support.checkout import Checkout
from tests.support.crowd import crowd
from tests.support.documents import NOW, any_fields, documents
from tests.support.handwork import Handwork, path_of, some
from tests.support.kill import calls, killed
from tests.support.town import TESS, Clock

NAMES = ("gt-aaaa1", "gt-aabb2", "gt-cccc3")
IDS = st.from_regex(
    r"[a-z][a-z0-9]{0,3}(-[a-z]{2,3})?-[a-z0-9]{2,8}(\.[a-z0-9]{1,4}){0,2}", fullmatch=True
)
WORK = IDS.filter(lambda text: text.count("-") == 1)


def modest(examples):
    """Return settings for what starts processes: each example takes its time."""
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    made = Handwork(tmp_path_factory.mktemp("a ledger"))
    made.give(*(some(name) for name in NAMES))
    return made


@pytest.fixture(scope="module")
def start(hand):
    return hand.ledger.head()


def begin_again(hand, start):
    hand.desk.git("checkout", "-q", "-f", "desk/tess")
    hand.desk.git("update-ref", LEDGER, start)
    hand.desk.git("reset", "-q", "--hard", start)
    hand.desk.git("reflog", "expire", "--expire=all", LEDGER)


def contents(repository, commit):
    """Return the content of every file."""
    found = repository.files(commit)
    return dict(zip(found, (repository.blob(blob) for blob in found.values()), strict=True))


# --- 1: no lost update


class Stranger(Repository):
    """Keeps its locks elsewhere: there is nothing but git between it and other writers."""

    @property
    def gt(self):
        return self.common / f"gt-{os.getpid()}"


def comment(ledger, name, said):
    """Say something about a bead; return the commit that does."""
    new = Comment(said, NOW, "tess", said)

    def decide(now):
        old = now.bead(name)
        return Change(f"say {said}", (old.replace(comments=in_order((*old.comments, new))),))

    while True:
        try:
            return ledger.transact(decide, TESS).commit
        except LedgerConflictError:
            continue  # git's own lock was held by another: nothing was acknowledged


@modest(3)
@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=4), min_size=3, max_size=5))
def test_01_no_update_is_lost(hand, start, wishes):
    """Not even among writers who know of no lock but git's own."""
    begin_again(hand, start)
    common = hand.ledger.repository.common

    def write(number):
        ledger = Ledger(Stranger(common), clock=Clock())
        said = [(name, f"c{number}x{n}") for n, name in enumerate(wishes[number])]
        return [(name, what, comment(ledger, name, what)) for name, what in said]

    answers = [each for answer in crowd(len(wishes), write) for each in answer]

    now = Ledger(Repository(common)).snapshot()
    said = {(name, each.id) for name in NAMES for each in now.bead(name).comments}
    assert said == {(name, what) for name, what, _ in answers}
    assert all(now.repository.is_ancestor(commit, now.commit) for *_, commit in answers)


# --- 2: what was acknowledged stays


@pytest.fixture(scope="module")
def reaches(hand, start):
    """How often one write leaves Python."""
    begin_again(hand, start)
    return calls(lambda: write_and_look(hand.ledger.repository.common, some("gt-dddd4")))


def write_and_look(common, *beads):
    ledger = Ledger(Repository(common), clock=Clock())
    now = ledger.transact(lambda _: Change("write", beads), TESS)
    now.rows()
    return now.commit


@modest(15)
@given(st.floats(0, 1), st.sets(st.sampled_from((*NAMES, "gt-dddd4")), min_size=1))
def test_02_what_was_acknowledged_is_there_and_nothing_is_half_there(
    hand, start, reaches, moment, names
):
    """Killed -9 before any call that leaves Python: the ledger is the old or the new one."""
    begin_again(hand, start)
    common = hand.ledger.repository.common
    beads = [some(name, title="New") for name in sorted(names)]

    said = killed(lambda: write_and_look(common, *beads), 1 + int(moment * reaches))

    repository = Repository(common)
    ledger = Ledger(repository, clock=Clock())
    head = ledger.head()
    assert said in ("", head)
    old, new = contents(repository, start), contents(repository, head)
    written = {path_of(each.id): codec.emit(each.fields()) for each in beads}
    assert new == (old if head == start else {**old, **written})
    assert git("fsck", "--strict", "--no-dangling", "--no-progress", cwd=common) == b""
    fresh = Index(repository, "fresh")
    assert ledger.snapshot().rows() == fresh.find(head)
    ledger.transact(lambda _: Change("go on", (some("gt-eeee5"),)), TESS)
    assert ledger.snapshot().bead("gt-eeee5").title == "Title of gt-eeee5"
    for index in (fresh, ledger.index):
        index.close()


# --- 3: compare-and-swap, and forward only


def by_command(draw, hand, _stood):
    name = draw(st.sampled_from(NAMES))
    title = f"By command {draw(st.integers(0, 9))}"
    hand.ledger.transact(lambda now: Change("x", (now.bead(name).replace(title=title),)), TESS)


def in_a_race(draw, hand, _stood):
    """Write while another program, with no lock of ours, writes in between."""
    rivals = draw(st.integers(1, 3))

    def move(repository, moves, why):
        nonlocal rivals
        if rivals:
            rivals -= 1
            comes_between(hand.ledger, f"rival {rivals}")
        _move(repository, moves, why)

    hand.ledger.transact(
        lambda now: Change("y", (now.bead(NAMES[0]).replace(notes=now.commit),)),
        TESS,
        move=move,
    )


def comes_between(ledger, said):
    repository, head = ledger.repository, ledger.head()
    made = git("commit-tree", "-p", head, "-m", said, repository.tree_of(head),
               cwd=repository.common)  # fmt: skip
    git("update-ref", LEDGER, made.decode().strip(), head, cwd=repository.common)


def on_an_old_desk(draw, hand, stood):
    hand.desk.git("reset", "-q", "--hard", draw(st.sampled_from(stood)))
    path = hand.desk.path / path_of(draw(st.sampled_from(NAMES)))
    path.write_text(f"# {draw(st.integers(0, 9))}\n{path.read_text()}")
    hand.desk.git("add", "-A")
    hand.desk.git("commit", "-q", "--no-verify", "-m", "By hand")
    hand.take_in()


def from_elsewhere(draw, hand, stood):
    """Bring a tip that is old, or went on from something old: a remote's own rewrite."""
    repository, tip = hand.ledger.repository, draw(st.sampled_from(stood))
    if draw(st.booleans()):
        blob = repository.write_blob(codec.emit(some("gt-ffff6").fields()))
        tree = repository.write_tree(tip, {path_of("gt-ffff6"): blob})
        made = git("commit-tree", "-p", tip, "-m", "theirs", tree, cwd=repository.common)
        tip = made.decode().strip()
    hand.desk.git("update-ref", "refs/remotes/origin/beads", tip)
    sync.take_arrivals(hand.ledger)


def too_late(draw, hand, stood):
    """Move from where the ledger no longer stands."""
    head = hand.ledger.head()
    old, new = draw(st.sampled_from(stood)), draw(st.sampled_from(stood))
    if old != head:
        with pytest.raises(LedgerConflictError):
            move_refs(hand.ledger.repository, [RefMove(LEDGER, old, new)], why="too late")
        assert hand.ledger.head() == head


DOINGS = (by_command, in_a_race, on_an_old_desk, from_elsewhere, too_late)


@modest(8)
@given(data=st.data())
def test_03_the_ledger_moves_forward_only(hand, start, data):
    """Wherever it ever stood, by git's own record, is in what came after."""
    begin_again(hand, start)
    stood = [start]
    for doing in data.draw(st.lists(st.sampled_from(DOINGS), min_size=1, max_size=5)):
        doing(data.draw, hand, stood)
        stood.append(hand.ledger.head())
    repository = hand.ledger.repository
    record = reflog.stood_at(repository.common, LEDGER)
    assert set(stood) <= {start, *record}
    for after, before in itertools.pairwise(record):
        assert repository.is_ancestor(before, after)


# --- 4: locality


@modest(10)
@given(st.sets(WORK, min_size=1, max_size=8), st.data())
def test_04_an_edit_writes_one_file_and_the_folders_on_its_path(hand, start, names, data):
    begin_again(hand, start)
    beads = [some(name) for name in sorted(names)]
    before = hand.ledger.transact(lambda _: Change("many", tuple(beads)), TESS).commit
    one = data.draw(st.sampled_from(beads))

    after = hand.ledger.transact(
        lambda _: Change("one", (one.replace(title="Another title"),)), TESS
    )

    listed = git(
        "rev-list", "--objects", after.commit, f"^{before}", cwd=after.repository.common
    )
    *_, first, second, name = path_of(one.id).split("/")
    assert [row.partition(" ")[2] for row in listed.decode().splitlines()] == [
        "",  # the commit, and its tree
        "",
        "items",
        f"items/{first}",
        f"items/{first}/{second}",
        f"items/{first}/{second}/{name}",
    ]


# --- 6: the path follows from the id


@given(IDS, IDS)
def test_06_an_id_has_one_path_and_a_path_one_id(one, other):
    path = layout.path_of(one)
    assert re.fullmatch(r"items/[a-z0-9]/[a-z0-9]/[a-z0-9.-]+\.yaml", path)
    assert ".." not in path
    assert layout.id_of(path) == one
    # Also where a disk takes capitals for small letters.
    assert (path.casefold() == layout.path_of(other).casefold()) == (one == other)
    twins = {one[:at] + one[at:].capitalize() for at in range(len(one))} - {one}
    assert not any(map(is_bead_id, twins))


@given(st.one_of(st.text(max_size=20), st.text("ab./-\n\0A", max_size=20), IDS), st.data())
def test_06_nothing_else_leads_to_a_file(text, data):
    """What is no id is refused, and no document lies where its id does not say."""
    if not is_bead_id(text):
        assert layout.id_of(f"items/a/b/{text}.yaml") is None
        return
    path = layout.path_of(text)
    assert os.path.normpath(path) == path
    at = data.draw(st.integers(0, len(path)))
    moved = path[:at] + data.draw(st.sampled_from("/ab.A\n")) + path[at:]
    found = layout.id_of(moved)
    assert found is None or (found != text and layout.path_of(found) == moved)


# --- 29: the format goes on, and nothing is lost


def later(fields):
    """What a step to a later format could be: one key is renamed, one is new."""
    renamed = {("headline" if key == "title" else key): each for key, each in fields.items()}
    return {**renamed, "mood": "calm"}


def earlier(fields):
    """The way back."""
    kept = {key: each for key, each in fields.items() if key != "mood"}
    return {("title" if key == "headline" else key): each for key, each in kept.items()}


UNREADABLE = (b"title: [\n", b"\xff", b"a: &a [*a]\n", b"- 1\n", b"a: 1\na: 2\n")


@modest(15)
@given(st.lists(documents(), max_size=3), st.sampled_from(UNREADABLE), any_fields())
def test_29_a_later_format_loses_nothing_and_is_not_written_by_an_older_tool(
    hand, start, kept, broken, odd
):
    """What cannot be read is carried along to the byte; who knows too little keeps off."""
    begin_again(hand, start)
    repository, ledger = hand.ledger.repository, hand.ledger
    files = {layout.path_of(f"gt-kept{n}"): codec.emit({**each.fields(), "id": f"gt-kept{n}"})
             for n, each in enumerate(kept)}  # fmt: skip
    odd_ones = {path_of("gt-brok0"): broken, "README": codec.emit(odd)}
    blobs = {path: repository.write_blob(each) for path, each in {**files, **odd_ones}.items()}
    tree = repository.write_tree(start, blobs)
    made = git("commit-tree", "-p", start, "-m", "x", tree, cwd=repository.common)
    git("update-ref", LEDGER, made.decode().strip(), start, cwd=repository.common)
    before = contents(repository, ledger.head())

    (to,) = migrations.migrate(ledger, TESS, new=2, steps={1: later})

    with pytest.raises(NewerDataError):
        ledger.transact(lambda _: Change("as ever", (some("gt-eeee5"),)), TESS)
    assert ledger.head() == to
    after = contents(repository, to)
    assert after.keys() == before.keys()
    for path, content in after.items():
        if path in files or path in map(path_of, NAMES):
            assert b"headline: " in content
            fields = earlier(codec.read_canonical(content))
            assert codec.emit(fields) == before[path]
        elif path != genesis.SETTINGS:
            assert content == before[path]


# --- 30: what git does to keep house


TIDYING = (
    ("gc", "-q", "--prune=now"),
    ("pack-refs", "--all", "--prune"),
    ("repack", "-a", "-d", "-q"),
    ("prune",),
    ("commit-graph", "write", "--reachable"),
    ("multi-pack-index", "write"),
    ("reflog", "expire", "--expire=all", "--all"),
)

TITLES = st.lists(st.sampled_from(("One", "Two", "Three")), max_size=len(NAMES))


def answers(ledger):
    """Return what may be asked of a ledger now."""
    now = ledger.snapshot()
    rows = now.rows()
    return now.commit, rows, [(now.find(row.id), now.from_index(row.id)) for row in rows]


def history(ledger):
    chronicle = Chronicle(ledger.repository)
    return [chronicle.steps(ledger.head(), name) for name in NAMES]


@modest(4)
@given(st.lists(st.sampled_from(TIDYING), min_size=1, max_size=4), TITLES)
def test_30_housekeeping_changes_no_answer(hand, start, tidying, titles):
    """Neither for who has the repository open meanwhile, nor for who comes later."""
    begin_again(hand, start)
    for name, title in zip(NAMES, titles, strict=False):
        hand.give(some(name, title=title))
    told, past = answers(hand.ledger), history(hand.ledger)
    for argv in tidying:
        git(*argv, cwd=hand.ledger.repository.common)
        assert answers(hand.ledger) == told
    fresh = Ledger(Repository(hand.ledger.repository.common), clock=Clock())
    fresh.index._discard()
    (fresh.repository.gt / "chronicle.sqlite").unlink()
    assert answers(fresh) == told
    assert history(fresh) == past
    hand.give(some("gt-eeee5"))
    assert hand.now().bead("gt-eeee5").title == "Title of gt-eeee5"


@modest(3)
@given(st.integers(1, 2), TITLES)
def test_30_a_shallow_clone_says_the_same(hand, start, tmp_path_factory, depth, titles):
    """But for the past that it does not have; what it writes goes on from there."""
    begin_again(hand, start)
    for name, title in zip(NAMES, titles, strict=False):
        hand.give(some(name, title=title))
    whole = hand.ledger
    place = Checkout(tmp_path_factory.mktemp("shallow"))
    url = whole.repository.common.as_uri()
    place.git("clone", "-q", "--bare", "-b", "beads", f"--depth={depth}", url, "bare.git")

    ledger = Ledger(Repository(place.path / "bare.git"), clock=Clock())
    assert answers(ledger) == answers(whole)
    Checkout(ledger.repository.common).git("fetch", "-q", "--unshallow", url, "beads")
    assert answers(ledger) == answers(whole)
    assert history(ledger) == history(whole)
