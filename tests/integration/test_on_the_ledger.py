"""Worktrees that stand on the ledger's own branch: what others write there is never undone."""

from __future__ import annotations

import pytest

from gitgt.errors import LedgerConflictError
from gitgt.git import standing, worktree
from gitgt.git.transaction import RefMove
from gitgt.ledger import codec
from gitgt.ledger.transact import Change
from gitgt.model.documents import Bead, Escalation
from gitgt.services import desk as desks
from gitgt.services import install, rig
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.handwork import Handwork, path_of, some
from tests.support.town import TESS, TownBuilder

ONE, TWO, THREE = "gt-aaaa1", "gt-bbbb2", "gt-cccc3"
BEAD = "id: sh-abc12\ntype: task\ntitle: Greet\nstatus: open\n"
FILE = "items/a/b/sh-abc12.yaml"


@pytest.fixture
def hand(tmp_path):
    made = Handwork(tmp_path)
    made.give(some(ONE))
    return made


@pytest.fixture
def guest(hand, tmp_path):
    """A worktree on the ledger, as nobody should have one."""
    repository = Checkout(hand.ledger.repository.common)
    repository.git("worktree", "add", "-q", str(tmp_path / "a guest"), "beads")
    return Checkout(tmp_path / "a guest")


def by_another_program(hand, *documents):
    """Move the ledger as no command of ours does: past everybody who stands on it."""
    for each in documents:
        hand.desk.write(path_of(each.id), codec.emit(each.fields()))
    hand.desk.git("add", "-A")
    hand.desk.git("commit", "-qm", "By another program")
    repository = Checkout(hand.ledger.repository.common)
    repository.git("update-ref", "refs/heads/beads", hand.desk.head)


def taken_to_a_desk(hand, guest):
    """Commit what the guest has, and take it in by a desk."""
    guest.git("commit", "-qam", "Mine")
    guest.git("switch", "-q", "-c", "desk/guest")
    hand.take_in()
    return {str(name): each.title for name, each in hand.beads().items()}


def test_a_clean_one_is_brought_along(hand, guest):
    hand.give(some(TWO))
    assert (guest.branch, guest.head) == ("beads", hand.ledger.head())
    assert guest.git("status", "--porcelain") == ""
    assert guest.read(path_of(TWO)) == hand.desk.read(path_of(TWO))

    hand.give(some(THREE))
    assert guest.head == hand.ledger.head()


def test_one_with_edits_is_detached_where_it_stands(hand, guest):
    before = guest.head
    guest.write("stray", "stray\n")
    guest.git("add", "stray")

    hand.give(some(TWO))
    hand.give(some(THREE))

    assert (guest.branch, guest.head) == ("", before)
    assert guest.git("status", "--porcelain") == "A  stray"
    assert taken_to_a_desk(hand, guest) == {
        name: f"Title of {name}" for name in (ONE, TWO, THREE)
    }
    assert hand.now().repository.read(hand.ledger.head(), "stray") == b"stray\n"


def test_one_that_does_not_move_stays_where_it_is(hand, guest):
    guest.write("stray", "stray\n")
    guest.git("add", "stray")
    hand.ledger.transact(lambda _: None, TESS)
    standing.catch_up(hand.ledger.repository, hand.ledger.ref)
    assert guest.branch == "beads"


@pytest.mark.parametrize("way", ["looked for", "at the next write"])
@pytest.mark.parametrize("edited", [False, True], ids=["clean", "edited"])
def test_one_that_another_program_left_behind_is_found(hand, guest, edited, way):
    before = guest.head
    if edited:
        guest.write(path_of(ONE), guest.read(path_of(ONE)).replace("Title of", "Name of"))
    by_another_program(hand, some(TWO))

    if way == "looked for":
        standing.catch_up(hand.ledger.repository, hand.ledger.ref)
    else:
        hand.give(some(THREE))

    if not edited:
        assert (guest.branch, guest.head) == ("beads", hand.ledger.head())
        assert guest.git("status", "--porcelain") == ""
        return
    assert (guest.branch, guest.head) == ("", before)
    found = taken_to_a_desk(hand, guest)
    assert (found[ONE], found[TWO]) == (f"Name of {ONE}", f"Title of {TWO}")


def test_a_write_that_fails_leaves_it_on_its_branch(hand, guest):
    guest.write("stray", "stray\n")
    guest.git("add", "stray")
    other = RefMove("refs/gt/other", "1" * 40, guest.head)
    with pytest.raises(LedgerConflictError):
        hand.ledger.transact(lambda _: Change("give", (some(TWO),), moves=(other,)), TESS)
    assert guest.branch == "beads"
    assert guest.git("status", "--porcelain") == "A  stray"


def test_one_whose_writer_was_killed_is_told_that_it_was_taken_off(hand, guest, monkeypatch):
    def kill(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(standing, "move_refs", kill)
        with pytest.raises(KeyboardInterrupt):
            hand.give(some(TWO))

    assert guest.branch == ""
    assert list(desks.astray(hand.ledger)) == [guest.path]
    guest.git("switch", "-q", "beads")
    hand.give(some(TWO))
    assert list(desks.astray(hand.ledger)) == []


def test_one_whose_folder_is_gone_is_taken_off(hand, guest):
    guest.path.rename(guest.path.with_name("elsewhere"))
    hand.give(some(TWO))
    [git_dir] = (hand.ledger.repository.common / "worktrees").glob("*guest")
    assert worktree.head_of(git_dir) is None


# --- with our hooks, and with no watcher


@pytest.fixture
def town(tmp_path):
    made, _ = install.install(tmp_path / "the town", TESS, lambda: 1795357800.0)
    project = Checkout.init(tmp_path / "project")
    rig.add(made, rig.Wanted("shop", str(project.path), prefix="sh"), TESS)
    return made


@pytest.fixture
def shop(town):
    return town.rig("shop")


def titles(town):
    return sorted(each.title for each in town.ledger_at(town.rig("shop")).snapshot().all(Bead))


REFUSED = (
    "gt: this worktree stands on the ledger itself, and a commit there "
    "can undo what others write meanwhile\nhint: "
)


def try_to_commit(checkout):
    """Commit all, which is refused; return the words of the hint."""
    done = checkout.attempt("commit", "-q", "-a", "-m", "Try")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(REFUSED)
    return done.stderr.removeprefix(REFUSED).split()


def test_a_desk_that_is_switched_to_the_ledger_commits_nothing_there(town, shop):
    desk = Checkout(shop.desk)
    desk.commit(FILE, BEAD)
    made = gt("bead", "create", "Old", "--rig", "shop", "--quiet", cwd=town.root).stdout

    told = desk.attempt("switch", "-q", "beads").stderr
    assert told == (
        "gt: this is the ledger itself, where no commit is taken\n"
        "hint: git switch desk/tess-ter\n"
    )
    gt("bead", "update", made.strip(), "--title", "New", cwd=town.root)
    desk.write(FILE, desk.read(FILE).replace("Greet", "Greet all"))

    git, *words = try_to_commit(desk)
    assert (git, words) == ("git", ["switch", "desk/tess-ter"])
    desk.git(*words)
    desk.git("commit", "-q", "-a", "-m", "Greet all")

    assert titles(town) == ["Greet all", "New"]
    assert desk.git("status", "--porcelain") == ""


def test_a_worktree_of_the_ledger_commits_nothing_there(town, shop, tmp_path):
    desk = Checkout(shop.desk)
    desk.commit(FILE, BEAD)
    repository, guest = Checkout(shop.repository_path), Checkout(tmp_path / "guest")
    added = repository.attempt("worktree", "add", "-q", str(guest.path), "beads")
    assert added.stderr == (
        "gt: this is the ledger itself, where no commit is taken\n"
        "hint: git switch -c desk/tess-ter-2\n"
    )
    guest.write(FILE, guest.read(FILE).replace("Greet", "Greet all"))
    assert try_to_commit(guest) == ["git", "switch", "-c", "desk/tess-ter-2"]

    gt("bead", "create", "Meanwhile", "--rig", "shop", cwd=town.root)
    done = guest.attempt("commit", "-q", "-a", "-m", "Nowhere")

    assert done.returncode == 0
    assert done.stderr == (
        "gt: what is committed here does not reach the ledger\n"
        "hint: git switch -c desk/tess-ter-2\n"
    )
    assert titles(town) == ["Greet", "Meanwhile"]
    guest.git("switch", "-q", "-c", "desk/tess-ter-2")
    assert titles(town) == ["Greet all", "Meanwhile"]


def test_what_the_ledger_went_past_is_refused_and_gets_a_way_out(town, shop):
    """Another program has moved the ledger, and nobody had a look since."""
    desk, repository = Checkout(shop.desk), Checkout(shop.repository_path)
    desk.commit(FILE, BEAD)
    old = desk.head
    desk.git("switch", "-q", "beads")
    desk.write("README", "Beads\n")
    desk.git("add", "README")
    tree = repository.git("rev-parse", "beads^{tree}")
    moved = repository.git("commit-tree", tree, "-p", "beads", "-m", "By another program")
    repository.git("update-ref", "refs/heads/beads", moved)

    words = try_to_commit(desk)

    assert words == ["git", "switch", "desk/tess-ter"]
    assert (desk.branch, desk.head) == ("", old)
    assert desk.git("status", "--porcelain") == "A  README"


def test_whoever_was_taken_off_is_told_once(tmp_path):
    town = TownBuilder(tmp_path).watched()
    try:
        shop = town.rig()
        guest = Checkout(tmp_path / "guest")
        town.repo(shop).git("worktree", "add", "-q", str(guest.path), "beads")
        guest.write("stray", "stray")
        guest.git("add", "stray")
        town.bead(shop, "One")
        for _ in range(2):
            town.settle()
            town.restart()
        [told] = town.ledger(shop).all(Escalation)
        assert (told.status, told.severity, told.title) == (
            "open",
            "low",
            f"{guest.path} was taken off beads, which is for gitgt alone to stand on",
        )
    finally:
        town.close()


def test_a_watcher_does_not_keep_it_from_whoever_commits_to_nowhere(tmp_path):
    town = TownBuilder(tmp_path).watched()
    try:
        shop = town.rig()
        guest = Checkout(tmp_path / "guest")
        town.repo(shop).git("worktree", "add", "-q", str(guest.path), "beads")
        guest.write(FILE, BEAD)
        guest.git("add", FILE)
        town.bead(shop, "One")

        astray = guest.attempt("commit", "-q", "-m", "Nowhere")
        desk = Checkout(shop.desk)
        left = desk.attempt("switch", "-q", "-c", "elsewhere")
        back = desk.attempt("switch", "-q", "desk/tess-ter")

        nowhere = "gt: what is committed here does not reach the ledger"
        assert astray.stderr == f"{nowhere}\nhint: git switch -c desk/tess-ter-2\n"
        assert left.stderr == (
            f"{nowhere}: this is no desk branch\nhint: git switch desk/tess-ter\n"
        )
        assert back.stderr == ""
    finally:
        town.close()
