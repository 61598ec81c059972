"""Taps are where each program looks for them, and nobody else's files are touched."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gitgt.runtime import presets
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.commandline import TapFiles
from gitgt.services import settings
from gitgt.services.sessions import runtimes
from gitgt.services.taps import placing
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.crowd import crowd
from tests.support.outputs import validator
from tests.support.seats import of_polecat
from tests.support.tap_runtimes import TAPS, runtime
from tests.support.town import TownBuilder

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node")


@pytest.fixture
def town(tmp_path):
    made = TownBuilder(tmp_path).watched()
    yield made
    made.close()


@pytest.fixture
def shop(town):
    return town.rig()


@pytest.fixture
def sandbox(town, shop):
    path = shop.path / "polecats" / "toast"
    town.repo(shop).git("worktree", "add", "-q", str(path), "-b", "polecat/toast/sh-1", "main")
    return Checkout(path)


def assigned(town, sandbox, dialect):
    return Assignment(
        address="shop/polecats/toast", role="polecat", runtime=runtime(dialect),
        town=town.town.root, worktree=sandbox.path, session="sh-1-1", rig="shop",
    )  # fmt: skip


def installed(town, shop, sandbox, dialect, home=None):
    environ = {"HOME": str(home)} if home else None
    return placing.install(town.town, shop, assigned(town, sandbox, dialect), environ)


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_a_program_without_taps_gets_none(town, shop, sandbox):
    plain = replace(assigned(town, sandbox, "pi"), runtime=runtimes.chosen(town.town, shop))
    assert placing.install(town.town, shop, plain) == TapFiles()


@pytest.mark.parametrize(
    ("dialect", "name"),
    [("claude", "claude.json"), ("opencode", "plugin/gitgt.js"), ("pi", "gitgt.js")],
)
def test_a_file_of_ours_is_named_by_the_command_line(town, shop, sandbox, dialect, name):
    before = tree(sandbox.path)

    found = installed(town, shop, sandbox, dialect)

    base = shop.repository_path / "gt/taps/polecat" / dialect
    assert found == TapFiles(file=base / name, folder=base)
    assert found.file.stat().st_mode & 0o777 == 0o600
    assert tree(sandbox.path) == before
    assert sandbox.git("status", "--porcelain") == ""


def test_codex_gets_words(town, shop, sandbox):
    found = installed(town, shop, sandbox, "codex")
    assert found.file is None
    assert found.words[0] == "-c"
    assert str(shop.repository_path / "gt/command") in found.words[1]


def test_what_is_so_already_is_not_written_again(town, shop, sandbox):
    first = installed(town, shop, sandbox, "claude").file
    seen = first.stat()
    assert installed(town, shop, sandbox, "claude").file.stat() == seen


def test_many_may_start_at_once(town, shop, sandbox):
    found = crowd(8, lambda _: str(installed(town, shop, sandbox, "gemini").file))

    assert {*found} == {str(sandbox.path / ".gemini/settings.json")}
    json.loads(sandbox.read(".gemini/settings.json"))
    assert [path.name for path in (sandbox.path / ".gemini").iterdir()] == ["settings.json"]
    excluded = (shop.repository_path / "info/exclude").read_text().splitlines()
    assert excluded.count("/.gemini/settings.json") == 1


def test_a_file_in_the_sandbox_is_not_seen_by_git(town, shop, sandbox):
    found = installed(town, shop, sandbox, "gemini")

    assert found.file == sandbox.path / ".gemini/settings.json"
    assert list(json.loads(found.file.read_text())["hooks"]) == [
        "SessionStart", "BeforeAgent", "BeforeTool", "AfterAgent", "SessionEnd",
    ]  # fmt: skip
    assert sandbox.git("status", "--porcelain", "--untracked-files=all") == ""
    sandbox.git("add", "-A")
    assert sandbox.git("diff", "--cached", "--name-only") == ""


def test_what_a_person_wrote_there_stays(town, shop, sandbox):
    sandbox.write(".gemini/settings.json", '{"theme": "dark", "hooks": {"Other": [{"x": 1}]}}')

    once = json.loads(installed(town, shop, sandbox, "gemini").file.read_text())
    twice = json.loads(installed(town, shop, sandbox, "gemini").file.read_text())

    assert (once["theme"], once["hooks"]["Other"]) == ("dark", [{"x": 1}])
    assert twice == once


def left_out(town):
    rows = (town.town.root / ".events.jsonl").read_text().splitlines()
    events = [json.loads(row) for row in rows]
    return [each for each in events if "left_out" in json.dumps(each)]


def test_a_tracked_file_is_left_alone_and_told(town, shop, sandbox):
    sandbox.commit(".gemini/settings.json", '{"theme": "dark"}')

    assert installed(town, shop, sandbox, "gemini") == TapFiles()

    assert sandbox.read(".gemini/settings.json") == '{"theme": "dark"}'
    assert sandbox.git("status", "--porcelain") == ""
    assert len(left_out(town)) == 1
    sandbox.git("rm", "-q", "--cached", ".gemini/settings.json")
    assert installed(town, shop, sandbox, "gemini") == TapFiles()  # it is still in the commit


@pytest.mark.parametrize("content", ["{", "[]", "\xff"])
def test_what_cannot_be_read_is_left_alone(town, shop, sandbox, content):
    path = sandbox.write(".gemini/settings.json", content.encode("latin-1"))
    assert installed(town, shop, sandbox, "gemini") == TapFiles()
    assert path.read_bytes() == content.encode("latin-1")


def test_a_link_is_not_written_through(town, shop, sandbox, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (sandbox.path / ".gemini").symlink_to(elsewhere)
    assert installed(town, shop, sandbox, "gemini") == TapFiles()
    assert list(elsewhere.iterdir()) == []


def test_copilot_sees_its_own_folder_with_a_file_of_ours_in_it(town, shop, sandbox, tmp_path):
    home = Checkout(tmp_path / "home")
    home.write(".copilot/config.json", "{}")
    home.write(".copilot/hooks/mine.json", "{}")
    home.write(".copilot/session-state/1/events.jsonl", "")
    before = tree(home.path)

    found = installed(town, shop, sandbox, "copilot", home.path)
    shown = found.folder

    assert found.environment == {"COPILOT_HOME": str(shown)}
    assert found.file == shown / "hooks/gitgt.json"
    assert (shown / "config.json").readlink() == home.path / ".copilot/config.json"
    assert (shown / "hooks/mine.json").read_text() == "{}"
    assert (shown / "session-state/1/events.jsonl").exists()
    assert tree(home.path) == before

    (home.path / ".copilot/config.json").unlink()
    home.write(".copilot/token", "t")
    installed(town, shop, sandbox, "copilot", home.path)
    assert not (shown / "config.json").is_symlink()
    assert (shown / "token").read_text() == "t"


def test_what_copilot_wrote_itself_stays_until_a_persons_is_newer(
    town, shop, sandbox, tmp_path
):
    home = Checkout(tmp_path / "home")
    theirs = home.write(".copilot/config.json", "old")
    shown = installed(town, shop, sandbox, "copilot", home.path).folder / "config.json"
    shown.unlink()
    shown.write_text("fresh")
    os.utime(theirs, ns=(1, 1))

    installed(town, shop, sandbox, "copilot", home.path)
    assert shown.read_text() == "fresh"

    os.utime(theirs, ns=(2**62, 2**62))
    installed(town, shop, sandbox, "copilot", home.path)
    assert shown.read_text() == "old"


def test_what_a_town_wants_is_in_its_settings(town, shop, sandbox):
    wanted = {"roles": {"polecat": {"guards": {"push": "off"}, "events": {"turn.end": "off"}}}}
    (town.town.root / "settings/taps.yaml").write_bytes(settings.emit(wanted))

    told = json.loads(installed(town, shop, sandbox, "claude").file.read_text())["hooks"]

    assert "Stop" not in told
    assert told["PreToolUse"][0]["hooks"][0]["command"].endswith(" --without push")


def started(town, shop, sandbox, name, role="polecat"):
    chosen = runtimes.named(town.town, shop, name)
    assignment = replace(assigned(town, sandbox, "claude"), runtime=chosen, role=role)
    return placing.install(town.town, shop, assignment)


def test_taps_are_listed_compared_and_renewed(town, shop, sandbox):
    where = ("--rig", "shop")
    roles = ["crew", "polecat"]
    paths = [started(town, shop, sandbox, "claude", role).file for role in roles]

    def states():
        found = answered("list")
        return [(each["role"], each["state"]) for each in found]

    def answered(verb):
        found = json.loads(gt("taps", verb, *where, "--json", cwd=town.town.root).stdout)
        validator("taps").validate(found)
        return found

    paths[0].unlink()
    assert states() == [("crew", "missing"), ("polecat", "ours")]
    assert gt("taps", "sync", *where, cwd=town.town.root) == (
        0, f"shop crew claude: {paths[0]}\n", "",
    )  # fmt: skip
    assert states() == [(role, "ours") for role in roles]
    assert gt("taps", "sync", *where, cwd=town.town.root).stdout == (
        "the taps are as they should be\n"
    )
    assert gt("taps", "diff", *where, cwd=town.town.root) == (0, "", "")

    paths[1].write_text(paths[1].read_text().replace("PreCompact", "Nothing"))
    told = gt("taps", "diff", *where, cwd=town.town.root)
    assert told.code == 1
    assert answered("diff")[0]["diff"] == told.stdout
    changed = [row for row in told.stdout.splitlines() if row[:1] in "+-"][2:]
    assert changed == ['-    "Nothing": [', '+    "PreCompact": [']
    rows = gt("hooks", "list", *where, cwd=town.town.root).stdout.splitlines()
    assert rows[-2:] == [
        "shop  crew claude            ours",
        "shop  polecat claude         different",
    ]

    assert gt("hooks", "repair", *where, cwd=town.town.root) == (
        0,
        "shop has our hooks: nothing changed\nshop has the taps of polecat on claude\n",
        "",
    )
    assert states()[1] == ("polecat", "ours")


def test_a_sandbox_is_listed_where_its_program_has_a_file_there(town, shop, sandbox):
    where = ("taps", "list", "--rig", "shop")
    assert gt(*where, cwd=town.town.root) == (0, "", "")
    for name in ("gemini", "codex"):
        started(town, shop, sandbox, name)
    file = sandbox.path / ".gemini/settings.json"

    assert gt(*where, cwd=town.town.root).stdout.splitlines() == [
        "shop  polecat  codex   inline",
        f"shop  polecat  gemini  ours    {file}",
    ]
    sandbox.git("add", "-f", ".gemini")
    assert gt(*where, cwd=town.town.root).stdout.splitlines()[1] == (
        f"shop  polecat  gemini  left out  {file}"
    )


@pytest.mark.parametrize("name", presets.names())
def test_whatever_is_shipped_can_be_started_and_leaves_no_trace(town, shop, sandbox, name):
    found = started(town, shop, sandbox, name)
    known = runtimes.named(town.town, shop, name).taps
    assert (found != TapFiles()) == known.are_there
    assert sandbox.git("status", "--porcelain") == ""


@needs_node
@pytest.mark.parametrize("dialect", ["opencode", "pi"])
def test_node_can_read_a_plugin(town, shop, sandbox, dialect):
    file = installed(town, shop, sandbox, dialect).file
    module = file.with_suffix(".mjs")
    shutil.copy(file, module)
    done = subprocess.run([NODE, "--check", str(module)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


OPENCODE = """
const { Gitgt } = await import(process.argv[2]);
const sent = [];
const client = { session: { prompt: async (it) => sent.push(it) } };
const hooks = await Gitgt({ client, directory: process.cwd() });
const event = (type, properties) => hooks.event({ event: { type, properties } });
const system = async () => {
  const output = { system: [] };
  await hooks["experimental.chat.system.transform"]({}, output);
  return output.system;
};
await event("session.created", { info: { id: "s1" } });
await event("session.created", { info: { id: "child", parentID: "s1" } });
const parts = [{ type: "text", text: "Go" }];
await hooks["chat.message"]({ sessionID: "s1" }, { parts });
const told = await system();
let denied = "";
const args = { command: "git push" };
try {
  await hooks["tool.execute.before"]({ tool: "bash", sessionID: "child" }, { args });
} catch (error) {
  denied = error.message;
}
const shell = { tool: "bash", sessionID: "s1" };
await hooks["tool.execute.before"](shell, { args: { command: "ls" } });
await hooks["tool.execute.after"](shell);
await event("session.idle", { sessionID: "child" });
await event("session.idle", { sessionID: "s1" });
await hooks["experimental.session.compacting"]({ sessionID: "s1" }, {});
await event("session.deleted", { info: { id: "s1" } });
console.log(JSON.stringify({ told, denied, sent, after: await system() }));
"""

PI = """
const { default: extension } = await import(process.argv[2]);
const heard = {};
const sent = [];
const on = (name, act) => (heard[name] = act);
extension({ on, sendUserMessage: (...it) => sent.push(it) });
const ctx = {
  cwd: process.cwd(),
  model: { provider: "p", id: "m" },
  sessionManager: { getSessionId: () => "s1", getSessionFile: () => "/s1.jsonl" },
};
await heard.session_start({ reason: "startup" }, ctx);
const message = await heard.before_agent_start({ prompt: "Go" }, ctx);
const told = message ? [message.message.content] : [];
const call = (command) => heard.tool_call({ toolName: "bash", input: { command } }, ctx);
const denied = (await call("git push")).reason;
const allowed = await call("ls");
await heard.tool_result({ toolName: "bash" }, ctx);
await heard.agent_end({}, ctx);
await heard.session_before_compact({}, ctx);
await heard.session_compact({}, ctx);
await heard.session_shutdown({}, ctx);
console.log(JSON.stringify({ told, denied, allowed: allowed ?? null, sent }));
"""


def driven(town, shop, dialect, script, tmp_path):
    """Let node play the program, with a real gateway behind the plugin."""
    bead = town.bead(shop, "Raise the prices")
    town.sling(bead, to="shop")
    town.turn()
    sitting, where = of_polecat(town, shop, bead)
    file = installed(town, shop, where, dialect).file
    module = Path(shutil.copy(file, tmp_path / "plugin.mjs"))
    played = tmp_path / "played.mjs"
    played.write_text(script)
    done = subprocess.run(
        [NODE, str(played), str(module)], cwd=where.path, capture_output=True, check=True,
        env={**os.environ, **sitting.environ}, timeout=120,
    )  # fmt: skip
    return bead, sitting, json.loads(done.stdout)


NO_PUSH = (
    "gt: an agent does not push: what is handed in lands\n"
    "hint: commit, then run: git gt done"
)  # fmt: skip


@needs_node
def test_what_opencode_says_gets_here_and_back(town, shop, tmp_path):
    bead, sitting, seen = driven(town, shop, "opencode", OPENCODE, tmp_path)

    assert seen["denied"] == NO_PUSH
    (went_on,) = seen["sent"]
    assert went_on["path"] == {"id": "s1"}
    (part,) = went_on["body"]["parts"]
    assert part["text"].startswith(f"{bead.id} is on your hook, and nothing is committed")
    assert (sitting.progress.turn, sitting.progress.conversation) == ("ended", "s1")


@needs_node
def test_what_pi_says_gets_here_and_back(town, shop, tmp_path):
    bead, sitting, seen = driven(town, shop, "pi", PI, tmp_path)

    assert (seen["denied"], seen["allowed"]) == (NO_PUSH, None)
    ((text, how),) = seen["sent"]
    assert text.startswith(f"{bead.id} is on your hook, and nothing is committed")
    assert how == {"deliverAs": "followUp"}
    now = sitting.progress
    assert (now.turn, now.conversation, now.transcript, now.model) == (
        "ended", "s1", "/s1.jsonl", "p/m",
    )  # fmt: skip


def test_every_dialect_has_a_form():
    assert {*TAPS} == {"claude", "codex", "gemini", "copilot", "opencode", "pi", "cursor"}
