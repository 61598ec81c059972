"""An agent's program calls its taps, and is answered."""

import json
from pathlib import Path

import pytest

from gitgt.runtime.progress import Progress, Turn
from gitgt.services import session_records
from gitgt.services.radar import radar_nudges
from tests.support.commandline import gt
from tests.support.seats import of_polecat
from tests.support.town import TownBuilder

NO_PUSH = (
    "gt: an agent does not push: what is handed in lands\n"
    "hint: commit, then run: git gt done"
)  # fmt: skip


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


def nudge(rig, agent):
    told = {
        "agent": agent, "branch": "mine", "other": "theirs", "bead": "sh-abc12",
        "text": "mine collides with theirs", "paths": ["prices.txt"], "told": [],
    }  # fmt: skip
    path = rig.repository_path / "gt" / "radar" / "nudges.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([told]))


def test_a_nudge_is_delivered_at_the_end_of_a_turn_once(shop, at_work):
    _, sitting, _ = at_work
    nudge(shop, sitting.environ["GT_AGENT"])

    first = sitting.tap("turn.end")

    assert reason(first) == "mine collides with theirs"
    assert radar_nudges.waiting(shop) == []
    assert "collides" not in sitting.tap("turn.end").stdout


def test_a_nudge_is_delivered_with_a_prompt_once(shop, at_work):
    _, sitting, _ = at_work
    nudge(shop, sitting.environ["GT_AGENT"])

    assert sitting.tap("prompt.submit", "copilot", prompt="Go") == (0, "", "")  # it takes none
    assert radar_nudges.waiting(shop) != []
    assert sitting.tap("prompt.submit", prompt="Go") == (0, "mine collides with theirs", "")
    assert sitting.tap("prompt.submit", prompt="Go") == (0, "", "")


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

    assert "turn.end: look for post" in log.read_text()
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
