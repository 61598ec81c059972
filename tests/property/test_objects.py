"""Objects that we write ourselves are those that libgit2 writes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.git.command import git
from gitgt.git.objects import Objects
from gitgt.git.repository import Repository, Signature, _line, _nested
from tests.support.world import ROOT

NAMES = st.sampled_from(["a", "b", "a.b", "a-b", "ab", "Z", "é", "x y"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(PATHS, st.binary(max_size=20), max_size=6)
WHO = st.builds(
    Signature,
    st.text("aé <>.\"'", max_size=6),
    st.text("a@<> ", max_size=5),
    st.integers(0, 2**31),
    st.integers(-720, 840),
)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One repository, served by libgit2 and by us."""
    path = tmp_path_factory.mktemp("objects")
    git("init", "-q", "--bare", str(path), cwd=path)
    repository = Repository(path)
    import pygit2  # noqa: F401 - so that it is at work

    objects = Objects(path, synced=False)
    yield repository, objects
    objects.close()


def fits(files):
    """Tell whether no file lies where another has a folder."""
    return not any(other.startswith(f"{path}/") for path in files for other in files)


@given(FILES.filter(fits), FILES.filter(fits), st.lists(PATHS, max_size=3))
def test_a_tree_is_the_same(both, before, after, removed):
    libgit2, ours = both
    blobs = {path: libgit2.write_blob(content) for path, content in before.items()}
    base = libgit2.write_tree(None, blobs)
    assert (ours.write_tree(None, _nested(blobs)) or ours.write("tree", b"")) == base
    changes = {path: ours.write("blob", content) for path, content in after.items()}
    changes |= {path: None for path in removed if path not in changes}
    if fits(changes):
        found = ours.write_tree(base, _nested(changes)) or ours.write("tree", b"")
        assert found == libgit2.write_tree(base, changes)
    for path in (*before, *removed):
        assert ours.entry(base, path) == libgit2.entry(base, path)
    assert ours.files(base, most=100) == libgit2.files(base)
    assert ours.files(base, most=0) is None
    other = libgit2.write_tree(base, changes) if fits(changes) else libgit2.write_tree(None, {})
    assert ours.differences(base, other, most=100) == [*libgit2.differences(base, other)]
    assert ours.differences(base, base, most=1) == []
    assert ours.differences(base, base, most=0) is None


@given(st.text("aé\n ", max_size=20), WHO, WHO, st.booleans())
def test_a_commit_is_the_same(both, message, author, committer, parent):
    libgit2, ours = both
    tree = libgit2.write_tree(None, {})
    first = libgit2.write_commit(tree, [], "first", Signature("A", "a@b.c", 5))
    parents = [first] if parent else []
    made = libgit2.write_commit(tree, parents, message, author, committer)
    said = _line(author), _line(committer)
    assert ours.write_commit(tree, parents, message, *said) == made
    assert ours.parents_of(made) == libgit2.parents_of(made)
    assert ours.message_of(made) == libgit2.message_of(made)


SCRIPT = """
import sys
from pathlib import Path
from gitgt.git.repository import Repository
repository = Repository(Path(sys.argv[1]))
head = repository.ref("refs/heads/main")
print(repository.read(head, "README").decode(), end="")
print(repository.write_blob(b"x" * 9))
assert repository.entry(head, "no/such") is None
assert repository.files(head).keys() == {"README"}
(removed,) = repository.near_differences(head, repository.write_tree(head, {"README": None}))
assert (removed.path, removed.new) == ("README", None)
assert "pygit2" not in sys.modules
"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_process_reads_and_writes_without_libgit2(rig, packed):
    if packed:
        rig.git("gc", "-q")
    argv = [sys.executable, "-c", SCRIPT, str(rig.path / ".git")]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "A project.\n" + git(
        "hash-object", "--stdin", cwd=rig.path, stdin=b"x" * 9
    ).decode(), done.stderr  # fmt: skip
    assert rig.git("fsck", "--strict", "--no-dangling") == ""
