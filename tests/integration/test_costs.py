"""Money: what sessions take is counted, priced, held below caps, and noted on what lands."""

import json
import re
import shlex

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import RefusedError
from gitgt.ledger.work_notes import REF, WorkNotes, join
from gitgt.model.session_record import Usage
from gitgt.model.work_note import WorkNote
from gitgt.services import sharing
from gitgt.services.agents import attended, post
from gitgt.services.costs import counting, report
from gitgt.services.sessions import runtimes, session_records
from tests.support.checkout import Checkout
from tests.support.clones import Place, hub
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

DAY = 24 * 60 * 60
# An answer of a model, as Claude Code writes it down; twice, as for two parts of it.
_SAYS = r"""
says() {
  line='{"type":"assistant","timestamp":"2026-11-22T23:00:00Z","message":{"id":"'$1'",'
  line=$line'"model":"'$2'","usage":{"input_tokens":'$3',"output_tokens":'$4','
  line=$line'"cache_read_input_tokens":0,"cache_creation_input_tokens":0}}}'
  echo "$line" >>"$GT_SESSION_DIR/told.jsonl"; echo "$line" >>"$GT_SESSION_DIR/told.jsonl"
}
"""


@pytest.fixture
def shop(town):
    made = town.rig(gate=None)
    gt("gate", "waive", "shop", "--reason", "none", cwd=town.town.root)
    return made


@pytest.fixture
def talkative(town):
    """Agents run on a program that writes down what was said."""
    agent = town.folder / "agent.sh"
    agent.write_text(agent.read_text().replace("\nsay() {", f"{_SAYS}say() {{", 1))
    fields = {
        "command": ["sh", str(agent)],
        "prompt": "none",
        "transcript": {"glob": "{session_dir}/told.jsonl", "parser": "claude"},
    }
    runtimes.put(town.town, "script", fields, TESS)
    return town


def set_budget(town, text):
    """Set the town's caps, and commit that."""
    office = Checkout(town.town.root)
    office.commit("settings/config.yaml", f"budget:\n{text}", message="Mind the money")


def worker(town, shop, title, *answers, ends="closes 'Do it'"):
    """Make a bead whose agent hears these answers, and hands in a file."""
    name = re.sub(r"\W", "", title)
    return town.bead(
        shop, title, *(f"says {each}" for each in answers), f"echo it >{name}.txt", ends
    )


class TestCounting:
    def test_what_a_session_took_is_in_its_record(self, talkative, shop):
        town = talkative
        bead = worker(town, shop, "Greet", "m1 claude-opus-4-5 1000 200", "m2 small 5 1")
        town.sling(bead)
        town.settle()

        [record] = session_records.records(town.town, shop)
        assert record.usage == {
            "claude-opus-4-5": Usage(input=1000, output=200, cache_read=0, cache_write=0),
            "small": Usage(input=5, output=1, cache_read=0, cache_write=0),
        }
        assert record.transcript.endswith("/told.jsonl")
        assert counting.count(town.town, shop) == []

    def test_what_wrote_nothing_down_took_what_nobody_knows(self, town, shop):
        bead = town.bead(shop, "Greet", "echo it >it.txt", "closes 'Do it'")
        town.sling(bead)
        town.settle()

        [item] = report.items(town.town)
        assert (item.usage, item.dollars) == (Usage(), None)
        assert gt("costs", cwd=town.town.root).stdout == (
            "shop/polecats/obsidian  1  ?  ?  ?  ?  unknown\n"
            "all                     1  ?  ?  ?  ?  unknown\n"
        )

    def test_it_is_shown_by_whatever_is_asked_for(self, talkative, shop):
        town = talkative
        one = worker(town, shop, "One", "m1 claude-opus-4-5 1000000 100000")
        two = worker(town, shop, "Two", "m2 claude-opus-4-5 2000000 0", "m3 small 7 0")
        town.sling(one, convoy=True)
        town.sling(two, convoy=True)
        town.settle()
        [cv1, cv2] = sorted(str(each.id) for each in town.convoys())

        def told(*words):
            return gt("costs", *words, cwd=town.town.root).stdout.splitlines()

        assert told("--by", "bead") == [
            f"{first}  1  {tokens}  0  0  {cost}".replace("|", " ")
            for first, tokens, cost in sorted(
                [
                    (one.id, "1,000,000  100,000", "$7.50"),
                    (two.id, "2,000,007  0      ", "$10.00+"),
                ]
            )
        ] + ["all       2  3,000,007  100,000  0  0  $17.50+"]
        assert told("--by", "day")[0].split() == (
            ["2026-11-22", "2", "3,000,007", "100,000", "0", "0", "$17.50+"]
        )
        assert {line.split()[0] for line in told("--by", "convoy")} == {cv1, cv2, "all"}
        assert [line.split()[0] for line in told("--by", "model")] == (
            ["claude-opus-4-5", "small", "all"]
        )
        assert [line.split()[0] for line in told("--by", "runtime")] == ["script", "all"]
        assert [line.split()[0] for line in told("--by-role")] == ["polecat", "all"]
        assert told("--since", "2026-11-23") == []
        assert told("--bead", one.id, "--by", "rig")[-1].split()[-1] == "$7.50"

    def test_a_town_knows_better_prices(self, talkative, shop):
        town = talkative
        Checkout(town.town.root).commit(
            "settings/prices.yaml",
            "lists:\n  - source: a contract\n    since: '2026-01-01'\n    models:\n"
            "      small: {input: 2.0, output: 4.0}\n",
            message="Know the price",
        )
        town.sling(worker(town, shop, "One", "m1 small 1000000 500000"))
        town.settle()

        assert report.report(town.town, report.items(town.town), "rig").whole.dollars == 4.0

    def test_the_answer_keeps_its_schema(self, talkative, shop):
        town = talkative
        town.sling(worker(town, shop, "One", "m1 small 1000000 500000"))
        town.settle()
        done = gt("costs", "--json", cwd=town.town.root)

        validator(OTHERS["costs"]).validate(json.loads(done.stdout))
        assert json.loads(done.stdout)["whole"]["dollars"] == 0.0
        assert json.loads(done.stdout)["whole"]["whole"] is False


class TestCaps:
    def test_a_bead_that_took_too_much_is_not_begun_again(self, talkative, shop):
        town = talkative
        set_budget(town, "  bead: {usd: 5}\n")
        bead = worker(town, shop, "One", "m$GT_SESSION claude-opus-4-5 600000 0", ends="true")
        town.sling(bead)
        town.settle()

        assert len(town.sessions()) == 2
        after = town.now(bead)
        said = f"the budget of {bead.id} is reached: $6.00 of $5.00 are spent"
        assert (after.status, after.reason) == ("open", said)
        assert town.escalations(shop) == [("high", f"{bead.id}: {said}")]
        assert town.repo(shop).git("for-each-ref", "--format=%(refname)", "refs/gt/wip")

    def test_a_convoy_is_capped_as_a_whole(self, talkative, shop):
        town = talkative
        set_budget(town, "  convoy: {tokens: 1000}\n")
        one = worker(town, shop, "One", "m1 small 900 200", ends="true")
        two = worker(town, shop, "Two", "m2 small 900 200", ends="true")
        town.sling(one, two, convoy=True)
        town.settle()

        [convoy] = town.convoys()
        assert [row[0] for row in sorted(town.sessions())] == sorted([one.id, two.id])
        for bead in (one, two):
            after = town.now(bead)
            said = (
                rf"the budget of {convoy.id} is reached: [12],[12]00 of 1,000 tokens are used"
            )
            assert after.status == "open"
            assert re.fullmatch(said, after.reason)

    def test_a_day_that_took_too_much_lets_work_hang_until_tomorrow(self, talkative, shop):
        town = talkative
        set_budget(town, "  day: {usd: 1}\n")
        one = worker(town, shop, "One", "m1 claude-opus-4-5 200000 0")
        two = worker(town, shop, "Two", "m2 small 1 1")
        town.sling(one)
        town.settle()
        town.sling(two)
        town.turn()

        assert town.now(one).status == "closed"
        assert town.now(two).status == "hooked"
        assert [row[0] for row in town.sessions()] == [one.id]
        assert town.escalations() == [("high", "the budget of the day 2026-11-22 is reached")]

        town.clock.advance(DAY)
        town.settle()
        assert town.now(two).status == "closed"

    def test_nobody_is_seated_on_such_a_day_either(self, talkative, shop):
        town = talkative
        set_budget(town, "  day: {usd: 1}\n")
        town.sling(worker(town, shop, "One", "m1 claude-opus-4-5 200000 0"))
        town.settle()

        with pytest.raises(RefusedError) as told:
            attended.start(town.town, post.mayor(town.town), TESS)

        assert told.value.message == (
            "the budget of the day 2026-11-22 is reached: $1.00 of $1.00 are spent"
        )
        assert told.value.hint == (
            "change budget in settings/config.yaml; what was taken: git gt costs"
        )

    def test_who_goes_on_past_a_cap_is_stopped_and_nothing_is_lost(self, talkative, shop):
        town = talkative
        set_budget(town, "  bead: {tokens: 100}\n  then: stop\n")
        done = town.folder / "said"
        bead = worker(
            town,
            shop,
            "One",
            "m1 small 90 20",
            ends=f"touch {shlex.quote(str(done))}; sleep 600",
        )
        town.sling(bead)
        _turn_until(town, done.exists)
        _turn_until(town, lambda: town.now(bead).status == "open")

        assert town.now(bead).reason.endswith("110 of 100 tokens are used")
        saved = town.repo(shop).git("for-each-ref", "--format=%(refname)", "refs/gt/wip")
        assert town.repo(shop).git("show", f"{saved.splitlines()[0]}:One.txt") == "it"

    def test_who_goes_on_past_a_cap_is_told_once(self, talkative, shop):
        town = talkative
        set_budget(town, "  bead: {tokens: 100}\n")
        done = town.folder / "said"
        bead = worker(
            town,
            shop,
            "One",
            "m1 small 90 20",
            ends=f"touch {shlex.quote(str(done))}; sleep 600",
        )
        town.sling(bead)
        _turn_until(town, done.exists)
        town.turn()
        town.turn()

        nudges = [
            *shop.repository_path.rglob("nudge-*.json"),
            *town.town.gt.rglob("nudge-*.json"),
        ]
        assert len(nudges) == 1
        assert "110 of 100 tokens are used" in nudges[0].read_text()
        assert town.escalations(shop) == [("high", f"the budget of {bead.id} is reached")]
        assert town.now(bead).status in ("hooked", "in_progress")


def _turn_until(town, is_so):
    """Let the roles look, until something is so; a shell's process has its own pace."""
    from tests.support.waiting import until

    def so():
        town.turn()
        return is_so()

    until(so)


class TestNotes:
    def test_what_landed_says_what_it_took(self, talkative, shop):
        town = talkative
        bead = worker(town, shop, "Greet", "m1 claude-opus-4-5 1000 200")
        town.sling(bead)
        town.settle()

        landed = town.repo(shop).git("rev-parse", "main")
        usage = Usage(input=1000, output=200, cache_read=0, cache_write=0)
        note = WorkNotes(town.town.ledger_at(shop).repository).get(landed)
        assert note == WorkNote(
            bead=bead.id,
            agent="shop/polecats/obsidian",
            runtime="script",
            sessions=1,
            seconds=note.seconds,
            usage={"claude-opus-4-5": usage},
        )
        shown = town.repo(shop).git("notes", "--ref=gt/work", "show", "main")
        assert shown.splitlines() == [
            f"Bead: {bead.id}",
            "Agent: shop/polecats/obsidian",
            "Runtime: script",
            "Sessions: 1",
            f"Seconds: {note.seconds}",
            "Model: claude-opus-4-5",
            "Tokens: claude-opus-4-5: input 1000, output 200, cache-read 0, cache-write 0",
        ]

    def test_a_note_that_was_lost_is_written_again(self, talkative, shop):
        town = talkative
        town.sling(worker(town, shop, "Greet", "m1 claude-opus-4-5 1000 200"))
        town.settle()
        repo = town.repo(shop)
        before = repo.git("notes", "--ref=gt/work", "show", "main")
        repo.git("update-ref", "-d", "refs/notes/gt/work")

        town.restart()
        town.turn()

        assert repo.git("notes", "--ref=gt/work", "show", "main") == before

    def test_clones_know_each_others_notes(self, tmp_path):
        url = str(hub(tmp_path).path)
        here = Place(tmp_path / "here", url)
        here.sync()
        there = Place(tmp_path / "there", url)
        for side, tokens in ((here, 5), (there, 9)):
            kept = WorkNotes(side.town.ledger_at(side.rig).repository)
            own = WorkNote(bead="sh-aaaa1", agent=str(tokens))
            both = WorkNote(bead="sh-aaaa2", usage={"m": Usage(input=tokens)})
            assert kept.write({f"{tokens}" * 40: own, "a" * 40: both}, at=0.0)
        mine, theirs = (each.repo.git("rev-parse", REF) for each in (here, there))
        for side in (here, there, here):
            assert sharing.exchange(side.town, side.rig, "origin")

        found = [dict(WorkNotes(each.town.ledger_at(each.rig).repository).all())
                 for each in (here, there)]  # fmt: skip
        assert found[0] == found[1]
        assert found[0].keys() == {"5" * 40, "9" * 40, "a" * 40}
        assert found[0]["a" * 40].usage == {"m": Usage(input=9)}
        repository = here.town.ledger_at(here.rig).repository
        assert join(repository, mine, theirs) == join(repository, theirs, mine)
        here.builder.close()
        there.builder.close()

    def test_each_line_says_who_for_what_and_at_what_cost(self, talkative, shop):
        town = talkative
        bead = worker(
            town, shop, "Plums", "m1 claude-opus-4-5 1000000 0",
            ends="sed -i 's/plum 5/plum 6/' prices.txt; closes 'Plums are dear'",
        )  # fmt: skip
        town.sling(bead)
        town.settle()
        work = town.folder / "mine"
        town.repo(shop).git("worktree", "add", "-q", "--detach", str(work), "main")

        done = gt("blame", "prices.txt", cwd=work)
        rows = [re.split(r"  +", line) for line in done.stdout.splitlines()]

        assert [row[1:] for row in rows] == [
            ["Tess Ter", "-", "-", "1", "apple 3"],
            ["Tess Ter", "-", "-", "2", "pear 4"],
            ["shop/polecats/obsidian", bead.id, "$5.00", "3", "plum 6"],
        ]
        answer = gt("blame", "prices.txt", "--json", cwd=work).stdout
        validator(OTHERS["blame"]).validate(json.loads(answer))

    def test_what_is_no_file_of_a_rig_is_told(self, town):
        done = gt("blame", "nope.txt", cwd=town.town.root)

        assert (done.code, done.stderr) == (
            1,
            "gt: nope.txt is no file of a rig\nhint: name one in a worktree: git gt agents\n",
        )
