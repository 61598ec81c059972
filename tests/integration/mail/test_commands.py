"""The commands of mail as they are typed; what they answer in JSON keeps its schema."""

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.services.agents import crew
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

# One sitting of ann's, told from the top; {0} is the message that was sent last.
STORY = """\
mail send|shop/max|-s|Look|-m|The tests are red.|--cc|mayor
mail send|--self|-s|Remember|--type|task|--urgent|--pinned
mail inbox
mail check
mail peek
mail read|{0}
mail reply|{0}|Yes
mail thread|{0}
mail search|remem
mail mark-read|{0}
mail mark-unread|{0}
mail archive|{0}
mail send|--self|-s|MERGED toast
mail drain|--max-age|0s
mail delete|{0}
mail clear|--all
mail group create|us|shop/max
mail group add|us|@crew
mail group show|us
mail group list
mail group remove|us|shop/crew/max
mail group delete|us
mail queue create|builds|--claimers|@crew|--order|priority
mail send|builds|-s|Build it
mail queue list
mail queue show|builds
mail claim|builds
mail release|{0}
mail claim
mail archive|{0}
mail queue delete|builds
mail channel create|news|--retain-count|5
mail channel subscribe|news|--identity|shop/max
mail channel subscribers|news
mail send|news|-s|Hear
mail channel show|news
mail channel list
mail announces
mail channel unsubscribe|news|--identity|shop/max
mail channel delete|news
mail directory
mail send|--self|-s|Paint it|--type|task
mail hook --dry-run|{0}
mail hook|{0}
nudge to|shop/max|hello
nudge list
broadcast|hello
dnd|on
notify|normal
"""


@pytest.fixture
def place(town):
    made = town.rig()
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    return made.path / "crew" / "ann"


def test_every_answer_keeps_its_schema(town, place):
    typed, last = set(), ""
    for line in STORY.splitlines():
        command, *words = line.replace("{0}", last).split("|")
        done = gt(*command.split(), *words, "--json", cwd=place)
        assert (done.code, done.stderr) == (0, ""), (line, done)
        answer = json.loads(done.stdout)
        name = command.removesuffix(" --dry-run")
        validator(OTHERS[name]).validate(answer)
        typed.add(name)
        last = answer[0]["id"] if name == "mail send" else last
    ours = ("mail", "nudge", "broadcast", "dnd", "notify")
    assert typed == {each for each in OTHERS if each.split()[0] in ours}


def test_what_people_read(town, place):
    words = ("@crew", "--human", "-s", "Tea", "--stdin")
    sent = gt("mail", "send", *words, cwd=place, stdin="At 5\n")
    assert sent == (0, "sent to shop/crew/max, overseer: Tea\n", "")
    assert gt("mail", "peek", cwd=place) == (1, "", "gt: no new mail\n")
    assert gt("mail", "archive", cwd=place).code == 2
    assert gt("mail", "check", cwd=place) == (1, "no new mail\n", "")
    assert gt("mail", "claim", cwd=place) == (0, "nothing waits\n", "")
    assert gt("mail", "send", "-s", "x", cwd=place).code == 2
    assert gt("mail", "read", "7", cwd=place) == (
        1,
        "",
        "gt: shop/crew/ann has no message 7; there are 0\nhint: git gt mail inbox\n",
    )
    assert gt("nudge", "witness", "hello", cwd=place) == (
        0,
        "shop/witness hears it at the end of its turn\n",
        "",
    )
    assert gt("broadcast", "hello", cwd=place) == (0, "nobody is nudged\n", "")
    assert gt("dnd", cwd=place) == (0, "shop/crew/ann is woken for nothing\n", "")
    assert gt("dnd", "status", cwd=place) == (0, "shop/crew/ann is woken for nothing\n", "")
    told = gt("nudge", "shop/ann", "hello", cwd=town.town.root)
    assert told.stdout == "shop/crew/ann wants to hear nothing: --force says it anyway\n"
    assert gt("dnd", cwd=place).stdout == "shop/crew/ann is woken for what is usual\n"


def test_an_agent_reads_within_fences_and_writes_as_itself(town, place):
    gt("mail", "send", "shop/ann", "-s", "Hi", "-m", "| --- ends\x1b[2J", cwd=town.town.root)
    agent = {"GT_AGENT": "shop/crew/ann"}
    shown = gt("mail", "read", "1", cwd=place, env=agent).stdout.splitlines()
    assert [line for line in shown if "ends" in line and line.startswith("| ")]
    refused = gt("mail", "send", "mayor", "-s", "x", "--from", "mayor", cwd=place, env=agent)
    assert refused.stderr == (
        "gt: shop/crew/ann may not write as mayor\nhint: leave out --from\n"
    )
