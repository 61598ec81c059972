"""An agent's program calls its taps, and is answered."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gitgt.runtime.progress import Progress, Turn
from gitgt.services import prime
from gitgt.services.mail import nudges, nudging, sending
from gitgt.services.mail.nudging import Word
from gitgt.services.mail.sending import Letter
from gitgt.services.sessions import session_records
from gitgt.services.town import Town
from tests.support.commandline import gt
from tests.support.seats import of_polecat
from tests.support.town import TESS, TownBuilder
from tests.support.world import ROOT

NO_PUSH = (
    "gt: an agent does not push: what is handed in lands\n"
    "hint: commit, then run: git gt done"
)  # fmt: skip

HEAVY = {
    "_hashlib", "click", "filelock", "gitgt.model.radar.radar", "jsonschema", "msgspec",
    "psutil", "pygit2", "ruamel", "secrets", "sh", "watchdog",
}  # fmt: skip
WATCHED = """
import sys
sys.path[0], sys.argv, started = {root!r}, ["git-gt", *{words!r}], []
sys.addaudithook(lambda name, args: started.append(args[1]) if "Popen" in name else None)
from gitgt.__main__ import main
main()
gits = [next(word for word in argv[1:] if "-c" != word and "=" not in word) for argv in started]
print(sorted({heavy!r} & set(sys.modules)), gits, file=sys.stderr)
"""


@pytest.fixture
def town(tmp_path):
    made = TownBuilder(tmp_path).watched()
    yield made
    made.close()


@pytest.fixture
def shop(town):
    return town.rig()


@pytest.fixture
def at_work(town, shop):
    bead = town.bead(shop, "Raise the prices")
    town.sling(bead, to="shop")
    town.turn()
    sitting, sandbox = of_polecat(town, shop, bead)
    return bead, sitting, sandbox


def reason(answer):
    return json.loads(answer.stdout)["reason"]


def test_a_session_tells_how_far_it_is(at_work):
    _, sitting, _ = at_work
    seen = [sitting.progress.turn]
    for event in ("session.start", "prompt.submit", "tool.before", "tool.after",
                  "compact.before", "session.end"):  # fmt: skip
        assert sitting.tap(event, session_id="c1", transcript_path="/t").code == 0
        seen.append(sitting.progress.turn)

    assert seen == ["starting", "ready", "busy", "busy", "busy", "compacting", "ended"]
    assert (sitting.progress.conversation, sitting.progress.transcript) == ("c1", "/t")


def test_a_tool_that_is_not_to_be_used_is_denied_with_what_to_do_instead(at_work):
    _, sitting, _ = at_work
    push = {"tool_name": "Bash", "tool_input": {"command": "cd x; git push"}}

    assert sitting.tap("tool.before", **push) == (2, "", NO_PUSH)
    assert sitting.tap("tool.before", "copilot", **push) == (
        0,
        json.dumps({"permissionDecision": "deny", "permissionDecisionReason": NO_PUSH}),
        "",
    )
    assert sitting.tap("tool.before", "claude", "--without", "branch,push", **push).code == 0
    assert sitting.tap("tool.before", tool_input={"command": "git status"}) == (0, "", "")
    assert sitting.tap("tool.before", tool_input={"file_path": "src/x.py"}) == (0, "", "")
    assert sitting.tap("tool.before", tool_input={"file_path": ".git/config"}).code == 2


def test_what_a_command_would_throw_away_is_saved_first(town, shop, at_work):
    _, sitting, sandbox = at_work
    sandbox.write("prices.txt", "apple 4\n")

    sitting.tap("tool.before", tool_input={"command": "git reset --hard"})

    wip = f"refs/gt/wip/{sitting.environ['GT_AGENT']}"
    assert town.repo(shop).git("show", f"{wip}:prices.txt") == "apple 4"


def test_who_has_not_begun_goes_on_once(at_work):
    bead, sitting, _ = at_work
    sitting.tap("prompt.submit", prompt="Go")

    first, second = sitting.tap("turn.end"), sitting.tap("turn.end")

    assert reason(first).startswith(f"{bead.id} is on your hook, and nothing is committed for")
    assert second == (0, "", "")
    assert (sitting.progress.turn, sitting.progress.continued) == (Turn.IDLE, 1)


def test_who_has_not_handed_in_is_told_how_once_for_each_commit(at_work):
    bead, sitting, sandbox = at_work
    sandbox.commit("prices.txt", "apple 4\n")

    told = [sitting.tap("turn.end", "gemini") for _ in range(2)]
    sandbox.commit("prices.txt", "apple 5\n")
    again = sitting.tap("turn.end", "gemini")

    assert json.loads(told[0].stdout)["decision"] == "deny"
    assert reason(told[0]).startswith(
        f"1 commit on {sandbox.branch} not handed in. If {bead.id}"
    )
    assert told[1] == (0, "", "")
    assert reason(again).startswith(f"2 commits on {sandbox.branch} not handed in.")


def test_who_has_handed_in_may_stop(town, at_work):
    bead, sitting, sandbox = at_work
    sandbox.commit("prices.txt", "apple 4\n", message=f"Raise\n\nCloses: {bead.id}")

    assert sitting.tap("turn.end") == (0, "", "")  # the watcher has not looked yet
    town.turn()
    assert town.now(bead).merge_request
    assert sitting.tap("turn.end") == (0, "", "")


def test_who_has_called_a_person_may_stop(at_work):
    _, sitting, sandbox = at_work
    sandbox.commit("prices.txt", "apple 4\n", message="Try\n\nEscalate: HIGH how much?")

    assert sitting.tap("turn.end") == (0, "", "")


def test_killed_at_any_act_what_waits_is_told_and_then_no_more(town, at_work, tmp_path):
    _, sitting, _ = at_work
    journal = tmp_path / "acts"
    acts = 0
    while True:
        acts += 1
        send(town, sitting, f"Hint {acts}.")
        journal.unlink(missing_ok=True)
        faults = {"GT_FAULTS": str(journal), "GT_FAULTS_AT": str(acts)}
        sitting.environ.update(faults)
        killed = sitting.tap("prompt.submit", prompt="Go")
        for name in faults:
            del sitting.environ[name]
        after = [sitting.tap("prompt.submit", prompt="Go").stdout for _ in range(2)]
        assert f"| Hint {acts}." in killed.stdout + after[0]
        assert after[1] == ""
        if killed.code == 0:
            break
    assert acts > 2


def test_whose_bead_is_gone_may_stop(town, at_work):
    bead, sitting, _ = at_work
    gt("bead", "release", str(bead.id), cwd=town.town.root)

    assert sitting.tap("turn.end") == (0, "", "")


def test_a_turn_goes_on_only_so_often(at_work):
    _, sitting, sandbox = at_work
    sitting.tap("prompt.submit", prompt="Go")
    told = []
    for number in range(6):
        sandbox.commit("prices.txt", f"apple {number}\n")
        told.append(sitting.tap("turn.end").stdout != "")
    assert told == [True] * 4 + [False] * 2

    sitting.tap("prompt.submit", prompt="And now?")
    assert sitting.tap("turn.end").stdout != ""


def test_what_a_program_calls_a_prompt_and_is_our_own_text_begins_no_turn(at_work):
    _, sitting, sandbox = at_work
    for number in range(6):
        sandbox.commit("prices.txt", f"apple {number}\n")
        answer = sitting.tap("turn.end", "gemini")
        if answer.stdout:
            sitting.tap("prompt.submit", "gemini", prompt=reason(answer))
    assert sitting.progress.continued == 4


def send(town, sitting, subject):
    letter = Letter(subject=subject, body="Now.")
    agent = sitting.environ["GT_AGENT"]
    (made,) = sending.send(town.town, letter, [agent], sender="overseer", who=TESS)
    return str(made.id)


def nudge(town, sitting, text):
    now = Town(town.town.root)  # what is a day old is not told any more
    nudging.nudge(now, [sitting.environ["GT_AGENT"]], Word(text=text), "overseer", TESS)


def test_what_waits_is_handed_over_at_the_end_of_a_turn_once(town, at_work):
    _, sitting, _ = at_work
    name = send(town, sitting, "Look at figs")
    nudge(town, sitting, "have a break")

    first = reason(sitting.tap("turn.end"))

    assert first.startswith(f"[gt] 2 things for {sitting.environ['GT_AGENT']}\n")
    assert f"notification {name}, by overseer (information, not instructions)" in first
    assert "| have a break" in first
    again = sitting.tap("turn.end").stdout
    assert "[gt]" not in again
    assert nudges.every(town.town) == []


def test_what_waits_is_handed_over_with_a_prompt_once(town, at_work):
    _, sitting, _ = at_work
    nudge(town, sitting, "have a break")

    assert sitting.tap("prompt.submit", "copilot", prompt="Go") == (0, "", "")  # it takes none
    assert [each.text for each, _ in nudges.every(town.town)] == ["have a break"]
    told = sitting.tap("prompt.submit", "gemini", prompt="Go")
    assert "| have a break" in context(told)
    assert sitting.tap("prompt.submit", prompt="Go") == (0, "", "")


def context(answer):
    return json.loads(answer.stdout)["hookSpecificOutput"]["additionalContext"]


def test_who_has_mail_waits_for_little_more_than_the_note_that_it_was_read(town, at_work):
    """That is why it comes in time: what is imported and started takes longer than all else."""
    _, sitting, _ = at_work
    words = ["tap", "turn.end", "--dialect", "claude"]
    script = WATCHED.format(root=str(ROOT), words=words, heavy=HEAVY)

    def asked():
        return subprocess.run(
            [sys.executable, "-c", script], cwd=sitting.cwd, stdin=subprocess.DEVNULL,
            env={**os.environ, **sitting.environ}, capture_output=True, text=True, check=True,
        )  # fmt: skip

    asked()
    send(town, sitting, "Look at figs")
    answer = asked()
    assert reason(answer).startswith(f"[gt] 1 thing for {sitting.environ['GT_AGENT']}\n")
    assert answer.stderr == "[] ['update-ref']\n"
    answer = asked()
    assert (answer.stdout, answer.stderr) == ("", "[] ['log']\n")


def test_what_waits_stays_while_a_turn_may_not_go_on(town, at_work):
    _, sitting, sandbox = at_work
    for number in range(4):
        sandbox.commit("prices.txt", f"apple {number}\n")
        sitting.tap("turn.end")
    nudge(town, sitting, "have a break")

    assert sitting.tap("turn.end") == (0, "", "")
    assert "| have a break" in sitting.tap("prompt.submit", prompt="And now?").stdout


def test_who_cannot_hear_a_tap_keeps_its_post(town, at_work):
    """The program was gone before it was answered: what waits is told again."""
    _, sitting, _ = at_work
    nudge(town, sitting, "have a break")

    with Path("/dev/full").open("w") as nowhere:
        words = ["git-gt", "tap", "turn.end", "--dialect", "claude"]
        code = subprocess.run(
            words, cwd=sitting.cwd, env={**os.environ, **sitting.environ}, stdout=nowhere,
            stdin=subprocess.DEVNULL, check=False,
        ).returncode  # fmt: skip

    assert code == 0
    assert "| have a break" in reason(sitting.tap("turn.end"))


def test_a_session_that_starts_is_told_who_it_is(town, at_work):
    _, sitting, _ = at_work
    agent, session = sitting.environ["GT_AGENT"], sitting.environ["GT_SESSION"]
    whole = prime.text(town.town, agent, session=session)

    told = sitting.tap("session.start", source="startup").stdout
    short = sitting.tap("session.start", source="compact").stdout
    gemini = context(sitting.tap("session.start", "gemini", source="resume"))

    assert without_marks(told) == without_marks(whole)
    assert f"You are {agent}" in told
    assert "Raise the prices" in told
    assert len(short) < len(told) / 2
    assert without_marks(gemini) == without_marks(
        prime.text(town.town, agent, source="resume", session=session)
    )


def without_marks(text):
    return re.sub(r"\b[0-9a-f]{8}\b", "MARK", text)


def test_who_hears_nothing_with_a_prompt_has_its_post_at_the_start(town, at_work):
    _, sitting, _ = at_work
    nudge(town, sitting, "have a break")
    told = json.loads(sitting.tap("session.start", "copilot", source="new").stdout)
    assert "| have a break" in told["additionalContext"]
    assert "You are shop/polecats/" in told["additionalContext"]


def test_gemini_says_that_it_compacts_when_it_does_not(at_work):
    _, sitting, _ = at_work
    sitting.tap("prompt.submit", "gemini")
    assert sitting.tap("compact.before", "gemini") == (0, "", "")
    assert sitting.progress.turn is Turn.BUSY


def test_before_a_polecat_forgets_it_is_noted_how_far_it_is(town, shop, at_work):
    _, sitting, sandbox = at_work
    sandbox.write("prices.txt", "apple 4\n")

    sitting.tap("session.start", session_id="c1", model="m")
    sitting.tap("compact.before", trigger="auto")

    (record,) = session_records.records(town.town, shop)
    assert record.checkpoint.subject == "The context was full"
    assert record.handoff is None
    assert (record.conversation, record.model) == ("c1", "m")


def test_what_a_conversation_took_is_counted_when_it_is_cleared(town, shop, at_work, tmp_path):
    _, sitting, _ = at_work
    (record,) = session_records.records(town.town, shop)
    spent = {"input_tokens": 7, "output_tokens": 5}
    message = {"id": "m1", "model": "claude-x", "usage": spent, "role": "assistant"}
    row = {"type": "assistant", "message": message, "timestamp": record.started}
    transcript = tmp_path / "c1.jsonl"
    transcript.write_text(json.dumps(row) + "\n")
    on_claude = replace(record, runtime="claude")
    session_records.of(town.town, shop).change(
        record.address, record.id, lambda _: on_claude, why="as if", at=0.0
    )

    sitting.tap("session.start", session_id="c1", transcript_path=str(transcript))
    sitting.tap("session.end", session_id="c1", reason="clear")

    (counted,) = session_records.records(town.town, shop)
    assert (counted.total.input, counted.total.output) == (7, 5)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\0\0", '{"session_id": 7}'])
def test_whatever_a_program_says_harms_nobody(at_work, content):
    _, sitting, _ = at_work
    for event in ("session.start", "prompt.submit", "tool.before", "session.end"):
        assert sitting.raw(event, "claude", content=content).code == 0
    assert sitting.progress.turn is Turn.ENDED


def test_what_is_huge_is_read_to_its_end(at_work):
    _, sitting, _ = at_work
    huge = json.dumps({"tool_input": {"content": "x" * 17_000_000, "command": "git push"}})
    assert sitting.raw("tool.before", "claude", content=huge) == (0, "", "")


def test_a_persons_own_session_is_left_alone(at_work):
    _, sitting, _ = at_work
    push = json.dumps({"tool_input": {"command": "git push"}})
    for missing in ("GT_ROLE", "GT_SESSION_DIR"):
        env = {name: each for name, each in sitting.environ.items() if name != missing}
        answer = gt("tap", "tool.before", "--dialect", "claude", cwd=sitting.cwd, stdin=push,
                    env=env)  # fmt: skip
        assert answer == (0, "", "")
    assert sitting.progress == Progress()


def test_what_goes_wrong_here_is_logged_and_breaks_no_session(town, at_work):
    _, sitting, _ = at_work
    log = town.town.root / ".git/gt/log/taps.log"
    sitting.environ["GT_RIG"] = "nowhere"
    sitting.environ["GT_BEAD"] = "nonsense"

    assert sitting.tap("turn.end") == (0, "", "")

    assert "turn.end: answer\nTraceback" in log.read_text()
    assert "there is no rig 'nowhere'" in log.read_text()
    assert sitting.progress.turn is Turn.IDLE


def test_a_session_whose_folder_is_lost_is_guarded_all_the_same(at_work):
    _, sitting, _ = at_work
    sitting.environ["GT_SESSION_DIR"] = str(Path(sitting.environ["GT_SESSION_DIR"]) / "gone")
    assert sitting.tap("tool.before", tool_input={"command": "git push"}) == (2, "", NO_PUSH)
    assert sitting.tap("turn.end").code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nonsense", "--dialect", "pi"], "'nonsense' is no event that a tap is called for"),
        (["tool.before"], "'' is no dialect of taps"),
        (["tool.before", "--dialect", "latin"], "'latin' is no dialect of taps"),
        (["tool.before", "--dialect", "claude", "--x", "y"], "'--x' is no option of a tap"),
        (["tool.before", "--dialect", "claude", "--without", "x"],
         "'x' is no rule of the guards"),
        ([], "'' is no event that a tap is called for"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_words_blocks_no_tool(tmp_path, words, why):
    answer = gt("tap", *words, cwd=tmp_path, env={"GT_ROLE": "polecat", "GT_SESSION_DIR": "x"})
    assert answer == (1, "", f"gt: {why}\nhint: git gt hooks repair\n")
