"""People have git as they like it, and a town works all the same."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.services import identity, rig
from gitgt.services.rig import Wanted
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder

LIKINGS = """\
[commit]
    gpgSign = true
    verbose = true
    cleanup = scissors
[tag]
    gpgSign = true
[gpg]
    program = false
[log]
    showSignature = true
[core]
    autocrlf = true
    safecrlf = true
    quotePath = false
    excludesFile = {home}/ignored
    commentChar = "%"
    untrackedCache = true
[index]
    version = 4
[safe]
    bareRepository = explicit
[init]
    defaultBranch = trunk
    templateDir = {home}/template
[merge]
    conflictStyle = diff3
    ff = only
    verifySignatures = true
    renames = false
[pull]
    rebase = true
[push]
    default = nothing
[rerere]
    enabled = true
    autoUpdate = true
[status]
    short = true
    showUntrackedFiles = no
[diff]
    external = false
    noprefix = true
[color]
    ui = always
[i18n]
    commitEncoding = ISO-8859-1
    logOutputEncoding = ISO-8859-1
"""
IGNORED = "*.yaml\n.git*\nitems/\nsettings/\n"


@pytest.fixture
def person(home, tmp_path, monkeypatch):
    """Somebody with git as nobody else has it, and a town of theirs."""
    project = Checkout.init(tmp_path / "projects/shop")
    project.commit("prices.txt", "apple 3\n")
    with (home / ".gitconfig").open("a") as config:
        config.write(LIKINGS.format(home=home))
    (home / "ignored").write_text(IGNORED)
    (home / "template/info").mkdir(parents=True)
    (home / "template/info/exclude").write_text(IGNORED)
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    builder = TownBuilder(tmp_path).watched()
    builder.shop, _ = rig.add(builder.town, Wanted("shop", str(project.path)), TESS)
    builder.gate(builder.shop, "test -s prices.txt")
    yield builder
    builder.close()


def test_a_bead_written_by_hand_lands_whatever_they_have_set(person):
    shop, desk = person.shop, person.desk(person.shop)
    person.agent_does("sh-abc12", r"printf 'pear 4\r\n' >>prices.txt", "closes Pears")
    # Line ends as safecrlf wants them, whoever writes.
    desk.write("items/a/b/sh-abc12.yaml", b"title: Sell pears\r\n")

    desk.git("add", ".")
    desk.git("-c", "commit.gpgSign=false", "commit", "-q", "-m", "Think of pears")
    person.settle()
    person.sling("sh-abc12", convoy=True)
    person.settle()

    desk.git("config", "--global", "safe.bareRepository", "all")  # the rest is only looking
    assert person.file(shop, "prices.txt") == "apple 3\npear 4\n"
    assert person.main(shop)[-1] == "Sell pears (sh-abc12)"
    assert [each.status for each in person.convoys()] == ["closed"]
    assert person.escalations(shop) == person.escalations() == []
    assert desk.git("status", "--porcelain", "--untracked-files=all") == ""
    assert ".gitignore" not in desk.git("ls-tree", "--name-only", "beads").splitlines()
    assert person.repo().git("status", "--porcelain", "--untracked-files=all") == ""


def test_a_project_that_names_its_objects_otherwise_is_refused(town, tmp_path):
    (tmp_path / "modern").mkdir()
    modern = Checkout(tmp_path / "modern")
    modern.git("init", "-q", "--object-format=sha256")
    modern.commit("README")

    with pytest.raises(RefusedError, match="names its objects by SHA-256"):
        rig.add(town.town, Wanted("modern", str(modern.path)), TESS)
    assert not (town.town.root / "modern").exists()


def test_what_cannot_be_fetched_is_told_in_gits_words(town, tmp_path):
    with pytest.raises(NotFoundError) as told:
        rig.add(town.town, Wanted("gone", str(tmp_path / "gone")), TESS)

    gone = tmp_path / "gone"
    assert told.value.message == (
        f"{gone} cannot be fetched: '{gone}' does not appear to be a git repository"
    )
    assert told.value.hint == f"does this answer? git ls-remote {gone}"


@pytest.mark.parametrize(
    ("environment", "config", "name"),
    [
        ({}, (), "Tess Ter"),
        ({}, ("author.name", "Tess at work"), "Tess at work"),
        ({"GIT_AUTHOR_NAME": "Tess once"}, ("author.name", "Tess at work"), "Tess once"),
        ({"GT_AGENT": "shop/polecats/nux", "GIT_AUTHOR_NAME": "x"}, (), "shop/polecats/nux"),
    ],
)
def test_who_acts_is_whom_git_would_name(town, environment, config, name):
    if config:
        town.repo().git("config", *config)

    assert identity.actor(environment, town.town.root).address == name
