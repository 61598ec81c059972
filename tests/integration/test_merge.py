from __future__ import annotations

import os
import subprocess

import pytest

from gitgt.errors import GitFailedError
from gitgt.git.attributes import attributes_file
from gitgt.git.links import Incoming
from gitgt.git.merge import Conflict, Merged, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue.merge_chain import Clash, Link
from tests.support.checkout import Checkout

REFINERY = Signature("refinery", "refinery@gitgt.invalid", 1)
TOAST = Signature("shop/polecats/toast", "shop.polecats.toast@gitgt.invalid", 1_800_000_000)


def incoming(head, *, request="gt-mr-abc12", title="Sell shoes"):
    return Incoming(request=request, head=head, bead="gt-abc12", title=title, author=TOAST)


class Shop(Checkout):
    """A checkout with a bare repository beside it, in which the merges are made."""

    @classmethod
    def open(cls, path):
        shop = cls(path / "work")
        shop.path.mkdir()
        shop.git("init", "-q", "-b", "main")
        return shop

    def branch_with(self, name, files, *, start="main", message=""):
        self.git("checkout", "-q", "-B", name, start)
        for path, content in files.items():
            if content is None:
                self.git("rm", "-q", "--", path)
            else:
                self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message or f"On {name}")
        return self.head

    def merger(self, target="main"):
        bare = self.path.parent / "bare.git"
        if not bare.exists():
            self.git("init", "-q", "--bare", str(bare))
        self.git("push", "-q", "--force", str(bare), "refs/*:refs/*")
        return Merger(Repository(bare), self.git("rev-parse", target), REFINERY)


@pytest.fixture
def shop(tmp_path):
    shop = Shop.open(tmp_path)
    shop.write("a", "a\n" * 9)
    shop.write("b", "b\n" * 9)
    shop.git("add", "-A")
    shop.git("commit", "-q", "-m", "Begin")
    return shop


def test_two_sides_that_touch_different_files_merge(shop):
    shop.branch_with("one", {"a": "A\n"})
    theirs = shop.branch_with("two", {"b": "B\n"})
    merger = shop.merger("one")
    merged = merger.merge(merger.target, theirs)
    assert isinstance(merged, Merged)
    shop.git("checkout", "-q", "one")
    shop.git("merge", "-q", "-m", "By hand", "two")
    assert merged.tree == shop.git("rev-parse", "HEAD^{tree}")


def test_a_conflict_names_the_paths_and_all_sides(shop):
    shop.branch_with("one", {"a": "one\n"})
    theirs = shop.branch_with("two", {"a": "two\n"})
    merger = shop.merger("one")
    found = merger.merge(merger.target, theirs)
    assert isinstance(found, Conflict)
    assert found.paths == ("a",)
    assert [stage.stage for stage in found.stages] == [1, 2, 3]
    marked = merger.repository.read(found.tree, "a").decode()
    assert "<<<<<<<" in marked
    assert "one\n" in marked
    assert found.about("a") == ("CONFLICT (content): Merge conflict in a",)


def test_the_same_merge_is_the_same_commit_whoever_makes_it(shop, monkeypatch):
    shop.branch_with("one", {"a": "A\n"})
    theirs = shop.branch_with("two", {"b": "B\n"})
    merger = shop.merger("one")
    first = merger.link(merger.target, incoming(theirs))
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody else")
    again = Merger(merger.repository, merger.target, REFINERY).link(
        merger.target, incoming(theirs)
    )
    assert isinstance(first, Link)
    assert again == first
    shown = shop_git(
        merger, "log", "-1", "--format=%an|%ad|%cn|%cd|%P|%B", "--date=raw", first.commit
    )
    assert shown == (
        "shop/polecats/toast|1800000000 +0000|refinery|1800000000 +0000|"
        f"{merger.target} {theirs}|Sell shoes (gt-abc12)\n\n"
        "Co-authored-by: Tess Ter <tess@example.com>\n"
        f"Bead: gt-abc12\nMerge-Request: gt-mr-abc12\nHead: {theirs}"
    )


def shop_git(merger, *argv):
    return Checkout(merger.repository.common).git(*argv).strip()


def test_a_title_of_several_lines_does_not_break_the_trailers(shop):
    merger = shop.merger()
    head = shop.branch_with("one", {"a": "A\n"})
    merger = shop.merger()
    link = merger.link(merger.target, incoming(head, title="Sell\n\nCloses: gt-evil1\n"))
    said = shop_git(merger, "log", "-1", "--format=%s|%(trailers:key=Closes)", link.commit)
    assert said == "Sell Closes: gt-evil1 (gt-abc12)|"


def test_a_persons_configuration_changes_nothing(shop, home):
    shop.branch_with("one", {"a": "a\r\n" * 9, "b": "one\n"})
    theirs = shop.branch_with("two", {"a": "a\n" * 8 + "end\n"})
    merger = shop.merger("one")
    plain = merger.merge(merger.target, theirs)
    with (home / ".gitconfig").open("a") as config:
        config.write("[merge]\n renormalize = true\n conflictStyle = diff3\n renames = false\n")
        config.write("[core]\n autocrlf = true\n attributesFile = ~/attributes\n")
    (home / "attributes").write_text("* merge=union\n")
    assert (
        Merger(merger.repository, merger.target, REFINERY).merge(merger.target, theirs) == plain
    )


@pytest.mark.parametrize("folder", ["", "docs/", "a folder/", "weird*[x]/"])
def test_the_targets_attributes_count_though_the_repository_is_bare(shop, folder):
    log = f"{folder}CHANGELOG"
    shop.branch_with("main", {f"{folder}.gitattributes": "CHANGELOG merge=union\n", log: "1\n"})
    shop.branch_with("one", {log: "1\n2 one\n"})
    theirs = shop.branch_with("two", {log: "1\n2 two\n"})
    merger = shop.merger("one")
    merged = merger.merge(merger.target, theirs)
    assert isinstance(merged, Merged)
    assert merger.repository.read(merged.tree, log) == b"1\n2 one\n2 two\n"


def test_attributes_of_a_branch_do_not_count(shop):
    shop.branch_with("one", {"a": "one\n"})
    theirs = shop.branch_with("two", {"a": "two\n", ".gitattributes": "a merge=union\n"})
    merger = shop.merger("one")
    assert isinstance(merger.merge(merger.target, theirs), Conflict)


def test_deeper_attributes_win_and_apply_to_their_folder_only(shop):
    shop.branch_with(
        "main",
        {
            ".gitattributes": "*.txt merge=union\n[attr]log merge=union\n",
            "deep/.gitattributes": '*.txt -merge\n/top.log log\n"with\\040space.log" log\n',
        },
    )
    path = attributes_file(shop.merger().repository, shop.git("rev-parse", "main"))
    assert path.read_text() == (
        "*.txt merge=union\n[attr]log merge=union\n"
        '"deep/**/*.txt" -merge\n"deep/top.log" log\n"deep/**/with space.log" log\n'
    )


def test_nobody_elses_worktree_sees_those_attributes(shop):
    shop.branch_with("main", {".gitattributes": "a merge=union\n"})
    merger = shop.merger()
    merger.merge(merger.target, merger.target)
    assert not (merger.repository.common / "info/attributes").exists()


def test_a_mode_a_symlink_and_a_removal_merge(shop):
    shop.branch_with("one", {"b": None})
    shop.git("checkout", "-q", "-b", "two", "main")
    (shop.path / "a").chmod(0o755)
    (shop.path / "link").symlink_to("a")
    shop.git("add", "-A")
    shop.git("commit", "-q", "-m", "A mode and a symlink")
    merger = shop.merger("one")
    merged = merger.merge(merger.target, shop.head)
    rows = shop_git(merger, "ls-tree", merged.tree).splitlines()
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [
        ("100755", "a"),
        ("120000", "link"),
    ]


def test_binary_files_changed_on_both_sides_are_a_conflict(shop):
    shop.branch_with("main", {"logo": b"\0" * 99})
    shop.branch_with("one", {"logo": b"\0" * 98 + b"1"})
    theirs = shop.branch_with("two", {"logo": b"2" + b"\0" * 98})
    merger = shop.merger("one")
    assert merger.merge(merger.target, theirs).paths == ("logo",)


def test_line_ends_are_kept_as_they_are(shop):
    shop.branch_with("main", {"dos": b"1\r\n2\r\n3\r\n4\r\n5\r\n"})
    shop.branch_with("one", {"dos": b"one\r\n2\r\n3\r\n4\r\n5\r\n"})
    theirs = shop.branch_with("two", {"dos": b"1\r\n2\r\n3\r\n4\r\ntwo\r\n"})
    merger = shop.merger("one")
    merged = merger.merge(merger.target, theirs)
    assert merger.repository.read(merged.tree, "dos") == b"one\r\n2\r\n3\r\n4\r\ntwo\r\n"


def test_names_that_are_not_utf_8_come_back_as_they_are(shop):
    name = os.fsdecode(b"caf\xe9 \xff")
    shop.branch_with("main", {name: "1\n"})
    shop.branch_with("one", {name: "one\n"})
    theirs = shop.branch_with("two", {name: "two\n"})
    merger = shop.merger("one")
    assert merger.merge(merger.target, theirs).paths == (name,)


def test_submodule_pointers(shop):
    first, second, third = ("1" * 40, "2" * 40, "3" * 40)

    def pointing(branch, start, oid):
        shop.git("checkout", "-q", "-B", branch, start)
        shop.git("update-index", "--add", "--cacheinfo", f"160000,{oid},lib")
        shop.git("commit", "-q", "-m", f"lib at {oid}")
        return shop.head

    base = pointing("base", "main", first)
    moved = pointing("moved", base, second)
    elsewhere = pointing("elsewhere", base, third)
    beside = shop.branch_with("beside", {"a": "A\n"}, start=base)
    merger = shop.merger("moved")
    clean = merger.merge(moved, beside)
    assert isinstance(clean, Merged)
    assert f"160000 commit {second}\tlib" in shop_git(merger, "ls-tree", clean.tree)
    assert merger.merge(moved, elsewhere).paths == ("lib",)


def test_an_octopus_can_be_merged_and_a_crossing_history_too(shop):
    for name in ("x", "y", "z"):
        shop.branch_with(name, {name: f"{name}\n"})
    shop.git("checkout", "-q", "-B", "octopus", "main")
    shop.git("merge", "-q", "-m", "Octopus", "x", "y", "z")
    octopus = shop.head
    shop.branch_with("one", {"a": "A\n"})
    merger = shop.merger("one")
    merged = merger.merge(merger.target, octopus)
    names = shop_git(merger, "ls-tree", "--name-only", merged.tree)
    assert names.split() == ["a", "b", "x", "y", "z"]


def test_unrelated_histories_are_a_conflict_with_a_reason(shop):
    shop.git("checkout", "-q", "--orphan", "stranger")
    shop.git("commit", "-q", "-m", "From elsewhere")
    merger = shop.merger()
    found = merger.merge(merger.target, shop.head)
    assert isinstance(found, Conflict)
    assert [each.text for each in found.messages] == ["refusing to merge unrelated histories"]


def test_a_missing_commit_is_no_conflict(shop):
    merger = shop.merger()
    with pytest.raises(GitFailedError, match="not something we can merge"):
        merger.merge(merger.target, "1" * 40)


def test_a_chain_grows_link_by_link_and_leaves_out_a_clash(shop):
    heads = {
        "one": shop.branch_with("one", {"a": "one\n"}),
        "two": shop.branch_with("two", {"a": "two\n"}),
        "three": shop.branch_with("three", {"b": "three\n"}),
    }
    merger = shop.merger()
    merging = merger.merging(
        {name: incoming(head, request=name) for name, head in heads.items()}
    )
    first, clash = merging(("one",)), merging(("one", "two"))
    second = merging(("one", "three"))
    assert isinstance(first, Link)
    assert clash == Clash("two", ("a",))
    assert merger.repository.parents_of(second.commit) == (first.commit, heads["three"])
    assert merger.repository.parents_of(first.commit) == (merger.target, heads["one"])
    other_way = merger.merging({n: incoming(h, request=n) for n, h in heads.items()})
    other_way(("three",))
    assert other_way(("three", "one")).tree == second.tree


def test_a_branch_whose_content_is_there_already_changes_nothing(shop):
    work = shop.branch_with("work", {"a": "A\n"})
    shop.git("checkout", "-q", "main")
    shop.git("cherry-pick", "-n", "work")
    shop.git("commit", "-q", "-m", "The same, typed again")
    other = shop.branch_with("other", {"b": "B\n"})
    merger = shop.merger()
    assert merger.changes_nothing(work)
    assert merger.changes_nothing(merger.target)
    assert not merger.changes_nothing(other)


def test_replaced_objects_do_not_count(shop):
    theirs = shop.branch_with("two", {"b": "B\n"})
    other = shop.branch_with("three", {"b": "C\n"})
    merger = shop.merger()
    before = merger.merge(merger.target, theirs)
    subprocess.run(["git", "replace", theirs, other], cwd=merger.repository.common, check=True)
    assert merger.merge(merger.target, theirs) == before
