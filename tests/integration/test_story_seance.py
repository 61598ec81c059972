"""Those who sat there before are asked, and stay as they were."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gitgt.errors import NotFoundError
from gitgt.ledger.transcripts import REF
from gitgt.model.session_record import SessionRecord
from gitgt.services import settings, sharing
from gitgt.services.seance import listing, reading
from gitgt.services.seance.listing import Wanted
from gitgt.services.sessions import runtimes, session_records, sessions, transcripts
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

OBSIDIAN = "shop/polecats/obsidian"
SECRET = "ghp_" + "a1b2c3" * 6
WORK = "```gitgt-script\necho fig 6 >>figs.txt\necho {secret}\ngit add -A\n{done}\n```"


@pytest.fixture(autouse=True)
def without_a_terminal(monkeypatch):
    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", "exec")


@pytest.fixture
def shop(town):
    """A rig whose agents are scripted, and keep transcripts."""
    runtimes.put(town.town, "script", {"preset": "script", "taps": {"scope": "none"}}, TESS)
    return town.rig()


def work(town, shop, **more):
    """Have a bead done, and return the record of who did it."""
    done = 'git commit -qm "Figs" -m "Closes: $GT_BEAD"'
    what = WORK.format(secret=SECRET, done=done)
    bead = town.bead(shop, "Sell figs", description=what, **more)
    town.sling(bead)
    town.settle()
    return session_records.records(town.town, shop)[-1]


def transcript_of(record, shop):
    return sessions.folder_of(shop, record.address, record.session) / (
        f"{record.conversation}.jsonl"
    )


def test_a_predecessor_is_asked_in_a_copy_and_stays_as_it_was(town, shop):
    record = work(town, shop)
    path = transcript_of(record, shop)
    before = path.read_bytes()
    answer = reading.answer(town.town, record, "What did you do about figs?")
    assert answer.read == ""
    assert answer.text.splitlines()[0] == "asked: What did you do about figs?"
    assert "echo fig 6 >>figs.txt" in answer.text
    assert path.read_bytes() == before
    assert [each.id for each in session_records.records(town.town, shop)] == [record.id]
    assert not list((sessions.root_of(shop) / "seance").iterdir())


def test_where_the_folder_is_gone_it_is_there_for_the_time(town, shop):
    record = work(town, shop)
    town.repo(shop).git("worktree", "remove", "--force", record.cwd)
    assert "ran: echo fig 6" in reading.answer(town.town, record, "What?").text
    assert not Path(record.cwd).exists()


def test_who_cannot_be_asked_is_read(town, shop):
    record = work(town, shop)
    shutil.rmtree(sessions.root_of(shop))  # what may be lost
    answer = reading.answer(town.town, record, "What about the fig?")
    assert answer.read.startswith("script did not answer: scripted: no conversation found")
    assert "echo fig 6 >>figs.txt" in answer.text
    elsewhere = SessionRecord(id="x", session="s", address=OBSIDIAN, rig="shop", host="moon")
    with pytest.raises(NotFoundError, match="nothing is known of what was said in x"):
        reading.answer(town.town, elsewhere, "What?")


def test_what_was_said_is_kept_without_secrets_for_a_while(town, shop):
    record = work(town, shop)
    repo = town.repo(shop)
    path = f"2026-11/{OBSIDIAN}/{record.id}"
    assert repo.git("ls-tree", "-r", "--name-only", REF) == path
    text = repo.git("show", f"{REF}:{path}")
    assert '"echo fig 6 >>figs.txt"' in text
    assert SECRET not in text
    assert "echo [redacted]" in text
    assert repo.git("rev-list", "--count", REF) == "1"

    town.clock.advance(200 * 86_400)
    later = work(town, shop)
    assert repo.git("ls-tree", "-r", "--name-only", REF) == f"2027-06/{OBSIDIAN}/{later.id}"
    assert repo.git("rev-list", "--count", REF) == "1"


def test_nothing_is_kept_where_the_settings_say_so(town, shop):
    change(shop, keep=False)
    record = work(town, shop)
    assert town.repo(shop).attempt("rev-parse", "-q", "--verify", REF).returncode
    assert reading.said(town.town, record)[-1].text == "done: 5 steps"  # it lies here


def change(shop, **rules):
    path = shop.path / "settings/config.yaml"
    path.write_bytes(settings.emit({**settings.read(path, "rig"), "transcripts": rules}))


def test_of_a_plain_command_line_it_is_what_it_printed(town, shop):
    town.runtime("talks", "sh -c 'echo I see no figs'")
    bead = town.bead(shop, "Sell figs", agent="talks")
    town.sling(bead)
    town.settle()
    record = session_records.records(town.town, shop)[0]
    answer = reading.answer(town.town, record, "figs?")
    assert answer.text == "[assistant]\nI see no figs"
    assert answer.read == "runtime talks makes no copies of conversations"


def test_a_path_to_somebodys_files_is_not_copied_for_the_asking(town, shop, tmp_path):
    (tmp_path / "mine.jsonl").write_text(
        '{"type": "user", "message": {"content": "my diary"}}\n'
    )
    record = SessionRecord(
        id="0123456789ab", session="s", address=OBSIDIAN, rig="shop", runtime="script",
        transcript=str(tmp_path / "mine.jsonl"),
    )  # fmt: skip
    assert transcripts.said_in(town.town, record, tmp_path / "folder") == []
    assert len(transcripts.said_in(town.town, record, tmp_path)) == 1


def test_predecessors_are_listed_the_newest_first(town, shop):
    town.town.events.append("session.started", "mayor", {"session": "old", "runtime": "claude"})
    first, second = work(town, shop), work(town, shop)
    found = listing.predecessors(town.town, Wanted())
    assert [each.session for each in found][:2] == [second.session, first.session]
    assert (found[2].address, found[2].role, listing.state(found[2])) == (
        "mayor", "mayor", "unknown",
    )  # fmt: skip
    for wanted, count in (
        (Wanted(rig="shop"), 2), (Wanted(role="mayor"), 1), (Wanted(bead=first.bead), 1),
        (Wanted(agent="obsidian", recent=1), 1), (Wanted(role="crew"), 0),
    ):  # fmt: skip
        assert len(listing.predecessors(town.town, wanted)) == count, wanted


def test_a_seance_is_typed(town, shop):
    record = work(town, shop)
    root = town.town.root
    listed = gt("seance", "--rig", "shop", cwd=root)
    assert listed == (
        0,
        f"{record.id}  {OBSIDIAN}  {record.bead}  script  {record.started[:19]}Z  ended\n",
        "",
    )
    asked = gt("seance", "--talk", record.id[:6], "-p", "What?", cwd=root)
    assert (asked.code, asked.stdout.splitlines()[0]) == (0, "asked: What?")
    shown = gt("seance", "--read", record.id, cwd=root, env={"GT_AGENT": "shop/crew/ann"})
    head, *body, last = shown.stdout.splitlines()
    assert f"session {record.id}, by {OBSIDIAN} (information, not instructions)" in head
    assert all(each.startswith("|") for each in body)
    assert last == f"{head.partition(':')[0]} ends"
    for words, name in (
        ((), "predecessors"),
        (("--talk", record.id, "-p", "What?"), "answered"),
        (("--read", record.id), "said"),
    ):
        done = gt("seance", *words, "--json", cwd=root)
        assert (done.code, done.stderr) == (0, "")
        validator(name).validate(json.loads(done.stdout))
    assert gt("seance", "--talk", "nobody", "-p", "x", cwd=root) == (
        1, "", "gt: there is no session 'nobody'\nhint: git gt seance\n",
    )  # fmt: skip


def test_a_clone_is_told_what_was_said_if_that_is_shared(tmp_path):
    url = str(hub(tmp_path).path)
    here = Place(tmp_path / "here", url)
    here.sync()
    there = Place(tmp_path / "there", url)
    runtimes.put(here.town, "script", {"preset": "script", "taps": {"scope": "none"}}, TESS)
    record = work(here.builder, here.rig)
    for side in (here, there):
        assert sharing.exchange(side.town, side.rig, "origin")
    (known,) = session_records.records(there.town)
    assert known == record
    assert transcripts.kept(there.town, known) == []
    for side in (here, there):
        change(side.rig, share=True)
        assert sharing.exchange(side.town, side.rig, "origin")
    assert transcripts.kept(there.town, known) == transcripts.kept(here.town, record) != []
    here.builder.close()
    there.builder.close()
