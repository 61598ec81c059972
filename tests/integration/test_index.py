"""The index is a cache: whatever becomes of it, the answers stay those that git gives."""

import subprocess
import sys

import pytest

from tests.support.world import ROOT

BEHIND = """
import sys
from pathlib import Path
from gitgt.services.town import Town
town, started = Town(Path(sys.argv[1])), []
ledger = town.ledger_at(town.rig("shop"))
sys.addaudithook(lambda name, args: started.append(args[1]) if "Popen" in name else None)
print([row.title for row in ledger.snapshot().rows(kind="bead")], started)
assert "pygit2" not in sys.modules
"""


@pytest.fixture
def shop(town):
    shop = town.rig()
    town.bead(shop, "Sell cherries")
    town.ledger(shop).rows()
    town.ledger(shop).index.close()
    return shop


def spoil_nothing(path):
    """Leave it as it is."""


def spoil_content(path):
    path.write_bytes(b"no database " * 1000)


def spoil_tables(path):
    import sqlite3

    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("create table doc (id text primary key)")
    db.close()


def take_away(path):
    path.unlink()


def block(path):
    """As a disk that is read-only does, also for root."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil",
    [spoil_nothing, spoil_content, spoil_tables, take_away, block],
    ids=lambda f: f.__name__,
)
def test_an_index_that_is_spoiled_changes_no_answer(town, shop, spoil):
    path = town.town.ledger_at(shop).repository.gt / "index.sqlite"
    spoil(path)

    assert [row.title for row in town.ledger(shop).rows(kind="bead")] == ["Sell cherries"]
    town.bead(shop, "Sell plums")
    assert [row.title for row in town.ledger(shop).rows(kind="bead")] == [
        "Sell cherries",
        "Sell plums",
    ]


def test_an_index_that_is_little_behind_costs_no_process(town, shop):
    town.bead(shop, "Sell plums")
    argv = [sys.executable, "-c", BEHIND, str(town.town.root)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "['Sell cherries', 'Sell plums'] []\n", done.stderr
