"""Many reach for the same work at once: each piece has one winner."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.support.world import ROOT

BEADS, HANDS = 200, 8

# Half of the hands sling, the other half claim for themselves; each begins somewhere else.
HAND = """
import json, sys
from pathlib import Path

sys.path[0] = {root!r}
from gitgt.errors import RefusedError
from gitgt.model.actor import Actor, Standing
from gitgt.model.ids import BeadId
from gitgt.services import beads, sling
from gitgt.services.sling import Slung
from gitgt.services.town import Town

number = int(sys.argv[2])
town = Town(Path(sys.argv[1]))
names = [BeadId(each) for each in json.loads(Path("names").read_text())]
start = number * len(names) // {hands}
who = Actor(f"Hand {{number}}", "hand@example.com", Standing.PERSON)
won = []
for name in names[start:] + names[:start]:
    try:
        if number % 2:
            claim = beads.Update({{}}, claimed_by=who.address)
            fresh = beads.update(town, name, who, claim)[1]
        else:
            done = sling.sling(town, [name], sling.Order(convoy=False), who)[0]
            fresh = isinstance(done, Slung) and done.fresh
    except RefusedError:
        fresh = False
    if fresh:
        won.append(name)
Path(f"won.{{number}}").write_text(json.dumps(won))
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_of_200_beads_has_one_winner_among_8(town, tmp_path):
    shop = town.rig(gate=None)
    names = [town.bead(shop, f"Bead {number}").id for number in range(BEADS)]
    before = town.ledger(shop).commit

    (tmp_path / "names").write_text(json.dumps(names))
    script = HAND.format(root=str(ROOT), hands=HANDS)
    hands = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(town.town.root), str(number)], cwd=tmp_path
        )
        for number in range(HANDS)
    ]
    assert [hand.wait() for hand in hands] == [0] * HANDS
    won = [json.loads((tmp_path / f"won.{number}").read_text()) for number in range(HANDS)]

    assert Counter(name for each in won for name in each) == dict.fromkeys(names, 1)
    taken = [
        line
        for line in town.story(shop, since=before)
        if ": sling " in line or ": begin " in line
    ]
    assert len(taken) == BEADS
    held = [row for row in town.ledger(shop).rows(kind="bead") if row.assignee]
    assert len(held) == BEADS
    polecats = Counter(row.assignee for row in held if "/polecats/" in row.assignee)
    assert set(polecats.values()) <= {1}
    assert town.repo(shop).git("fsck", "--no-dangling") == ""
