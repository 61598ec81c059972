"""Agents that die, stumble, or never come up: nothing is lost and somebody is told."""

from __future__ import annotations

import fcntl
import shutil
import signal

import pytest

from gitgt.errors import BusyError
from gitgt.git import snapshot, trash
from gitgt.git.repository import Repository
from gitgt.model.documents import Escalation
from gitgt.reactor.key import Key
from gitgt.roles.dispatcher import DispatcherRole
from gitgt.runtime import identity, process
from gitgt.services import beads, settings
from gitgt.services.escalation import escalations
from gitgt.services.sessions import sessions
from gitgt.services.witness import failures
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
# Says that it has come so far, and goes no further before it is allowed to.
WAITS = ("touch ../../here", "until [ -e ../../go ]; do sleep 0.02; done")


def whose(run):
    """Return the shim and the command of a run, once both are known."""
    seen = process.look(run)
    assert isinstance(seen, process.Running)
    return (seen.shim, seen.command) if seen.shim and seen.command else None


def kill_session(shop, address):
    """Kill an agent's session with all that came of it, the shim first, as the kernel would."""
    run = sessions.sessions_of(shop).folders()[0]
    shim, command = until(lambda: whose(run))
    for who in [shim, *identity.in_session(command.pid)]:
        identity.send(who, signal.SIGKILL)
    until(lambda: not isinstance(process.look(run), process.Running))


def left_out(town, shop):
    """Return the calls that tell what was not saved."""
    found = town.ledger(shop).all(Escalation)
    return [each for each in found if each.title.startswith("not saved")]


def test_a_killed_session_is_started_again_in_the_same_sandbox(town):
    shop = town.rig()
    bead = town.bead(
        shop,
        "Half done",
        "[ -e half ] && { echo more >>half; closes Whole; exit; }",
        "echo half >half",
        *WAITS,
    )
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)

    kill_session(shop, OBSIDIAN)
    town.settle()

    assert town.now(bead).status == "closed"
    assert town.file(shop, "half") == "half\nmore\n"
    assert [session[:2] for session in town.sessions()] == [[bead.id, "1"], [bead.id, "1"]]
    assert town.sandbox(shop, "obsidian").read("half") == "half\nmore\n"


def test_what_a_killed_session_had_not_committed_is_in_a_snapshot(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Messy", "[ -e new ] && exit", "echo new >new", "echo x >>prices.txt", *WAITS
    )
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)

    kill_session(shop, OBSIDIAN)
    town.settle()

    repo = town.repo(shop)
    ref = f"refs/gt/wip/{OBSIDIAN}"
    assert repo.git("show", f"{ref}:new") == "new"
    assert repo.git("show", f"{ref}:prices.txt").splitlines()[-1] == "x"

    sandbox = town.sandbox(shop, "obsidian")
    sandbox.git("reset", "-q", "--hard")
    sandbox.git("clean", "-fdq")
    snapshot.restore(sandbox.path, Repository(shop.repository_path).ref(ref))
    assert sandbox.git("status", "--porcelain").splitlines() == [" M prices.txt", "?? new"]


def test_a_sandbox_is_cleared_for_the_next_bead_once_its_content_is_kept(town):
    shop = town.rig()
    first = town.bead(
        shop, "First", "echo 1 >one", "closes One", "echo rest >rest", "echo y >>one"
    )
    second = town.bead(shop, "Second", "[ -e rest ] && exit 9", "echo 2 >two", "closes Two")
    town.sling(first)
    town.settle()
    town.sling(second, to=OBSIDIAN.replace("polecats/", ""))
    town.settle()

    assert town.now(second).status == "closed"
    assert town.repo(shop).git("show", f"refs/gt/wip/{OBSIDIAN}:rest") == "rest"
    assert town.sandbox(shop, "obsidian").branch == f"polecat/obsidian/{second.id}"


def test_a_sandbox_that_cannot_be_kept_whole_is_put_away_and_not_cleared(town):
    shop = town.rig()
    first = town.bead(
        shop, "First", "echo 1 >one", "closes One", "echo rest >rest",
        "git init -q part", "cd part", "echo own >own", "say Own",
    )  # fmt: skip
    second = town.bead(shop, "Second", "[ -e rest ] && exit 9", "echo 2 >two", "closes Two")
    town.sling(first)
    town.settle()
    town.sling(second, to=OBSIDIAN.replace("polecats/", ""))
    town.settle()

    assert town.now(second).status == "closed"
    (away,) = shop.path.glob("polecats/.obsidian-*")
    assert (away / "rest").read_text() == "rest\n"
    assert Checkout(away / "part").git("show", "HEAD:own") == "own"
    assert town.escalations(shop) == [
        ("medium", f"not saved with the work of {OBSIDIAN}: part")
    ]
    assert town.repo(shop).git("show", f"refs/gt/wip/{OBSIDIAN}:rest") == "rest"
    assert town.sandbox(shop, "obsidian").branch == f"polecat/obsidian/{second.id}"


def test_a_repository_within_that_is_not_saved_is_told_once_for_each_such_set(town):
    shop = town.rig()
    bead = town.bead(shop, "Part", "git init -q part", "echo own >part/own", "exit 1")
    town.sling(bead)
    town.settle()
    [first] = left_out(town, shop)
    assert first.title == f"not saved with the work of {OBSIDIAN}: part"
    escalations.close(town.town, first.id, TESS, reason="I know")

    town.restart()
    town.settle()
    assert [each.id for each in left_out(town, shop)] == [first.id]

    town.sandbox(shop, "obsidian").git("init", "-q", "other")
    town.restart()
    town.settle()
    assert sorted((each.title, each.status) for each in left_out(town, shop)) == [
        (f"not saved with the work of {OBSIDIAN}: other, part", "open"),
        (f"not saved with the work of {OBSIDIAN}: part", "closed"),
    ]


def test_what_was_committed_on_no_branch_is_kept_when_the_next_bead_comes(town):
    shop = town.rig()
    aside = ("git checkout -q --detach", "echo aside >aside", "say Aside")
    first = town.bead(shop, "First", "echo 1 >one", "closes One", *aside)
    second = town.bead(shop, "Second", "echo 2 >two", "closes Two")
    for bead in (first, second):
        town.sling(bead, to=OBSIDIAN.replace("polecats/", ""))
        town.settle()

    assert town.now(second).status == "closed"
    (kept,) = trash.discarded(Repository(shop.repository_path))
    assert kept.what == f"detached/{OBSIDIAN}"
    assert town.repo(shop).git("show", f"{kept.commit}:aside") == "aside"


def test_three_sessions_in_vain_are_enough(town):
    shop = town.rig()
    bead = town.bead(shop, "Too hard", "exit 7")
    before = town.ledger(shop).commit

    town.sling(bead)
    town.settle()

    why = "3 sessions ended and no commit closed the bead; of the last one: it exited with 7"
    assert town.story(shop, since=before) == [
        f"Tess Ter: sling {bead.id} to {OBSIDIAN}",
        f"dispatcher: escalate high: {bead.id}: {why}",
        f"dispatcher: release {bead.id}: {why}",
    ]
    released = town.now(bead)
    assert (released.status, released.assignee, released.reason) == ("open", "", why)
    assert len(town.sessions()) == 3

    town.agent_does(bead.id, "echo easy >easy", "closes Easy")
    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"


def test_what_three_agents_in_a_row_do_not_get_done_is_blocked(town):
    shop = town.rig()
    bead = town.bead(shop, "Too hard", "exit 7")
    why = "3 sessions ended and no commit closed the bead; of the last one: it exited with 7"
    seen = []
    for _ in range(3):
        town.sling(bead)
        town.settle()
        seen.append((town.now(bead).status, failures.failures_of(town.town, shop, bead.id)))

    assert seen == [("open", 1), ("open", 2), ("blocked", 3)]
    why = f"given up 3 times, now since {why}"
    assert town.story(shop)[-1] == f"dispatcher: block {bead.id}: {why}"
    assert len(town.sessions()) == 9

    gt("bead", "update", bead.id, "--status", "open", cwd=town.town.root)
    assert (town.now(bead).status, town.now(bead).failures) == ("open", 0)


def test_progress_gives_an_agent_new_tries(town):
    shop = town.rig()
    bead = town.bead(
        shop,
        "Slow",
        "echo step >>steps",
        '[ "$(wc -l <steps)" -lt 5 ] && { say Step; exit; }',
        "closes Done",
    )
    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"
    assert len(town.sessions()) == 5


def test_progress_without_end_gives_more_tries_and_not_endless_ones(town):
    shop = town.rig()
    bead = town.bead(shop, "Never done", "echo step >>steps", "say Step")
    town.sling(bead)
    town.settle()
    assert 3 < len(town.sessions()) < 12  # before the last ones there are minutes

    for _ in range(5):
        town.clock.advance(300)
        town.settle()

    why = "12 sessions ended and no commit closed the bead; of the last one: said nothing"
    assert town.escalations(shop) == [("high", f"{bead.id}: {why}")]
    assert (town.now(bead).status, town.now(bead).reason) == ("open", why)
    assert len(town.sessions()) == 12
    assert len(town.repo(shop).subjects(f"main..polecat/obsidian/{bead.id}")) == 12


def test_who_is_given_a_bead_anew_has_all_tries(town):
    shop = town.rig()
    bead = town.bead(shop, "Slow", "echo step >>steps", "say Step", *WAITS)
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    assert sessions.starts(shop, town.ledger(shop), OBSIDIAN, bead.id)[1] == 1

    beads.release(town.town, bead.id, TESS, reason="not now")
    (shop.path / "go").touch()
    town.settle()

    assert sessions.starts(shop, town.ledger(shop), OBSIDIAN, bead.id) == (0, 0)


@pytest.mark.parametrize(
    ("line", "why"),
    [("#!/no/such/interpreter", "No such file or directory"), ("\x7fELF", "Exec format error")],
)
def test_a_runtime_that_the_system_cannot_run_is_tried_once(town, line, why):
    shop = town.rig()
    program = town.folder / "broken"
    program.write_text(f"{line}\n")
    program.chmod(0o755)
    town.runtime("broken", f"'{program}'")
    bead = town.bead(shop, "Nobody comes")
    town.sling(bead, agent="broken")

    town.settle()

    assert town.now(bead).status == "open"
    assert town.now(bead).reason == f"could not be started: {program} cannot be run: {why}"
    assert town.escalations(shop) == []
    assert len([*shop.repository_path.glob("gt/sessions/*/*/session.json")]) == 1

    mended = ("#!/bin/sh", "echo 1 >one", "git add one", 'git commit -qm "Closes: $GT_BEAD"')
    program.write_text("".join(f"{each}\n" for each in mended))
    town.sling(bead, agent="broken")
    town.settle()

    assert town.now(bead).status == "closed"


def test_a_start_that_fails_releases_the_bead_with_the_reason(town):
    shop = town.rig()
    town.runtime("script", "no-such-agent --work")
    bead = town.bead(shop, "Nobody comes")
    before = town.ledger(shop).commit

    town.sling(bead)
    town.settle()

    [slung, released] = town.story(shop, since=before)
    assert slung == f"Tess Ter: sling {bead.id} to {OBSIDIAN}"
    assert released.startswith(f"dispatcher: release {bead.id}: could not be started: ")
    assert "no-such-agent" in released
    assert town.now(bead).status == "open"
    assert town.now(bead).reason == released.partition(f"{bead.id}: ")[2]


def test_settings_that_somebody_spoils_take_no_bead_off_its_hook(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell limes", "echo 'lime 1' >>prices.txt", "closes Limes")
    town.sling(bead)
    agents = town.town.root / "settings/agents.yaml"
    whole = agents.read_text()
    agents.write_text("default: [")
    town.restart()
    town.turn()
    assert town.now(bead).status == "hooked"
    ((severity, title),) = town.escalations(shop)
    assert severity == "high"
    assert "agents.yaml:1: " in title

    agents.write_text(whole)
    town.clock.advance(600)
    town.restart()
    town.settle()
    assert town.now(bead).status == "closed"


def test_whoever_slings_is_told_that_nobody_could_be_started(town):
    shop = town.rig()
    town.runtime("script", "no-such-agent --work")
    bead = town.bead(shop, "Nobody comes")
    town.close()  # with no watcher alive, the command does what is due

    told = gt("sling", bead.id, "--no-convoy", cwd=town.town.root)

    assert told.code == 1
    assert told.stdout == f"{bead.id} is on the hook of {OBSIDIAN}\n"
    [said, hint] = told.stderr.splitlines()
    assert said.startswith(f"gt: {bead.id} is off the hook of {OBSIDIAN} again: could not be ")
    assert hint == f"hint: git gt config agent tells what there is; then git gt sling {bead.id}"


def test_something_else_where_the_sandbox_should_be_is_put_aside(town):
    shop = town.rig()
    bead = town.bead(shop, "In the way", "echo 1 >one", "closes One")
    sandbox = town.sandbox(shop, "obsidian")
    sandbox.write("precious", "mine\n")

    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"
    [aside] = [path for path in sandbox.path.parent.iterdir() if path != sandbox.path]
    assert (aside / "precious").read_text() == "mine\n"


def test_a_deleted_sandbox_is_made_again(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Gone", "[ -e one ] && { echo 2 >two; closes Two; exit; }", "echo 1 >one",
        "say One", *WAITS,
    )  # fmt: skip
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    kill_session(shop, OBSIDIAN)
    town.sandbox(shop, "obsidian").path.rename(shop.path / "taken away")

    town.settle()

    assert town.now(bead).status == "closed"
    assert (town.file(shop, "one"), town.file(shop, "two")) == ("1\n", "2\n")


def test_a_branch_that_was_deleted_is_given_back_where_it_stood(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Gone", "[ -e one ] && { echo 2 >two; closes Two; exit; }", "echo 1 >one",
        "say One", *WAITS,
    )  # fmt: skip
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    repo, branch = town.repo(shop), f"refs/heads/polecat/obsidian/{bead.id}"
    stood = repo.git("rev-parse", branch)
    repo.git("update-ref", "-d", branch)
    kill_session(shop, OBSIDIAN)

    town.settle()

    assert town.now(bead).status == "closed"
    assert (
        repo.git("rev-list", "main", "--grep=One", "--format=%H", "--no-commit-header") == stood
    )


def test_a_session_whose_folder_was_deleted_does_not_go_on_beside_the_next(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Twice", "[ -e one ] && { closes One; exit; }", "echo 1 >one; git add one", *WAITS
    )
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    run = sessions.sessions_of(shop).folders()[0]
    _, command = until(lambda: whose(run))
    shutil.rmtree(run.parent)

    town.settle()

    assert town.now(bead).status == "closed"
    assert not identity.is_alive(command)


def test_of_two_beads_on_one_hook_one_goes_back(town):
    shop = town.rig()
    first, second = (
        town.bead(shop, name, f"echo {name} >{name}", f"closes {name}") for name in "ab"
    )
    desk = town.desk(shop)
    desk.git("merge", "-q", "--ff-only", "beads")
    before = desk.head
    for bead in (first, second):
        path = f"items/{bead.id[3]}/{bead.id[4]}/{bead.id}.yaml"
        text = desk.read(path).replace("status: open", f"status: hooked\nassignee: {OBSIDIAN}")
        desk.write(path, text)
    desk.git("commit", "-qam", "Both to obsidian")

    town.settle()

    kept, back = sorted((first, second), key=lambda bead: bead.id)
    assert town.now(kept).status == "closed"
    why = f"{OBSIDIAN} has another bead on its hook"
    assert f"dispatcher: release {back.id}: {why}" in town.story(shop, since=before)
    assert (town.now(back).status, town.now(back).reason) == ("open", why)
    assert town.escalations(shop) == [("high", f"{back.id}: {why}")]


def test_released_while_it_works_it_is_nobodys_any_more(town):
    shop = town.rig()
    bead = town.bead(shop, "Changed my mind", *WAITS, "echo 1 >one", "closes One")
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)

    beads.release(town.town, bead.id, TESS, reason="not now")
    (shop.path / "go").touch()
    town.settle()

    assert (town.now(bead).status, town.now(bead).reason) == ("open", "not now")
    assert town.main(shop)[-1] == "Write check.sh"
    # The work is where it was, for whoever takes it up again.
    assert town.repo(shop).git("show", f"polecat/obsidian/{bead.id}:one") == "1"


def test_a_sandbox_that_was_half_made_is_made_again(town):
    """As left by a git worktree add that was killed with all its children."""
    shop = town.rig()
    bead = town.bead(shop, "Whole", "[ -e README.md ] || exit 9", "echo 1 >one", "closes One")
    sandbox = town.sandbox(shop, "obsidian")
    branch = f"polecat/obsidian/{bead.id}"
    town.repo(shop).git("worktree", "add", "-q", "-b", branch, str(sandbox.path), "main")
    admin = shop.repository_path / "worktrees" / "obsidian"
    (admin / "locked").write_text("initializing\n")
    (admin / "index.lock").touch()
    (sandbox.path / "README.md").unlink()

    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"
    assert town.file(shop, "README.md") == "# Shop\n"


def test_locks_that_a_killed_git_left_in_a_sandbox_are_removed(town):
    shop = town.rig()
    first, second = (
        town.bead(shop, each, f"echo 1 >{each}", f"closes {each}") for each in "ab"
    )
    town.sling(first)
    town.settle()
    admin = shop.repository_path / "worktrees" / "obsidian"
    (admin / "index.lock").touch()
    (admin / "HEAD.lock").touch()

    town.sling(second)
    town.settle()

    assert town.now(second).status == "closed"


def test_a_bead_that_is_hooked_beside_one_that_is_worked_on_goes_back(town):
    shop = town.rig()
    wanted, working = sorted(
        (town.bead(shop, each, f"echo 1 >{each}", f"closes {each}") for each in "ab"),
        key=lambda bead: bead.id,
    )
    town.agent_does(working.id, *WAITS, "echo 1 >one", "closes One")
    town.sling(working)
    town.turn()
    until((shop.path / "here").exists)
    beads.update(
        town.town, wanted.id, TESS, beads.Update({"assignee": OBSIDIAN}, status="hooked")
    )
    town.turn()
    (shop.path / "go").touch()
    town.settle()

    assert town.now(working).status == "closed"
    assert (town.now(wanted).status, town.now(wanted).reason) == (
        "open",
        f"{OBSIDIAN} has another bead on its hook",
    )


def test_what_people_hold_is_their_business(town):
    shop = town.rig()
    mine = [town.bead(shop, each) for each in "ab"]
    for bead in mine:
        beads.update(town.town, bead.id, TESS, beads.Update({}, claimed_by="Tess Ter"))

    town.settle()

    assert [(town.now(each).status, town.now(each).assignee) for each in mine] == [
        ("in_progress", "Tess Ter")
    ] * 2
    assert town.escalations(shop) == []


def test_a_closed_call_for_help_is_not_repeated(town):
    shop = town.rig()
    bead = town.bead(
        shop, "Ask", "[ -e x ] && { closes 'Never mind'; exit; }", "echo x >x",
        "say Ask -m 'Escalate: LOW is it so?'", *WAITS,
    )  # fmt: skip
    town.sling(bead)
    town.turn()
    until((shop.path / "here").exists)
    town.turn()
    [asked] = town.ledger(shop).all(Escalation)
    escalations.close(town.town, asked.id, TESS, reason="it is")

    town.restart()
    town.turn()

    assert [each.status for each in town.ledger(shop).all(Escalation)] == ["closed"]
    (shop.path / "go").touch()
    town.settle()


def test_what_a_session_said_last_is_heard_before_it_is_started_again(town):
    """It may end, all done, between the witness's look and the dispatcher's."""
    shop = town.rig()
    bead = town.bead(shop, "Quick", "echo 1 >one", "closes One")
    town.sling(bead)
    dispatcher = DispatcherRole(town.town)
    dispatcher.reconcile(Key("dispatcher", "shop"))
    until(lambda: not running(town.town))

    dispatcher.reconcile(Key("dispatcher", "shop"))

    assert running(town.town) == []
    assert len(town.sessions()) == 1
    assert town.request(bead).status == "queued"


def test_a_file_where_the_sandbox_should_be_is_put_aside(town):
    shop = town.rig()
    bead = town.bead(shop, "In the way", "echo 1 >one", "closes One")
    other = town.bead(shop, "Beside it", "echo 2 >two", "closes Two")
    polecats = shop.path / "polecats"
    polecats.mkdir(exist_ok=True)
    (polecats / "blocky").write_text("mine\n")
    (polecats / "slinky").symlink_to("nowhere")

    town.sling(bead, to="shop/blocky")
    town.sling(other, to="shop/slinky")
    town.settle()

    assert [town.now(each).status for each in (bead, other)] == ["closed", "closed"]
    [aside] = polecats.glob(".blocky-*")
    assert aside.read_text() == "mine\n"
    [aside] = polecats.glob(".slinky-*")
    assert str(aside.readlink()) == "nowhere"


def test_what_the_system_refuses_one_agent_keeps_no_other_from_its_work(town):
    shop = town.rig()
    bad, good = sorted(
        (town.bead(shop, each, f"echo 1 >{each}", f"closes {each}") for each in "ab"),
        key=lambda bead: bead.id,
    )
    sessions_of_shop = shop.repository_path / "gt/sessions"
    sessions_of_shop.mkdir(parents=True)
    (sessions_of_shop / "shop.polecats.blocky").write_text("in the way\n")

    town.sling(bad, to="shop/blocky")
    town.sling(good, to="shop/nux")
    town.settle()

    assert town.now(good).status == "closed"
    assert town.now(bad).status == "open"
    assert town.now(bad).reason == (
        "could not be started: Not a directory: "
        f"{sessions_of_shop / 'shop.polecats.blocky' / 'current'}"
    )


def test_who_is_busy_keeps_no_other_from_its_work(town):
    shop = town.rig()
    waits, good = sorted(
        (town.bead(shop, each, f"echo 1 >{each}", f"closes {each}") for each in "ab"),
        key=lambda bead: bead.id,
    )
    town.sling(waits, to="shop/slow")
    town.sling(good, to="shop/nux")
    session = f"{waits.id}-{town.repo(shop).git('rev-parse', 'main')[:12]}-0-1"
    folder = shop.repository_path / "gt/sessions/shop.polecats.slow" / session
    folder.mkdir(parents=True)
    with (folder / "alive").open("wb") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)  # somebody is just starting it

        with pytest.raises(BusyError):
            DispatcherRole(town.town).reconcile(Key("dispatcher", "shop"))

        assert (shop.path / "polecats/nux/.git").exists()
    town.settle()

    assert [town.now(each).status for each in (waits, good)] == ["closed", "closed"]


def test_a_session_that_goes_on_for_ever_is_ended_when_its_time_is_up(town):
    shop = town.rig()
    path = shop.path / "settings/config.yaml"
    path.write_bytes(
        settings.emit({**settings.read(path, "rig"), "sessions": {"longest": 0.5}})
    )
    bead = town.bead(shop, "Hang", "exec sleep 900")
    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "open"
    [(severity, title)] = town.escalations(shop)
    why = "3 sessions ended and no commit closed the bead; of the last one: it took longer than"
    assert (severity, title.startswith(f"{bead.id}: {why} it may, ")) == ("high", True)
