"""Whether there is mail is asked at every boundary of a turn, and answered at once."""

import json
import subprocess
import sys

import pytest

from gitgt.model.documents import MessageType
from gitgt.services.agents import crew
from gitgt.services.mail import delivery, nudging, sending
from gitgt.services.mail import quick as glance
from gitgt.services.mail.nudging import Word
from gitgt.services.mail.sending import Letter
from gitgt.services.radar import radar_nudges
from tests.support.commandline import gt
from tests.support.town import TESS
from tests.support.world import ROOT

ANN = "shop/crew/ann"
HEAVY = {"pygit2", "jsonschema", "ruamel", "sh", "watchdog", "filelock", "psutil", "click"}
SEEN = """
import sys
sys.path[0] = {root!r}
sys.argv = ["git-gt", *{words!r}]
from gitgt.__main__ import main
code = main()
print(code, sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
"""


@pytest.fixture
def shop(town, monkeypatch):
    made = town.rig()
    crew.add(town.town, made, "ann", TESS)
    monkeypatch.setenv("GT_AGENT", ANN)
    gt("mail", "check", cwd=made.path)  # reads all of it once
    return made


def asked(cwd, *words):
    script = SEEN.format(root=str(ROOT), words=words, heavy=HEAVY)
    argv = [sys.executable, "-c", script]
    return subprocess.run(argv, capture_output=True, text=True, cwd=cwd, check=True)


def send(town, **letter):
    wanted = Letter(subject="Look", **letter)
    sending.send(town.town, wanted, [ANN], sender="overseer", who=TESS)


def test_without_mail_nothing_heavy_is_imported(town, shop):
    for words, code in (((), 1), (("--inject",), 0), (("--json",), 0)):
        assert asked(shop.path, "mail", "check", *words).stderr == f"{code} []\n"
    assert gt("mail", "check", cwd=shop.path) == (1, "no new mail\n", "")


def test_the_quick_way_says_what_the_slow_one_says(town, shop):
    send(town)
    send(town, priority=0)
    slowly = gt("mail", "check", "--identity", ANN, cwd=shop.path)
    assert slowly == (0, "2 new, 1 urgent: git gt mail inbox --unread\n", "")
    assert gt("mail", "check", cwd=shop.path) == slowly
    swift = asked(shop.path, "mail", "check", "--json")
    assert (json.loads(swift.stdout), swift.stderr) == (
        {"address": ANN, "unread": 2, "urgent": 1},
        "0 []\n",
    )


def test_what_is_injected_is_injected_once(town, shop):
    send(town, message_type=MessageType.TASK)
    first = gt("mail", "check", "--inject", cwd=shop.path, env={"GT_SESSION": "s1"})
    assert (first.code, first.stderr) == (0, "")
    assert first.stdout.startswith(f"[gt] 1 thing for {ANN}\n")
    assert gt("mail", "check", "--inject", cwd=shop.path, env={"GT_SESSION": "s1"}) == (
        0,
        "",
        "",
    )
    again = gt("mail", "check", "--inject", cwd=shop.path, env={"GT_SESSION": "s2"})
    assert again.stdout.startswith(f"[gt] 1 thing for {ANN}\n")


def test_a_glance_is_sure_or_says_nothing(town, shop):
    def quiet(session="s1"):
        return glance.nothing_waits(str(shop.path), ANN, session)

    def take(session="s1"):
        found = delivery.waiting(town.town, ANN, session)
        delivered = delivery.delivered
        delivered(town.town, ANN, session, found.ids)
        return bool(found.text)

    assert quiet()
    send(town, message_type=MessageType.TASK)
    assert not quiet()
    assert take()
    assert (quiet(), quiet("s2")) == (True, False)
    nudging.nudge(town.town, [ANN], Word(text="hello"), "overseer", TESS)
    assert not quiet()
    assert take()
    assert quiet()
    (shop.repository_path / "gt" / "radar").mkdir(exist_ok=True)
    warning = radar_nudges.radar_nudges.Nudge(ANN, "crew/ann", "main", "", "collides", ("a",))
    radar_nudges._change(shop, lambda _: {warning.key: warning})
    assert not quiet()
    assert take()
    assert quiet()
    assert not glance.nothing_waits("/", ANN, "s1")
