"""The questions of every day are answered quickly, and as the slow way answers them."""

import subprocess
import sys

import pytest

from gitgt.services import beads, quick, reading
from tests.support.commandline import gt
from tests.support.town import TESS
from tests.support.world import ROOT

HEAVY = {"pygit2", "jsonschema", "ruamel", "sh", "watchdog", "filelock", "psutil"}
SEEN = """
import sys
sys.path[0] = {root!r}
sys.argv = ["git-gt", *{words!r}]
from gitgt.__main__ import main
code = main()
print(code, sorted({heavy!r} & set(sys.modules)), "click" in sys.modules, file=sys.stderr)
"""


def asked(cwd, *words):
    script = SEEN.format(root=str(ROOT), words=words, heavy=HEAVY)
    argv = [sys.executable, "-c", script]
    return subprocess.run(argv, capture_output=True, text=True, cwd=cwd, check=True)


@pytest.fixture
def shop(town):
    """A rig with a ready bead, a blocked one, a deferred one and an epic."""
    made = town.rig()
    first = town.bead(made, "First", priority=3)
    town.bead(made, "Urgent", priority=0)
    waiting = town.bead(made, "Waiting")
    beads.depend(town.town, waiting.id, first.id, TESS, kind="blocks")
    town.bead(made, "Later", defer_until="2100-01-01T00:00:00Z")
    town.bead(made, "Epic", type="epic")
    gt("ready", cwd=town.town.root)  # reads all of it once
    return made


@pytest.mark.parametrize(
    ("words", "with_click"),
    [
        (["ready"], False),
        (["ready", "--json"], False),
        (["bead", "ready"], False),
        (["ready", "-n", "9"], False),
        (["ready", "-t", "task", "--sort", "hybrid"], False),
        (["ready", "--explain"], True),
        (["bead", "list"], False),
        (["bead", "list", "--limit", "2", "--json"], False),
        (["bead", "list", "--json", "-t", "task"], True),
        (["bead", "show"], False),
    ],
    ids=str,
)
def test_a_question_imports_nothing_heavy(town, shop, words, with_click):
    if words == ["bead", "show"]:
        words = [*words, town.ledger(shop).rows(kind="bead")[0].id]
    assert asked(shop.path, *words).stderr == f"0 [] {with_click}\n"


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["plain", "json"])
@pytest.mark.parametrize("inside", [True, False], ids=["rig", "town"])
def test_the_quick_way_says_what_the_slow_one_says(town, shop, more, inside):
    where = shop.path if inside else town.town.root
    swift = asked(where, "ready", *more)
    assert swift.stderr == "0 [] False\n"
    assert gt("ready", "-n", "99", *more, cwd=where) == (0, swift.stdout, "")
    assert swift.stdout.count("Urgent") == 1
    assert "Waiting" not in swift.stdout


def test_what_is_not_as_usual_is_left_to_the_slow_way(town, shop):
    def swift():
        return quick.ready(str(shop.path))

    def slow():
        return reading.ready(town.town, [shop])

    assert swift() == slow()

    last = town.bead(shop, "Written since")
    assert swift() is None
    assert last.id in [row.id for row in slow()]
    assert swift() == slow()

    town.repo(shop).git("pack-refs", "--all")
    assert swift() == slow()

    own = town.bead(None, "The town's own")
    beads.depend(town.town, last.id, own.id, TESS, kind="blocks")
    assert last.id not in [row.id for row in slow()]
    assert swift() == slow()

    town.rig("other")
    assert quick.ready(str(town.town.root)) is None


def test_an_index_that_is_gone_or_broken_is_made_anew(town, shop):
    index = shop.repository_path / "gt/index.sqlite"
    before = gt("ready", cwd=shop.path)
    for wal in index.parent.glob("index.sqlite*"):
        wal.unlink()
    assert gt("ready", cwd=shop.path) == before
    for wal in index.parent.glob("index.sqlite-*"):
        wal.unlink()
    index.write_bytes(b"nothing of ours" * 999)
    assert gt("ready", cwd=shop.path) == before
    assert asked(shop.path, "ready").stderr == "0 [] False\n"


def test_a_town_is_left(tmp_path):
    assert quick.ready(str(tmp_path)) is None
    told = f"gt: {tmp_path} is in no town\nhint: git gt install ~/gt, or set GT_TOWN_ROOT\n"
    assert gt("ready", cwd=tmp_path) == (1, "", told)


def test_a_list_and_a_page_are_what_the_commands_say(town, shop):
    for words in (["list"], ["list", "-n", "2"], ["list", "-n", "2", "--json"]):
        quickly = asked(shop.path, "bead", *words).stdout
        assert quickly == asked(shop.path, "bead", *words, "--sort", "priority").stdout
    name = town.ledger(shop).rows(kind="bead")[0].id
    for words in ([name], [name[:-1]], [name, "--json"]):
        quickly = asked(shop.path, "bead", "show", *words)
        slowly = asked(shop.path, "-C", str(shop.path), "bead", "show", *words)
        assert (quickly.stdout, slowly.stderr) == (slowly.stdout, "0 [] True\n")


@pytest.mark.parametrize(
    "wish", [{"limit": 1}, {"sort": "oldest"}, {"sort": "hybrid", "type": "task"},
             {"labels": ("none",)}, {"assignee": "mayor"}],
    ids=str,
)  # fmt: skip
def test_a_wish_is_answered_alike(town, shop, wish):
    slowly = reading.ready(town.town, [None, shop], wish)
    assert quick.ready(str(town.town.root), wish, at=town.town.clock()) == slowly
