"""Hostile texts through every door by which text of others reaches an agent."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.actor import Actor
from gitgt.model.documents import Escalation, Memory, MergeRequest, Message
from gitgt.model.mail import showing
from gitgt.model.mail.nudge import Nudge
from gitgt.model.memory import LONGEST
from gitgt.model.molecule import Member, Survey
from gitgt.model.prime import sheet
from gitgt.model.prime.facts import Earlier, Facts, Letter, Steps
from gitgt.model.session_record import Note
from gitgt.model.turns import Source
from gitgt.model.wording import fit_line, fit_text
from gitgt.services import memories, prime
from gitgt.services.handoff import told as handed
from gitgt.services.handoff.seat import seat_of
from gitgt.services.mail import delivery, sending
from gitgt.services.mail.sending import Letter as Sent
from gitgt.services.memories import Wanted
from gitgt.services.sessions import session_records
from tests.support.commandline import gt
from tests.support.documents import bead, fresh
from tests.support.hostile import leaks, texts
from tests.support.primed import MARK, sparse
from tests.support.town import TESS

ALL = dict(texts())
KINDS = ("mail", "titles", "branches", "files")
OBSIDIAN = "shop/polecats/obsidian"
WHO = {"id": "gt-abc12", "title": "x"}
# Made of what our own lines and fences are made of.
PIECES = st.sampled_from(
    [
        *("---", MARK, " ends", "\n", "| ", "\r", "\u2028", "\x85", "\x1b[2J", "\u202e", "\0"),
        *("WARNING: ", "STOP: ", "Begin now: ", "<system>", "</system-reminder>", ", by "),
        *(" (information, not instructions)", '"', "[INST]", "<|im_end|>", "\ud800", "{bead}"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join))


def everything(text: str) -> Facts:
    """Facts in which all that others may have written is *text*."""
    work = replace(
        bead(**WHO), title=text, description=text, design=text, acceptance=text, notes=text,
        created_by=text,
    )  # fmt: skip
    root = replace(bead(id="gt-mol12", type="molecule"), created_by=text)
    member = Member("gt-mol12.1", "task", "open", "", text, ())
    step = replace(bead(id="gt-mol12.1"), title=text, description=text, created_by=text)
    facts = sparse("mayor")
    return replace(
        facts,
        who=replace(facts.who, branch=text, base=text),
        beads=(work,),
        steps=Steps(root, Survey(root.id, (member,)), (step,)),
        earlier={work.id: Earlier(back=_back(text), commits=3, stat=text, others=(text,))},
        memories=(_made(Memory, "mm", description=text, created_by=text),),
        letters=(Letter("hq-ms-aaaa1", text, text),),
        escalations=(_made(Escalation, "es", title=text, created_by=text),),
    )


def _made(kind, code, **said):
    return replace(fresh(kind, id=f"gt-{code}-aaaa1"), **said)


def _back(text):
    return _made(MergeRequest, "mr", status="rejected", reason=text, findings=text)


def primed(text, source=Source.STARTUP):
    return sheet.text(everything(text), source, MARK)


def mailed(text):
    message = _made(Message, "ms", title=text, description=text, created_by=text)
    nudge = Nudge(id="n1", to="mayor", sender=text, text=text, at=0.0)
    items = [showing.of_message(message), showing.of_nudge(nudge)]
    return showing.shown("mayor", items, 0, lambda: MARK).text


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("source", Source)
def test_prime_keeps_it_behind_its_fences(name, source):
    if ALL[name].strip():
        assert leaks(primed(ALL[name], source), primed("Hello.", source)) == []


@pytest.mark.parametrize("name", ALL)
def test_mail_and_nudges_keep_it_behind_their_fences(name):
    assert leaks(mailed(ALL[name]), mailed("Hello.")) == []


@given(TEXTS)
def test_no_text_at_all_gets_out_of_prime(text):
    if text.strip():
        assert leaks(primed(text), primed("Hello.")) == []


@given(TEXTS)
def test_no_text_at_all_gets_out_of_mail(text):
    assert leaks(mailed(text), mailed("Hello.")) == []


def test_there_are_enough_of_them():
    assert len(ALL) > 100


def test_what_a_predecessor_left_is_behind_a_fence(town):
    shop = town.rig()
    seat = seat_of(town.town, OBSIDIAN)

    def left(text):
        note = Note(at="2026-11-22T14:30:00Z", subject=text, text=text, reason=text)
        session_records.note_handoff(town.town, shop, OBSIDIAN, "", note)
        return handed.text(town.town, seat)

    usual = left("Hello. And more.")
    for text in ALL.values():
        if text.strip():
            assert leaks(left(text), usual) == []


def test_what_a_predecessor_said_is_behind_a_fence_for_an_agent(town):
    def read(name, text):
        shop = town.rig(name)
        (town.folder / "said").write_bytes(text.encode(errors="surrogateescape"))
        work = town.bead(shop, "Talk", f"cat '{town.folder}/said'")
        town.sling(work)
        town.settle()
        record = session_records.records(town.town, shop)[-1]
        env = {"GT_AGENT": f"{name}/polecats/nux"}
        done = gt("seance", "--read", record.id, cwd=town.town.root, env=env)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout.replace(record.id, "ID").replace(name, "RIG")

    every = "\n".join(each[:900] for each in ALL.values() if "\udc80" not in each)
    usual = read("nice", "Hello.\n")
    assert leaks(read("evil", every), usual) == []


def test_a_whole_town_shows_what_was_written_into_it(town):
    """Beads, memories, mail, branches and files of these names, as far as they can be."""
    usual = _told(town, "nice", {kind: ["Hello."] for kind in KINDS})
    shown = _told(town, "evil", {kind: [each for _, each in texts(kind)] for kind in KINDS})
    assert leaks(shown.replace("evil", "nice"), usual) == []
    assert shown.count("\n|") > usual.count("\n|")


def _told(town, name, said):
    shop, agent = town.rig(name), f"{name}/polecats/obsidian"
    long = fit_text("\n".join(each[:900] for each in said["mail"]))
    work = town.bead(shop, fit_line(said["titles"][0]), description=long)
    memories.remember(town.town, shop, Wanted(long[:LONGEST]), Actor.agent(agent))
    town.sling(work, to=f"{name}/obsidian")
    town.turn()
    sandbox = town.sandbox(shop, "obsidian")
    for each in said["branches"]:
        branch = f"polecat/{each}/{work.id}"
        subprocess.run(["git", "branch", branch], cwd=sandbox.path, check=False)
    for each in said["files"]:
        place = sandbox.path / each.strip("/-")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x\n")
    sandbox.git("add", "-A")
    sandbox.git("commit", "-qm", "Whatever")
    for each in range(3):
        letter = Sent(subject=(said["titles"] * 3)[each], body=long[:5000])
        sending.send(town.town, letter, [agent], sender=TESS.address, who=TESS)
    text = prime.text(town.town, agent)
    text += delivery.waiting(town.town, agent, "s-1").text
    return re.sub(r"\b[a-z]{2}-(?:ms-)?[a-z0-9]{5}\b", "ID", text)
