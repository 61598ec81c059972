"""What commands about dogs, plugins, chores and warrants answer in JSON keeps its schemas."""

from __future__ import annotations

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TownBuilder

# Each line is typed, and its answer is checked: the command, a bar, more words.
STORY = """\
plugin list
plugin show|yard
plugin run --dry-run|yard
dog add|rex
dog dispatch --dry-run|--plugin|yard
dog dispatch|--plugin|yard
dog list
dog status|rex
dog health-check
warrant file|dogs/rex|--reason|it stands still
warrant list
warrant show|dogs/rex
warrant pardon|dogs/rex|--reason|it thinks
dog done|rex|--result|skipped
plugin history|yard
dog chores
dog chore|trash
dog clear|rex
dog remove|rex
"""


@pytest.fixture
def town(tmp_path):
    builder = TownBuilder(tmp_path).watched()
    builder.runtime("script", "tail -f /dev/null")
    folder = builder.town.root / "plugins/yard"
    folder.mkdir(parents=True)
    (folder / "plugin.md").write_text("+++\n+++\nSweep.\n")
    git = builder.repo().git
    git("add", "plugins")
    git("commit", "-q", "-m", "Sweep the yard")
    yield builder
    builder.close()


def test_every_answer_keeps_its_schema(town):
    for line in STORY.splitlines():
        if line.startswith("dog clear"):
            town.turn()  # the dog's session is ended
        command, *words = line.split("|")
        done = gt(*command.split(), *words, "--json", cwd=town.town.root)
        assert (done.code, done.stderr) == (0, ""), line
        validator(OTHERS[command]).validate(json.loads(done.stdout))
