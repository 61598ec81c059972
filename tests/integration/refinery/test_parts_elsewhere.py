"""What a tree only names: submodules, and large files that git-lfs keeps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitgt.services.escalation import escalations
from tests.support.branches import Branches
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n"
# What takes the place of git-lfs, which need not be installed: it says what it was asked.
_LFS = "#!/bin/sh\necho \"$@\" >>'{asked}'\nexit {code}\n"


@pytest.fixture
def shop(town):
    return Branches(town, town.rig(gate="true"))


@pytest.fixture
def part(tmp_path):
    """A project with a bare remote, which is to become a submodule."""
    work = Checkout.init(tmp_path / "part")
    work.git("clone", "-q", "--bare", str(work.path), str(tmp_path / "part.git"))
    work.git("remote", "add", "origin", str(tmp_path / "part.git"))
    return work


def add(shop: Branches, part: Checkout, url: str, commit: str) -> None:
    """Set the submodule ``lib`` to a commit, and commit that."""
    shop.work.write(".gitmodules", f'[submodule "lib"]\n\tpath = lib\n\turl = {url}\n')
    shop.work.git("update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    shop.work.git("add", ".gitmodules")
    shop.work.git("commit", "-q", "-m", "Set lib")


def test_a_submodule_whose_commit_is_nowhere_to_be_had_goes_back(town, shop, part, tmp_path):
    bead = shop.bead("Use lib")
    shop.begin(bead)
    add(shop, part, str(tmp_path / "part.git"), part.commit("only here"))
    shop.hand_in(bead)
    other = shop.ask("Sell hats", hats="fine\n")
    town.settle()
    assert (shop.status(bead), shop.status(other)) == ("rejected", "landed")
    request = town.request(town.now(bead))
    assert request.reason == "lib is set to a commit that no branch of its own remote has"
    assert f"lib: {part.head}\ngit -C lib push origin {part.head}" in request.findings
    part.git("push", "-q", "origin", "HEAD:main")
    shop.work.git("switch", "-q", f"crew/tess-{bead}")
    shop.commit("Now it is there")
    shop.hand_in(bead)
    town.settle()
    assert shop.status(bead) == "landed"
    assert shop.repo.git("rev-parse", "main:lib") == part.head


def test_what_an_author_has_pushed_is_known_beside_their_worktree(town, shop, part):
    """Its address is of no folder, and its repository lies where git keeps submodules."""
    place = shop.rig.repository_path / "worktrees/branches/modules/lib"
    shop.repo.git("clone", "-q", "--bare", str(part.path), str(place))
    known = Checkout(place)
    known.git("update-ref", "refs/remotes/origin/main", part.head)
    new = part.commit("only here")
    known.git("fetch", "-q", str(part.path), "main:refs/heads/main")
    bead = shop.bead("Use lib")
    shop.begin(bead)
    add(shop, part, "https://example.com/part.git", new)
    shop.hand_in(bead)
    town.settle()
    assert shop.status(bead) == "rejected"
    known.git("update-ref", "refs/remotes/origin/main", new)
    shop.work.git("switch", "-q", f"crew/tess-{bead}")
    shop.commit("Now it is there")
    shop.hand_in(bead)
    town.settle()
    assert shop.status(bead) == "landed"


def test_of_what_nobody_here_knows_nothing_is_said(town, shop, part):
    bead = shop.bead("Use lib")
    shop.begin(bead)
    add(shop, part, "https://example.com/part.git", part.head)
    shop.hand_in(bead)
    town.settle()
    assert shop.status(bead) == "landed"


class Large:
    """A shared rig whose project keeps its pictures in git-lfs."""

    def __init__(self, folder: Path) -> None:
        self.hub = hub(folder)
        self.place = Place(folder / "ours", str(self.hub.path))
        self.place.builder.gate(self.place.rig, "true")
        self.shop = Branches(self.place.builder, self.place.rig)
        bead = self.shop.bead("Keep pictures")
        self.shop.begin(bead)
        self.shop.work.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
        self.shop.commit("Keep pictures elsewhere")
        self.shop.hand_in(bead)
        self.place.builder.settle()

    def ask(self) -> str:
        """Hand in a picture, which is a pointer to it."""
        bead = self.shop.bead("A picture")
        self.shop.begin(bead)
        self.shop.work.write("logo.bin", _POINTER.format(oid="a" * 64))
        self.shop.work.git("-c", "filter.lfs.required=false", "add", "logo.bin")
        self.shop.work.git("commit", "-q", "-m", "A picture")
        self.shop.hand_in(bead)
        return bead


@pytest.fixture
def large(tmp_path, home):
    made = Large(tmp_path)
    yield made
    made.place.builder.close()


@pytest.mark.skipif(shutil.which("git-lfs") is not None, reason="git-lfs is installed")
def test_without_git_lfs_a_new_large_file_waits_and_says_so(large):
    plain = large.shop.ask("Sell hats", hats="fine\n")
    large.place.builder.settle()
    assert large.shop.status(plain) == "landed"
    bead = large.ask()
    large.place.builder.settle()
    assert large.shop.status(bead) == "queued"
    [call] = escalations.every(large.place.town, closed=False)
    assert call.title == (
        "the queue of shop stands still: logo.bin is kept in git-lfs, "
        "which is not installed here"
    )


def test_large_files_go_ahead_of_what_points_at_them(large, tmp_path, monkeypatch):
    folder = tmp_path / "lfs"
    folder.mkdir()
    script = folder / "git-lfs"
    script.write_text(_LFS.format(asked=folder / "asked", code=2))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    bead = large.ask()
    large.place.builder.settle()
    assert large.shop.status(bead) == "queued"
    script.write_text(_LFS.format(asked=folder / "asked", code=0))
    large.place.builder.clock.advance(600)
    large.place.builder.settle()
    assert large.shop.status(bead) == "landed"
    landed = large.place.builder.now(bead).landed
    asked = (folder / "asked").read_text().splitlines()
    assert asked[-1] == f"push origin {landed}"
    assert large.hub.git("rev-parse", "main") == landed
