"""Hooks: where an agent's work stands, through its whole life and on another machine."""

from __future__ import annotations

import json
import shutil

import pytest

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.services import takeover, work_sharing
from gitgt.services.agents import crew, hook, hook_moves, hook_record, post, sandbox, wip
from gitgt.services.queue import tuning
from gitgt.services.queue.tuning import Brake
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
ANN = "shop/crew/ann"
WAITS = ("touch ../../here", "until [ -e ../../go ]; do sleep 0.02; done")


@pytest.fixture
def shop(town):
    """A rig."""
    return town.rig()


def hooks(town, address=OBSIDIAN, *, past=False):
    """Return how a hook stands, and what is on it."""
    found = hook_record.of(town.town, address, past=past)
    return [(str(each.status), each.bead.id if each.bead else "") for each in found]


def attach(town, bead, to, *, force=False):
    """Put a bead on a hook, and return which hang there then."""
    hook_moves.attach(town.town, bead.id, to, TESS, force=force)
    return [each.id for each in hook.at(town.town, to)]


def test_a_hook_is_created_suspended_active_completed_and_archived(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >a", "say Half", *WAITS, "echo 2 >b", "closes B")
    town.sling(bead)
    assert hooks(town) == [("suspended", bead.id)]

    town.turn()
    until((shop.path / "here").exists)
    assert hooks(town, "shop/obsidian") == [("active", bead.id)]
    (found,) = hook_record.of(town.town, OBSIDIAN)
    assert (found.commits, found.base, found.branch) == (
        1, "main", f"polecat/obsidian/{bead.id}"
    )  # fmt: skip
    assert found.here_alone == (f"1 commit of {found.branch}",)

    tuning.put_on(town.town, shop, Brake.PAUSED, "let me see", TESS)
    (shop.path / "go").touch()

    def handed_in():
        town.turn()
        return hooks(town)[-1][0] == "completed"

    until(handed_in)
    assert hooks(town) == [("created", ""), ("completed", bead.id)]


def test_what_has_landed_is_archived_and_the_hook_is_free(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >apples", "closes Apples")
    town.sling(bead)
    town.settle()

    assert hooks(town) == [("created", "")]
    assert hooks(town, past=True) == [("created", ""), ("archived", bead.id)]


def test_what_is_not_finished_is_replaced_by_force_alone(town, shop):
    crew.add(town.town, shop, "ann", TESS)
    one, two = (town.bead(shop, title) for title in ("One", "Two"))
    assert attach(town, one, ANN) == [one.id]
    assert attach(town, one, "shop/ann") == [one.id]

    with pytest.raises(RefusedError) as refusal:
        attach(town, two, ANN)
    assert (refusal.value.message, refusal.value.hint) == (
        f"{ANN} has {one.id} on its hook, which is not finished",
        f"git gt hook {two.id} {ANN} --force puts {one.id} back, its branch stays",
    )
    assert attach(town, two, ANN, force=True) == [two.id]
    assert (town.now(one).status, town.now(one).reason) == (
        "open", f"{two.id} took its place on the hook of {ANN}"
    )  # fmt: skip
    assert town.convoys() == []


def test_the_mayors_hook_holds_beads_of_the_town_and_of_rigs(town, shop):
    mine, theirs = town.bead(None, "Plan"), town.bead(shop, "Apples")
    assert attach(town, mine, "mayor") == [mine.id]
    with pytest.raises(RefusedError):
        attach(town, theirs, "mayor")
    assert attach(town, theirs, "mayor", force=True) == [theirs.id]
    assert town.now(mine).status == "open"


def test_a_polecat_gives_out_no_work(town, shop):
    bead = town.bead(shop, "Apples")
    with pytest.raises(NotAllowedError):
        hook_moves.attach(town.town, bead.id, OBSIDIAN, Actor.agent(OBSIDIAN), force=False)


def test_what_has_begun_is_taken_off_by_force_alone_and_nothing_is_lost(town, shop):
    bead = town.bead(shop, "Apples", "echo 1 >a", "say Half", "echo 2 >b", *WAITS)
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    town.turn()

    with pytest.raises(RefusedError) as refusal:
        hook_moves.detach(town.town, "", OBSIDIAN, TESS, force=False)
    assert refusal.value.message == f"{bead.id} is not finished: {OBSIDIAN} is at it"
    hook_moves.detach(town.town, bead.id, OBSIDIAN, TESS, force=True)

    assert (hooks(town), town.now(bead).status) == ([("created", "")], "open")
    repo = town.repo(shop)
    assert repo.git("show", f"polecat/obsidian/{bead.id}:a") == "1"
    assert repo.git("show", f"refs/gt/wip/{OBSIDIAN}:b") == "2"
    with pytest.raises(RefusedError) as refusal:
        hook_moves.detach(town.town, bead.id, OBSIDIAN, TESS, force=True)
    assert refusal.value.message == f"{bead.id} is not on the hook of {OBSIDIAN}"


def test_a_sandbox_that_is_gone_comes_back_with_what_was_not_committed(town, shop):
    bead = town.bead(shop, "Apples")
    town.sling(bead)
    path, _ = sandbox.prepare(shop, town.ledger(shop), town.now(bead))
    place = town.sandbox(shop, "obsidian")
    place.commit("a", "1\n")
    place.write("b", "2\n")
    wip.save(town.town, shop, OBSIDIAN)
    shutil.rmtree(path)

    sandbox.prepare(shop, town.ledger(shop), town.now(bead))

    assert place.git("status", "--porcelain") == "?? b"
    assert (place.read("a"), place.read("b")) == ("1\n", "2\n")


def test_the_commands_say_what_hangs_where(town, shop):
    crew.add(town.town, shop, "ann", TESS)
    bead = town.bead(shop, "Apples")
    cwd = town.town.root

    assert gt("hook", bead.id, "shop/ann", cwd=cwd).stdout == (
        f"{bead.id} is on the hook of {ANN}\n"
    )
    assert gt("hook", "show", "shop/ann", cwd=cwd).stdout == (
        f"{ANN}  suspended  {bead.id}  Apples\n"
    )
    assert gt("hook", "status", cwd=shop.path / "crew/ann").stdout == (
        f"{ANN}: suspended\n  bead      {bead.id}  Apples\n"
        f"  branch    crew/ann  0 ahead of main\n  worktree  {shop.path}/crew/ann\n"
    )
    told = gt("hook", "status", "shop/ann", "--json", cwd=cwd).stdout
    validator("hooks").validate(json.loads(told))
    assert gt("unsling", cwd=shop.path / "crew/ann").stdout == (
        f"{bead.id} is off the hook of {ANN}, and open\n"
    )
    assert gt("hook", "clear", cwd=shop.path / "crew/ann") == (
        1, "", f"gt: nothing is on the hook of {ANN}\nhint: git gt hook status\n"
    )  # fmt: skip


@pytest.fixture
def places(tmp_path):
    """Two machines, and a project between them."""
    url = str(hub(tmp_path).path)
    here, there = Place(tmp_path / "here", url), Place(tmp_path / "there", url)
    yield here, there
    here.builder.close()
    there.builder.close()


def test_on_another_machine_the_hook_is_the_same_and_work_goes_on(places):
    here, there = places
    town = here.builder
    bead = town.bead(here.rig, "Apples", "echo 1 >a", "say Half", "echo 2 >b", *WAITS)
    town.sling(bead)
    town.turn()
    until((here.rig.path / "here").exists)
    town.turn()
    name = town.now(bead).assignee
    here.sync()
    (alone,) = hook_record.of(town.town, name)
    branch = f"polecat/{name.rpartition('/')[2]}/{bead.id}"
    assert alone.here_alone == (
        f"1 commit of {branch}",
        f"the snapshot {alone.snapshot[:12]}",
    )

    sent = work_sharing.exchange(town.town, here.rig)
    assert sent.sent == (branch, f"the snapshot of {name}")
    assert hook_record.of(town.town, name)[0].here_alone == ()
    here.builder.close()  # and that machine is gone

    there.sync()
    takeover.take_over(there.town, there.rig, str(here.town.root), TESS)
    (same,) = hook_record.of(there.town, name)
    assert (str(same.status), same.bead.id, same.branch, same.tip, same.snapshot) == (
        "suspended", bead.id, branch, alone.tip, alone.snapshot
    )  # fmt: skip
    assert (same.worktree, same.session) == (None, "")
    there.builder.agent_does(bead.id, "[ -e b ] && closes Whole")
    there.builder.gate(there.rig, "true")
    there.builder.settle()

    assert there.builder.now(bead).status == "closed"
    assert there.builder.file(there.rig, "b") == "2\n"


def test_a_hook_may_be_held_by_the_mayor_before_it_ever_sat(town, shop):
    bead = town.bead(None, "Plan")
    attach(town, bead, "mayor")
    assert hooks(town, post.MAYOR) == [("suspended", bead.id)]
