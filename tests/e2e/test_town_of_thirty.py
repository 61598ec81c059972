"""Thirty agents, a third of which crash, hang or talk garbage: all work is landed or told of.

The hanging ones need the whole time that a session may take, so that is what the test takes.
Under the second launcher there are fewer: what it adds is what the sessions run in. There the
watcher is killed again and again, and the invariants of a simulated town are looked for.
"""

from __future__ import annotations

import os
import random
import shutil
import signal

import pytest

from gitgt.daemon.instance import Instance
from gitgt.model.documents import Escalation, MergeRequest
from gitgt.runtime import identity
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import TOWN_MARK
from gitgt.services import settings
from gitgt.services.sessions import runtimes, session_records
from tests.simulation import real_invariants
from tests.support.commandline import gt
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

# So many seconds a session may take: those that hang take it, all others must not need it.
LONGEST = 45
PATIENCE = 400
# What goes wrong the first time only, and what goes wrong whenever it is tried.
PASSES = ("crash@1 once", "kill@2 once", "hang@2 once", "garbage", "dirty crash@3 once",
          "garbage kill@1 once", "hang@1 once")  # fmt: skip
LASTS = ("crash@1", "kill@1", "garbage crash@2")
WORK = """\
```gitgt-script {faults}
echo "$GT_BEAD" >"$GT_BEAD.txt"
git add -A
git commit -q -m "Do $GT_BEAD"
```"""


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path)
    runtimes.put(builder.town, "script", {"preset": "script"}, TESS)
    yield builder
    gt("down", cwd=builder.town.root)


def rig_with(town, launcher):
    """Add a rig whose agents sit in that launcher."""
    shop = town.rig()
    path = shop.path / "settings/config.yaml"
    own = {"launcher": launcher, "longest": LONGEST, "jail": "none"}
    path.write_bytes(settings.emit({**settings.read(path, "rig"), "sessions": own}))
    root = town.repo()
    root.git("add", str(path))
    root.git("commit", "-qm", "Sessions as the test wants them")
    return shop


def beads_for(town, shop, many):
    """Make so many beads; a third of them will see something go wrong."""
    faults = [*PASSES, *LASTS, *PASSES][: many // 3]
    names = {}
    for number in range(many):
        fault = faults[number // 3] if number % 3 == 0 else ""
        made = town.bead(shop, f"Do {number}", description=WORK.format(faults=fault))
        names[str(made.id)] = fault
    return names


def is_settled(town, shop, names):
    """Tell whether each bead is closed, or lies open and a person was called for it."""
    now = town.ledger(shop)
    called = {each.about for each in now.all(Escalation)}
    return all(
        now.bead(name).status == "closed"
        or (now.bead(name).status == "open" and name in called)
        for name in names
    )


def killing(town, shop, names, many):
    """Wait until all is settled; up to *many* times meanwhile, kill the watcher amid its work.

    It dies as soon as so much more of the ledger was written, whatever it is at then.
    """
    dice = random.Random(many)
    left, due = many, dice.randint(1, 4)
    ledger = town.town.ledger_at(shop)

    def look():
        nonlocal left, due
        written = int(town.repo(shop).git("rev-list", "--count", ledger.ref))
        watching = Instance(town.town.gt).who()
        if left and watching is not None and written >= due:
            os.kill(watching.pid, signal.SIGKILL)
            real_invariants.check(town.town, shop)
            left, due = left - 1, written + dice.randint(1, 3)
            assert gt("up", cwd=town.town.root).code == 0
        return is_settled(town, shop, names)

    until(look, patience=PATIENCE)
    assert left < many or not many  # how often there was time for it depends on the machine


@pytest.mark.parametrize(("launcher", "many", "kills"), [("tmux", 30, 0), ("process", 15, 5)])
def test_all_work_lands_or_is_told_of_and_nobody_is_left(town, launcher, many, kills):
    if launcher == "tmux" and shutil.which("tmux") is None:
        pytest.skip("there is no tmux")
    shop = rig_with(town, launcher)
    names = beads_for(town, shop, many)
    root = town.town.root
    assert gt("up", cwd=root).code == 0
    assert gt("sling", *names, "shop", cwd=root, patience=120).code == 0
    killing(town, shop, names, kills)

    now = town.ledger(shop)
    lost = {name for name, fault in names.items() if fault in LASTS}
    assert {name for name in names if now.bead(name).status != "closed"} == lost
    landed = [str(each.source) for each in now.all(MergeRequest) if each.status == "landed"]
    assert sorted(landed) == sorted({*names} - lost)
    files = town.repo(shop).git("ls-tree", "--name-only", "main").splitlines()
    done = {each.removesuffix(".txt") for each in files if each.startswith("sh-")}
    assert done == {*names} - lost
    for name in sorted(done):
        assert town.file(shop, f"{name}.txt") == f"{name}\n"
        log = town.repo(shop).git("log", "--format=%s", "main", "--", f"{name}.txt")
        assert log.splitlines() == [f"Do {name}"], name

    assert gt("down", cwd=root, patience=120).code == 0
    assert identity.marked(TOWN_MARK, town_mark(root)) == []
    real_invariants.check_all(town.town, shop)
    sat = session_records.records(town.town, shop)
    assert {each.bead for each in sat} == {*names}
    assert all(each.conversation for each in sat)
    for name, fault in names.items():
        starts = sum(each.bead == name for each in sat)
        assert starts == (3 if fault in LASTS else 1 + ("once" in fault)), (name, fault)
