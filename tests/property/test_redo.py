"""Whatever landed of a branch, and however: what is redone loses nobody's line."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gitgt.git.merge import Merged, Merger
from gitgt.git.repository import Repository, Signature
from tests.support.checkout import Checkout

WHO = Signature("Tess Ter", "tess@example.com", 1_795_357_800)
LINES = 16
_FRESH = itertools.count()
# Where a line is replaced; a negative number inserts one before the line.
EDITS = st.lists(st.integers(-LINES, LINES - 1), min_size=1, max_size=3)


class Story:
    """One file, of which no two lines that anybody ever wrote are the same."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.lines: dict[str, list[str]] = {}
        self.base = self.commit([f"line {number}" for number in range(LINES)])

    def commit(self, lines: list[str], *parents: str) -> str:
        text = "".join(f"{line}\n" for line in lines)
        blob = self.repository.write_blob(text.encode())
        tree = self.repository.write_tree(None, {"list": blob})
        made = self.repository.write_commit(tree, parents, f"{len(self.lines)}\n", WHO)
        self.lines[made] = lines
        return made

    def edited(self, parent: str, edits: list[int], who: str) -> str:
        lines = [*self.lines[parent]]
        for edit in edits:
            fresh = f"{who} {next(_FRESH)}"
            at = min(abs(edit), len(lines) - 1)
            lines[at : at + (edit >= 0)] = [fresh]
        return self.commit(lines, parent)

    def seen(self, commits: list[str]) -> set[str]:
        return {line for each in commits for line in self.lines[each]}


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    made = Checkout.init(tmp_path_factory.mktemp("redo"))
    return Repository(made.path / ".git")


def settled(story: Story, target: str, head: str) -> Merged | None:
    found = Merger(story.repository, target, WHO).settle(target, head)
    return found if isinstance(found, Merged) else None


def written(story: Story, tree: str) -> set[str]:
    content = story.repository.read(tree, "list")
    assert content is not None
    return set(content.decode().splitlines())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDITS, min_size=1, max_size=4), st.integers(0, 4))
def test_what_landed_as_one_and_untouched_is_always_recognized(repository, work, landed):
    story = Story(repository)
    author = [story.base]
    for edits in work:
        author.append(story.edited(author[-1], edits, "author"))
    prefix = author[min(landed, len(author) - 1)]
    target = story.commit(story.lines[prefix], story.base)
    found = settled(story, target, author[-1])
    assert found is not None
    event(found.note or "merged")
    assert found.tree == repository.tree_of(author[-1])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(EDITS, min_size=2, max_size=4),
    st.integers(1, 3),
    st.lists(EDITS, max_size=2),
    st.lists(EDITS, max_size=2),
)
def test_what_is_redone_has_the_lines_of_both(repository, work, landed, before, after):
    story = Story(repository)
    author, target = [story.base], [story.base]
    for edits in work:
        author.append(story.edited(author[-1], edits, "author"))
    for edits in before:
        target.append(story.edited(target[-1], edits, "target"))
    prefix = author[min(landed, len(author) - 1)]
    squash = Merger(story.repository, target[-1], WHO).merge(target[-1], prefix)
    if isinstance(squash, Merged):
        lines = repository.read(squash.tree, "list").decode().splitlines()
        target.append(story.commit(lines, target[-1]))
    for edits in after:
        target.append(story.edited(target[-1], edits, "target"))
    found = settled(story, target[-1], author[-1])
    event("conflict" if found is None else found.note or "merged")
    if found is None or not found.note:
        return
    ours, theirs = (set(story.lines[each[-1]]) for each in (target, author))
    gone = (story.seen(author) - theirs) | (story.seen(target) - ours)
    assert written(story, found.tree) == (ours | theirs) - gone
