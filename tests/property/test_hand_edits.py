"""Whatever a person does on a desk, the ledger stays valid and nobody else's bead changes.

Invariants 25 (any bytes at a bead's path set aside that bead alone) and 26 (a stale desk never
takes back what it did not edit) of the ledger, through the real desk: git, its index, worktree.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitgt.errors import RefusedError
from gitgt.ledger import layout
from gitgt.ledger.documents import load
from gitgt.ledger.index import Index
from tests.support.documents import any_fields, edited
from tests.support.handwork import Handwork, path_of, some

NAMES = ("gt-aaaa1", "gt-bbbb2", "gt-cccc3")
NEW = ("gt-dddd4", "gt-aaaa9")
MODEST = settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)

_BYTES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(lambda text: f"title: {text}\n".encode(errors="replace")),
    any_fields().map(lambda said: repr(said).encode(errors="replace")),
    st.sampled_from(
        (b"", b"[" * 5000, b"\x00", b"a: &a [*a]\n", b"title: x\ntitle: y\n", b"status: done\n")
    ),
)


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    made = Handwork(tmp_path_factory.mktemp("handwork"))
    made.give(*(some(name) for name in NAMES))
    return made


@pytest.fixture(scope="module")
def start(hand):
    return hand.ledger.head()


def begin_again(hand, start):
    hand.desk.git("checkout", "-q", "-f", "desk/tess")
    hand.desk.git("update-ref", "refs/heads/beads", start)
    hand.desk.git("reset", "-q", "--hard", start)
    hand.desk.git("clean", "-qfd")


# --- what people do: each changes the folder and returns the beads that it is about


def write(draw, desk):
    name = draw(st.sampled_from(NAMES + NEW))
    desk.write(path_of(name), draw(_BYTES))
    return {name}


def reword(draw, desk):
    name = draw(st.sampled_from(NAMES))
    if not (desk.path / path_of(name)).is_file():
        return set()
    content = (desk.path / path_of(name)).read_bytes()
    word = draw(st.sampled_from((b"title: X\n", b"notes: n\n", b"labels: [a, b]\n", b"# c\n")))
    desk.write(path_of(name), word + content if draw(st.booleans()) else content + word)
    return {name}


def live(draw, desk):
    from gitgt.ledger import codec

    name = draw(st.sampled_from(NAMES + NEW))
    desk.write(path_of(name), codec.emit(draw(edited(some(name))).fields()))
    return {name}


def remove(draw, desk):
    name = draw(st.sampled_from(NAMES))
    (desk.path / path_of(name)).unlink(missing_ok=True)
    return {name}


def move(draw, desk):
    name, to = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES + NEW))
    source = desk.path / path_of(name)
    if not source.is_file():
        return set()
    content = source.read_bytes()
    if draw(st.booleans()):
        content = content.replace(name.encode(), to.encode())
    if draw(st.booleans()):
        source.unlink()
    desk.write(draw(st.sampled_from((path_of(to), f"items/{to}.yaml"))), content)
    return {name, to}


def elsewhere(draw, desk):
    where = draw(st.sampled_from(("README", "items/x", "items/a/b/c/d.yaml", "ledger.yaml")))
    if not (desk.path / where).is_dir():
        desk.write(where, draw(_BYTES))
    return set()


DOINGS = (write, reword, live, live, remove, move, elsewhere)


@settings(MODEST)
@given(data=st.data())
def test_26_a_hand_edit_changes_what_it_is_about_and_nothing_else(hand, start, data):
    begin_again(hand, start)
    stood = [start]
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()):
            hand.desk.git("reset", "-q", "--hard", data.draw(st.sampled_from(stood)))
        doings = data.draw(st.lists(st.sampled_from(DOINGS), min_size=1, max_size=2))
        about = {name for doing in doings for name in doing(data.draw, hand.desk)}
        before = files(hand)
        hand.desk.git("add", "-A")
        try:
            if data.draw(st.booleans()):
                hand.check()
            hand.desk.git("commit", "-q", "--allow-empty", "-m", "By hand")
            hand.take_in()
        except RefusedError:
            assert files(hand) == before
            hand.desk.git("reset", "-q", "--hard", hand.ledger.head())
        stood.append(hand.ledger.head())
        after = files(hand)
        paths = {path_of(name) for name in about}
        for path in before.keys() | after.keys():
            if layout.is_item(path) and path not in paths:
                assert after.get(path) == before.get(path)
            if layout.is_item(path):
                load(after[path], path)


@settings(MODEST)
@given(content=_BYTES, name=st.sampled_from(NAMES))
def test_25_bad_bytes_set_aside_that_bead_alone_until_it_is_mended(hand, start, content, name):
    begin_again(hand, start)
    before = hand.beads()
    pushed(hand, {path_of(name): content})
    now = hand.now()
    broken = [row.id for row in now.rows() if row.error]
    assert set(broken) <= {name}
    others = {key: value for key, value in before.items() if key != name}
    for key, value in others.items():
        assert now.bead(key) == value
    fresh = Index(now.repository, "fresh")
    assert fresh.find(now.commit) == now.rows()
    fresh.close()
    pushed(hand, {path_of(name): files(hand, start)[path_of(name)]})
    assert hand.beads() == before
    assert not any(row.error for row in hand.now().rows())


def pushed(hand, contents):
    """Move the ledger to a tree with *contents*, as plumbing can."""
    repository = hand.ledger.repository
    head = hand.ledger.head()
    blobs = {path: repository.write_blob(content) for path, content in contents.items()}
    tree = repository.write_tree(head, blobs)
    who = repository._git.default_signature
    made = repository._git.create_commit(None, who, who, "Plumbing", tree, [head])
    hand.desk.git("update-ref", "refs/heads/beads", str(made))


def files(hand, commit=None):
    repository = hand.ledger.repository
    found = repository.files(commit or hand.ledger.head())
    return dict(zip(found, (repository.blob(blob) for blob in found.values()), strict=True))
