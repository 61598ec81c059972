"""What somebody resolved once is filled in elsewhere, kept, brought back, and forgotten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from gitgt.errors import NotAllowedError, NotFoundError
from gitgt.git import rerere
from gitgt.git.merge import Conflict, Merged, Merger
from gitgt.git.recall import Recall, learn
from gitgt.git.repository import Repository, Signature
from gitgt.git.rerere import Memory, Resolution
from gitgt.model.actor import Actor
from gitgt.services import commit, settings, submit
from gitgt.services.queue import resolutions
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.death import DEATH
from tests.support.outputs import validator
from tests.support.shop import Shop
from tests.support.town import TESS

WHO = Signature("Tess Ter", "tess@example.com", 1_795_357_800)
PRICES = "apple 3\npear 4\nplum 5\n"
BOTH = "apple 6\npear 4\nplum 5\n"


def apples(price):
    return PRICES.replace("apple 3", f"apple {price}")


class Desks:
    """A rig with a target on which apples cost 4, and two worktrees on which they cost 2."""

    def __init__(self, town):
        self.town = town
        self.shop = Shop(town, town.rig())
        self.rig = self.shop.rig
        self.repo = town.repo(self.rig)
        self.repository = Repository(self.rig.repository_path)
        self.desks = [self._desk(name) for name in ("one", "two")]
        dearer = self.shop.work.commit("prices.txt", apples(4))
        self.repo.git("update-ref", "refs/heads/main", dearer)

    def _desk(self, name):
        desk = Checkout(self.town.folder / name)
        self.repo.git("worktree", "add", "-q", "-b", f"crew/{name}", str(desk.path), "main")
        desk.commit("prices.txt", apples(2), message=f"Cheaper, says {name}")
        return desk

    def exchange(self):
        resolutions.exchange(self.town.town, self.rig)

    def known(self):
        return resolutions.known(self.town.town, self.rig)

    def resolve(self, desk, text=BOTH):
        """Merge the target into a desk, and settle it so."""
        assert desk.attempt("merge", "main").returncode == 1
        desk.write("prices.txt", text)
        desk.git("commit", "-q", "-a", "--no-edit")
        return desk.head

    def land(self, head):
        """Let what a desk made be the target."""
        self.repo.git("update-ref", "refs/heads/main", head)

    def want(self, value):
        """Set what is made of resolutions."""
        name = self.rig.settings_name
        present = settings.read(self.town.town.root / name, "rig")
        content = settings.emit({**present, "merge_queue": {"rerere": value}})
        commit.change(self.town.town, lambda: {name: content}, "Rerere", TESS)


@pytest.fixture
def desks(town):
    found = Desks(town)
    found.exchange()
    return found


def test_what_one_has_resolved_is_filled_in_for_the_other(desks):
    one, two = desks.desks
    desks.resolve(one)
    assert two.attempt("merge", "main").returncode == 1
    assert two.read("prices.txt") == BOTH
    assert two.git("status", "--porcelain") == "UU prices.txt"  # it is theirs to say yes


def test_it_is_kept_and_brought_back_where_git_has_lost_it(desks):
    one, two = desks.desks
    desks.resolve(one)
    desks.exchange()
    [found] = desks.known()
    assert (found.after.decode(), found.path, found.landed) == (BOTH, "", False)
    shutil.rmtree(rerere.folder(desks.repository))
    desks.exchange()
    two.attempt("merge", "main")
    assert two.read("prices.txt") == BOTH


def test_the_ref_that_was_lost_comes_back_from_git_and_from_what_landed(desks):
    merged = desks.resolve(desks.desks[0])
    desks.land(merged)
    desks.exchange()
    before = desks.known()
    desks.repo.git("update-ref", "-d", rerere.REF)
    desks.exchange()
    assert desks.known() == before
    [found] = before
    assert (found.path, found.by, found.commit, found.landed) == (
        "prices.txt", "Tess Ter", merged, True
    )  # fmt: skip


def test_nothing_is_written_while_nothing_is_new(desks):
    desks.resolve(desks.desks[0])
    desks.exchange()
    head = desks.repo.git("rev-parse", rerere.REF)
    desks.exchange()
    (desks.repository.gt / "resolutions.json").unlink()
    desks.exchange()
    assert desks.repo.git("rev-parse", rerere.REF) == head


def test_a_rig_may_do_without(desks):
    desks.want("off")
    shutil.rmtree(rerere.folder(desks.repository))
    desks.exchange()
    assert not rerere.folder(desks.repository).exists()
    desks.resolve(desks.desks[0])
    assert desks.known() == []


def test_what_is_forgotten_stays_so_for_everybody(desks):
    one, two = desks.desks
    desks.resolve(one, "apple 0\npear 4\nplum 5\n")
    desks.exchange()
    [wrong] = desks.known()
    with pytest.raises(NotAllowedError):
        resolutions.forget(desks.town.town, desks.rig, wrong.id, Actor.agent("shop/polecats/x"))
    assert resolutions.forget(desks.town.town, desks.rig, wrong.id[:8], TESS) == [wrong]
    with pytest.raises(NotFoundError):
        resolutions.forget(desks.town.town, desks.rig, wrong.id[:8], TESS)
    rerere.teach(rerere.folder(desks.repository), [wrong])  # as another clone might
    desks.exchange()
    assert desks.known() == []
    two.attempt("merge", "main")
    assert "<<<<<<<" in two.read("prices.txt")
    two.git("merge", "--abort")
    desks.resolve(two)
    desks.exchange()
    [right] = desks.known()
    assert (right.id, right.after.decode()) == (wrong.id, BOTH)


def test_whoever_dies_while_forgetting_has_it_forgotten_afterwards(desks):
    one, two = desks.desks
    desks.resolve(one)
    desks.exchange()
    [known] = desks.known()
    done = False
    for act in range(1, 20):
        with DEATH.before(act):
            resolutions.forget(desks.town.town, desks.rig, known.variant, TESS)
            done = True
        if done or desks.known() == []:
            break
    desks.exchange()
    assert desks.known() == []
    two.attempt("merge", "main")
    assert "<<<<<<<" in two.read("prices.txt")


def test_a_half_written_one_is_left_for_later(desks):
    desks.resolve(desks.desks[0])
    lock = desks.repository.common / "worktrees/two/MERGE_RR.lock"
    lock.touch()
    desks.exchange()
    assert desks.known() == []
    lock.unlink()
    desks.exchange()
    assert len(desks.known()) == 1


# --- the refinery


def test_offered_is_not_applied(desks):
    one, two = desks.desks
    dearer = desks.shop.work.head
    desks.land(desks.resolve(one))
    desks.exchange()
    desks.land(dearer)
    assert conflict_of(desks, two) == "conflict"


def test_the_refinery_lands_what_was_resolved_and_landed_before(desks):
    one, two = desks.desks
    desks.want("apply")
    dearer = desks.shop.work.head
    merged = desks.resolve(one)
    desks.exchange()
    assert conflict_of(desks, two) == "conflict"  # nobody's word is enough
    desks.land(merged)
    desks.exchange()
    desks.land(dearer)  # the same conflict once more
    again = desks.town.bead(desks.rig, "Again")
    submitted(desks, two, again)
    desks.town.settle()
    request = desks.town.request(again)
    told = f"resolved by what was recorded before (prices.txt as in {merged[:12]})"
    assert (request.status, request.reason) == ("landed", told)
    assert desks.town.file(desks.rig, "prices.txt") == BOTH


def conflict_of(desks, desk):
    bead = desks.town.bead(desks.rig, "Cheaper")
    submitted(desks, desk, bead)
    desks.town.settle()
    return desks.town.request(bead).status


def submitted(desks, desk, bead):
    return submit.submit(desks.town.town, Submission(bead.id, desk.branch, desk.head), TESS)


# --- learning from merges


def test_a_merge_tells_how_it_was_resolved_wherever_it_was_made(desks, tmp_path):
    elsewhere = Checkout.clone(desks.repository.common, tmp_path / "elsewhere")
    elsewhere.git("switch", "-q", "crew/one")
    merged = desks.desks[0]
    elsewhere.attempt("merge", "origin/main")
    elsewhere.write("prices.txt", BOTH)
    elsewhere.git("commit", "-q", "-a", "--no-edit")
    here = desks.resolve(merged)
    [theirs] = learn(Repository(elsewhere.path / ".git"), elsewhere.head, WHO)
    [ours] = learn(desks.repository, here, WHO)
    desks.exchange()
    [known] = desks.known()
    assert theirs.key == ours.key == known.key
    assert (known.before, known.after) == (ours.before, ours.after)


def test_what_needs_more_than_lines_is_not_learned(desks):
    one, _ = desks.desks
    one.git("switch", "-q", "--detach")
    one.git("rm", "-q", "prices.txt")
    one.git("commit", "-q", "-m", "No prices")
    one.attempt("merge", "main")
    one.git("rm", "-q", "prices.txt")
    one.git("commit", "-q", "--no-edit")
    assert [*learn(desks.repository, one.head, WHO)] == []


def test_several_resolutions_of_one_conflict_live_side_by_side(desks):
    memory = Memory(desks.repository)
    first = Resolution(id="ab" * 20, before=b"x", after=b"y", by="ada")
    second = Resolution(id="ab" * 20, before=b"x", after=b"z", path="a\nb", landed=True)
    assert memory.keep([first, second], WHO) == 2
    assert memory.keep([Resolution(id="ab" * 20, before=b"x", after=b"y")], WHO) == 0
    assert sorted(each.by for each in memory.of("ab" * 20)) == ["", "ada"]
    place = rerere.folder(desks.repository)
    rerere.teach(place, memory.all())
    rerere.teach(place, memory.all())
    assert sorted(each.name for each in (place / ("ab" * 20)).iterdir()) == [
        "postimage", "postimage.1", "preimage", "preimage.1"
    ]  # fmt: skip
    assert {each.key for each in rerere.learned(desks.repository)[1]} == {first.key, second.key}


def test_what_is_no_resolution_is_passed_over(desks):
    memory = Memory(desks.repository)
    good = Resolution(id="ab" * 20, before=b"x", after=b"y")
    memory.keep([good], WHO)
    texts = [
        b"",
        b"[1]\nxy",
        b"{}\nxy",
        b'{"before": "a"}\nxy',
        b'{"before": 1, "odd": 1}\nxy',
        b'{"before": 1, "by": 1}\nxy',
    ]
    blobs = {
        f"cd/{number:038}/ef": desks.repository.write_blob(each)
        for number, each in enumerate(texts)
    }
    blobs["zz/elsewhere/ef"] = desks.repository.write_blob(b'{"before": 1}\nxy')
    blobs["forgotten/odd/ef"] = blobs["forgotten/ef"] = desks.repository.write_blob(b"")
    head = desks.repo.git("rev-parse", rerere.REF)
    tree = desks.repository.write_tree(desks.repository.tree_of(head), blobs)
    odd = desks.repository.write_commit(tree, (head,), "Odd\n", WHO)
    desks.repo.git("update-ref", rerere.REF, odd)
    assert memory.all() == [good]
    assert memory.forgotten() == []
    desks.exchange()
    assert [each.name for each in rerere.folder(desks.repository).iterdir()] == [good.id]


def test_an_executable_stays_one_and_others_stay_as_they_are(desks, tmp_path):
    repo = Checkout.init(tmp_path / "tools")
    repo.commit("run", "echo 1\n")
    repo.git("update-index", "--chmod=+x", "run")
    repo.git("commit", "-q", "-m", "Executable")
    repo.git("checkout", "-q", "run")
    repo.git("branch", "side")
    repo.commit("run", "echo 2\n")
    repo.git("switch", "-q", "side")
    repo.commit("run", "echo 3\n")
    repo.commit("other", "other\n")
    repository = Repository(repo.path / ".git")
    merger = Merger(repository, repo.git("rev-parse", "main"), WHO)
    found = merger.merge(merger.target, repo.head)
    assert isinstance(found, Conflict)
    memory = Memory(repository)
    assert Recall(memory)(found) is None
    repo.attempt("merge", "main")
    repo.write("run", "echo 5\n")
    repo.git("commit", "-q", "-a", "--no-edit")
    memory.keep([replace(each, landed=True) for each in learn(repository, repo.head, WHO)], WHO)
    merged = Recall(memory)(found)
    assert isinstance(merged, Merged)
    assert repo.git("ls-tree", "-r", "--format=%(objectmode) %(path)", merged.tree) == (
        "100644 README\n100644 other\n100755 run"
    )
    assert repo.git("show", f"{merged.tree}:run") == "echo 5"


def test_it_is_listed_shown_and_forgotten_by_name(desks):
    merged = desks.resolve(desks.desks[0])
    desks.land(merged)
    desks.exchange()
    [known] = desks.known()
    root = desks.town.town.root
    row = f"{known.id[:12]}  {known.variant[:12]}  prices.txt  Tess Ter  {merged[:12]}  landed"
    assert gt("rerere", "list", "--rig", "shop", cwd=root).stdout == f"{row}\n"
    assert (
        gt("rerere", "show", known.id[:6], "--rig", "shop", cwd=root).stdout
        == f"""\
{row}
  -<<<<<<<
  -apple 2
  -=======
  -apple 4
  ->>>>>>>
  +apple 6
   pear 4
   plum 5
"""
    )
    for verb in ("list", "show", "forget"):
        names = [] if verb == "list" else [known.variant]
        done = gt("rerere", verb, *names, "--rig", "shop", "--json", cwd=root)
        answer = json.loads(done.stdout)
        validator("resolutions").validate(answer)
        assert [each["variant"] for each in answer] == [known.variant]
    assert gt("rerere", "--rig", "shop", cwd=root) == (0, "", "")
