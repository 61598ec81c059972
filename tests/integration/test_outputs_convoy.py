"""What is answered in JSON of convoys and mountains keeps the schemas that are published."""

import json

from gitgt.cli.bead.outputs import OTHERS
from gitgt.cli.main import run
from tests.support.outputs import validator

OURS = ("convoy", "mountain", "synthesis")
# {epic}, {one}, {two}, {three}: beads; {0}, {1}, ...: the convoys in the order of their making.
STORY = """\
convoy create|By hand|{three}|--owned|--notify|--merge|local
convoy add|{0}|{two}
convoy watch|{0}|--nudge|--addr|mayor
convoy unwatch|{0}|--addr|mayor
convoy stranded
convoy stage|{three}|--title|Three
convoy launch|{1}|--force
convoy stage|{epic}|--no-validate
convoy close|{2}|--force
mountain start|{epic}|--force
mountain pause|{3}
mountain status
mountain status|{epic}
mountain resume|{epic}
mountain cancel|{epic}
convoy stranded
convoy list|--all
convoy show|{3}
convoy status|{3}
convoy status
synthesis start|{1}
synthesis status|{1}
convoy check|--dry-run
"""
AFTER = """\
convoy refresh
convoy land|{0}|--dry-run
convoy land|{0}|--keep-worktrees
synthesis close|{1}
"""


def test_every_answer_about_convoys_keeps_its_schema(town, monkeypatch, capsys):
    monkeypatch.chdir(town.town.root)
    shop = town.rig()
    epic = town.bead(shop, "All", type="epic")
    one, two = (town.bead(shop, each, parent=str(epic.id)) for each in ("One", "Two"))
    three = town.bead(shop, "Three")
    names = {"epic": epic.id, "one": one.id, "two": two.id, "three": three.id}
    typed, made = set(), []
    for line in STORY.splitlines():
        typed.add(told(capsys, line, names, made))
    for bead in town.ledger(shop).rows(type="task", status="open"):
        assert run(["bead", "close", bead.id, "--reason", "Done"]) == 0
    capsys.readouterr()
    for line in AFTER.splitlines():
        typed.add(told(capsys, line, names, made))
    assert typed == {each for each in OTHERS if each.split()[0] in OURS}


def told(capsys, line, names, made):
    """The command of a line, whose answer is seen to keep the schema."""
    command, *words = line.format(*made, **names).split("|")
    code = run([*command.split(), *words, "--json"])
    out, err = capsys.readouterr()
    assert (code, err) == (0, ""), line
    answer = json.loads(out)
    validator(OTHERS[command]).validate(answer)
    fresh = answer["id"] if command == "convoy create" else answer_id(answer)
    made += [fresh] if fresh and fresh not in made else []
    return command


def answer_id(answer):
    return answer.get("convoy_id", "") if isinstance(answer, dict) else ""
