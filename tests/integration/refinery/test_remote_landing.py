"""Landing where a remote has the last word: real bare remotes move, refuse and vanish."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitgt.errors import LeaseHeldError
from gitgt.git import remote_lease
from gitgt.git.intent import INTENTS
from gitgt.git.publish import Way
from gitgt.git.remote_lease import Taker
from gitgt.git.repository import Repository
from gitgt.model.documents import MergeRequest
from gitgt.model.instant import text_of
from gitgt.model.lease import Holder
from gitgt.services import beads, standing
from gitgt.services.escalation import escalations
from gitgt.services.queue import holders, holding
from tests.support.branches import Branches
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub
from tests.support.town import TESS

# A git that may lie about pushes, or find no network.
_GIT = """\
#!/bin/sh
case " $* " in
*" push "*|*" fetch "*)
    if [ -e '{folder}/down' ]; then
        echo 'fatal: unable to access: no route to host' >&2
        exit 128
    fi ;;
esac
case " $* " in
*" push "*:refs/heads/main*)
    echo >>'{folder}/pushes'
    [ -e '{folder}/lies' ] || exec '{git}' "$@"
    '{git}' "$@" >'{folder}/answer' 2>&1
    [ -e '{folder}/then-down' ] && touch '{folder}/down'
    rm -f '{folder}/lies'
    echo 'fatal: the remote end hung up unexpectedly' >&2
    exit 128 ;;
esac
exec '{git}' "$@"
"""
_GUARD = """\
#!/bin/sh
while read -r old new ref; do
    [ "$ref" = refs/heads/main ] || continue
    echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2
    echo 'error: Changes must be made through a pull request.' >&2
    exit 1
done
"""


class Shared:
    """A hub, a place that lands there, and somebody else who pushes there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = hub(folder)
        self.place = Place(folder / "ours", str(self.hub.path))
        self.builder = self.place.builder
        self.rig = self.place.rig
        self.builder.gate(self.rig, "sh -c '! [ -e bad.txt ]'")
        self.shop = Branches(self.builder, self.rig)
        self.hub.git("clone", "-q", str(self.hub.path), str(folder / "others"))
        self.others = Checkout(folder / "others")

    def push(self, name: str) -> str:
        """Let somebody else push a commit to the hub's main."""
        self.others.git("pull", "-q", "--ff-only", "origin", "main")
        commit = self.others.commit(name, "theirs\n", message=name)
        self.others.git("push", "-q", "origin", "HEAD:main")
        return commit

    def settle(self, after: float = 0.0) -> None:
        self.builder.clock.advance(after)
        self.builder.settle()

    @property
    def main(self) -> list[str]:
        """The subjects of the hub's main, the oldest first."""
        log = self.hub.git("log", "--reverse", "--first-parent", "--format=%s", "main")
        return [each.partition(" (")[0] for each in log.splitlines()]

    @property
    def calls(self) -> list[str]:
        """The calls for help that are open."""
        ours = escalations.every(self.builder.town, closed=False)
        return [each.title for each in ours]

    @property
    def runs(self) -> int:
        """How many trees were tested."""
        return len(self.shop.tested)

    def is_the_same(self) -> bool:
        """Tell whether the code here is the hub's, and the beads there are among ours."""
        repository = self.builder.ledger(self.rig).repository
        main, ledger = (self.hub.git("rev-parse", each) for each in ("main", "beads"))
        return (
            repository.ref("refs/heads/main") == main
            and repository.is_ancestor(ledger, self.place.head)
            and not repository.refs(INTENTS)
        )


@pytest.fixture
def shared(tmp_path, home):
    made = Shared(tmp_path)
    yield made
    made.builder.close()


@pytest.fixture
def network(shared, tmp_path, monkeypatch):
    """A folder in which files say what the network does to our git."""
    folder = tmp_path / "network"
    folder.mkdir()
    script = folder / "git"
    script.write_text(_GIT.format(folder=folder, git=shutil.which("git")))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def test_code_and_ledger_arrive_together_and_nothing_else_leaves(shared):
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    before = shared.hub.git("for-each-ref", "--format=%(refname)").splitlines()
    shared.settle()
    assert shared.main[-1] == "Sell shoes"
    assert shared.is_the_same()
    after = shared.hub.git("for-each-ref", "--format=%(refname)").splitlines()
    lease = "refs/gt/lease/refinery/main"
    assert {*after} - {*before} == {"refs/heads/beads", lease}
    assert shared.hub.git("show", lease) == '{"number": 1}'  # given back: nothing waits
    assert shared.builder.now(bead).landed == shared.hub.git("rev-parse", "main")
    found = standing.of(shared.builder.town, shared.rig)
    assert (found.ahead, found.behind) == (0, 0)


def test_a_rig_that_is_not_shared_or_is_told_so_lands_here_alone(shared):
    shared.shop.set_queue(land="local")
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert (shared.shop.status(bead), shared.main) == ("landed", ["Begin"])
    assert standing.of(shared.builder.town, shared.rig).bring.endswith(" push origin main")


def test_while_another_town_lands_it_is_tested_here_and_lands_once_that_ran_out(shared):
    town = shared.builder.town
    way = Way(remote="origin", within=60.0)
    taker = Taker(Holder("town north", "cape", 1, "1"), lambda _: False)
    repository = Repository(shared.others.path / ".git")
    north = remote_lease.take(
        repository, way, "refinery/main", taker, now=town.clock(), lasts=120.0
    )
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert (shared.main, shared.runs) == (["Begin"], 1)
    assert (shared.shop.status(bead), shared.calls) == ("queued", [])
    until = text_of(north.lease.until)
    (turn,) = holders.of(town, shared.rig)
    assert turn.told == f"town north on cape has the refinery of main until {until}, number 1"
    north = remote_lease.renew(repository, way, north, now=town.clock() + 100, lasts=120.0)
    shared.settle(after=149)  # the first time is over, and a minute of courtesy nearly
    shared.settle(after=2)
    assert shared.main == ["Begin"]
    shared.settle(after=100)
    assert (shared.main, shared.runs) == (["Begin", "Sell shoes"], 1)
    with pytest.raises(LeaseHeldError, match="it ran out, or was given back"):
        remote_lease.check(repository, way, north)


def test_whoever_ends_gives_its_turn_back(shared):
    town, repository = shared.builder.town, shared.builder.ledger(shared.rig).repository
    mine = holding.Holding(town, repository, "main")
    assert mine.is_ours(Way(remote="origin", within=60.0), ask=True)
    assert [each.branch for each in holders.of(town, shared.rig)] == ["main"]
    holding.leave(town)
    assert holders.of(town, shared.rig) == ()
    assert shared.hub.git("show", "refs/gt/lease/refinery/main") == '{"number": 1}'


def test_where_nothing_but_branches_is_taken_whoever_is_first_lands(shared):
    hook = shared.hub.path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\n! grep -q refs/gt/\n")
    hook.chmod(0o755)
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert (shared.shop.status(bead), shared.main[-1]) == ("landed", "Sell shoes")
    assert holders.takes_none(shared.builder.town, shared.rig)


def test_what_others_pushed_before_is_built_upon(shared):
    shared.shop.ask("Sell shoes", shoes="red\n")
    shared.push("hats")
    shared.settle()
    assert shared.main[-2:] == ["hats", "Sell shoes"]
    assert shared.is_the_same()


def test_a_lost_race_for_the_target_builds_the_chain_anew(shared):
    first = shared.shop.ask("Sell shoes", shoes="red\n")
    second = shared.shop.ask("Sell hats", hats="blue\n")
    shared.builder.turn()  # fetched, and the gate runs
    shared.push("socks")
    shared.settle()
    assert shared.main[-3:] == ["socks", "Sell shoes", "Sell hats"]
    assert shared.is_the_same()
    assert [shared.shop.status(each) for each in (first, second)] == ["landed"] * 2
    assert shared.runs == 2


def test_a_lost_race_for_the_ledger_alone_costs_no_run(shared):
    theirs = Place(shared.folder / "theirs", str(shared.hub.path))
    try:
        bead = shared.shop.ask("Sell shoes", shoes="red\n")
        shared.place.sync()
        shared.builder.turn()
        theirs.sync()
        made = beads.create(theirs.town, theirs.rig, TESS, {"title": "Somebody else's"})
        theirs.sync()
        shared.settle()
        assert (shared.shop.status(bead), shared.runs) == ("landed", 1)
        assert shared.is_the_same()
        assert shared.builder.now(made.id).title == "Somebody else's"
    finally:
        theirs.builder.close()


def test_a_push_whose_answer_was_lost_has_landed_once(shared, network):
    (network / "lies").touch()
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert shared.main == ["Begin", "Sell shoes"]
    assert shared.is_the_same()
    assert shared.shop.status(bead) == "landed"
    assert (network / "pushes").read_text().count("\n") == 1


def test_one_that_cannot_be_asked_about_waits_until_it_can(shared, network):
    (network / "lies").touch()
    (network / "then-down").touch()
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    repository = shared.builder.ledger(shared.rig).repository
    assert list(repository.refs(INTENTS)) == [f"{INTENTS}main"]
    assert len(shared.place.repo.git("log", "--format=%s", "main").splitlines()) == 1
    for _ in range(3):
        shared.settle(after=600)
    [call] = shared.calls
    where = f"origin ({shared.hub.path})"
    why = "cannot be reached: unable to access: no route to host"
    assert call == f"the queue of shop stands still: {where} {why}"
    (network / "down").unlink()
    shared.builder.restart()
    shared.settle(after=600)
    assert shared.is_the_same()
    request = shared.builder.request(shared.builder.now(bead))
    assert (request.status, request.landed) == ("landed", shared.hub.git("rev-parse", "main"))
    assert shared.main == ["Begin", "Sell shoes"]


def test_without_a_network_tests_go_on_and_it_lands_when_that_is_back(shared):
    away = shared.folder / "away.git"
    shared.hub.path.rename(away)
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    shared.settle(after=600)
    assert (shared.shop.status(bead), shared.runs, len(shared.calls)) == ("queued", 1, 1)
    away.rename(shared.hub.path)
    shared.settle(after=600)
    assert (shared.shop.status(bead), shared.runs, shared.calls) == ("landed", 1, [])
    assert shared.is_the_same()


def test_a_target_that_was_rewound_there_is_left_to_a_person(shared):
    first = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    tip = shared.builder.now(first).landed
    shared.hub.git("update-ref", "refs/heads/main", f"{tip}^1")
    second = shared.shop.ask("Sell hats", hats="blue\n")
    shared.settle(after=600)
    assert shared.shop.status(second) == "queued"
    assert shared.main == ["Begin"]
    assert standing.of(shared.builder.town, shared.rig).bring == ""
    [call] = shared.calls
    why = f"main of origin was rewound: {tip[:12]} is gone from it"
    assert call == f"the queue of shop stands still: {why}"
    shared.hub.git("update-ref", "refs/heads/main", tip)
    shared.settle(after=600)
    assert shared.main == ["Begin", "Sell shoes", "Sell hats"]
    assert shared.calls == []


def test_a_person_may_take_a_rewound_target_as_it_is(shared):
    first = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    back = shared.hub.git("rev-parse", f"{shared.builder.now(first).landed}^1")
    shared.hub.git("update-ref", "refs/heads/main", back)
    bead = shared.shop.bead("Sell hats")
    shared.shop.begin(bead, start=back)
    shared.shop.commit("Sell hats", hats="blue\n")
    shared.shop.hand_in(bead)
    shared.settle(after=600)
    shared.place.repo.git("update-ref", "refs/heads/main", back)
    shared.settle(after=600)
    assert shared.main == ["Begin", "Sell hats"]
    assert shared.is_the_same()


def test_a_protected_branch_keeps_the_verdicts_and_blames_nobody(shared):
    guard = shared.hub.path / "hooks/pre-receive"
    guard.write_text(_GUARD)
    guard.chmod(0o755)
    bead = shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert (shared.shop.status(bead), shared.runs, shared.main) == ("queued", 1, ["Begin"])
    [call] = shared.calls
    assert call == (
        "the queue of shop stands still: origin does not take main: "
        "[remote rejected] (pre-receive hook declined); "
        "error: GH006: Protected branch update failed for refs/heads/main.; "
        "error: Changes must be made through a pull request."
    )
    assert not shared.builder.ledger(shared.rig).repository.refs(INTENTS)
    guard.unlink()
    shared.settle(after=600)
    assert (shared.shop.status(bead), shared.runs, shared.calls) == ("landed", 1, [])
    assert shared.is_the_same()


@pytest.mark.parametrize("run", [False, True])
def test_hooks_of_the_repository_run_only_if_they_are_to(shared, run):
    shared.shop.set_queue(run_hooks=str(run).lower())
    hook = shared.rig.repository_path / "hooks/pre-push"
    ran = shared.folder / "ran"
    hook.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    hook.chmod(0o755)
    shared.shop.ask("Sell shoes", shoes="red\n")
    shared.settle()
    assert shared.main[-1] == "Sell shoes"
    assert ran.exists() == run


def test_a_checkout_that_is_somebodys_is_not_pushed_into(tmp_path, home):
    project = Checkout.init(tmp_path / "project")
    place = Place(tmp_path / "ours", str(project.path))
    try:
        place.builder.gate(place.rig, "true")
        shop = Branches(place.builder, place.rig)
        bead = shop.ask("Sell shoes", shoes="red\n")
        place.builder.settle()
        assert shop.status(bead) == "landed"
        assert project.head == place.repo.git("rev-parse", "main~1")
    finally:
        place.builder.close()


def test_two_that_land_for_one_project_never_lose_anything(shared):
    """Two refineries for one hub: each builds upon what the other has landed."""
    theirs = Place(shared.folder / "theirs", str(shared.hub.path))
    try:
        theirs.builder.gate(theirs.rig, "true")
        other = Branches(theirs.builder, theirs.rig)
        ours = shared.shop.ask("Ours", ours="fine\n")
        shared.builder.turn()
        their = other.ask("Theirs", theirs="fine\n")
        theirs.builder.settle()
        shared.settle()
        theirs.builder.clock.advance(600)
        theirs.sync()
        shared.place.sync()
        assert sorted(shared.main) == ["Begin", "Ours", "Theirs"]
        now = shared.builder.ledger(shared.rig)
        status = {each.source: str(each.status) for each in now.all(MergeRequest)}
        assert status == {str(ours): "landed", str(their): "landed"}
    finally:
        theirs.builder.close()
