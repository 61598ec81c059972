"""What commands answer in JSON keeps the schemas that are published."""

import json

import pytest
from jsonschema import Draft202012Validator

from gitgt.cli.bead.outputs import OTHERS, OUTPUTS
from tests.support.commandline import bd
from tests.support.outputs import FOLDER, validator

NAMES = sorted(path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.json"))

# One town, told from the top; each line is typed, and its answer is checked.
STORY = """\
create|Release|-t|epic|-p|1|--id|hq-aaaa1|--owner|ada|--estimate|1h
create|Build|-t|bug|--id|hq-aaaa2|--parent|hq-aaaa1|-l|net|-d|The remote is busy.
create|Build it|-t|bug|--id|hq-aaaa3|--dep|hq-aaaa2|--due|2020-01-01|-d|The remote is busy.
create|Other|--id|hq-aaaa4
show|hq-aaaa1
show|hq-aaaa1|hq-aaaa2
list|--all|--sort|updated
children|hq-aaaa1
ready
ready --explain
blocked
dep list|hq-aaaa3
dep tree|hq-aaaa3
dep add|hq-aaaa4|hq-aaaa3
dep remove|hq-aaaa4|hq-aaaa3
dep cycles
dep waves
graph
graph|hq-aaaa1
epic status
epic status|hq-aaaa1
search|remote
count
count|--by|label
stats
stale|-d|0
duplicates
duplicates|--merge|hq-aaaa4|hq-aaaa1
lint
update|hq-aaaa2|--claim
comment add|hq-aaaa2|So it is.
comment list|hq-aaaa2
label add|hq-aaaa1|hq-aaaa2|io
label list
label list|hq-aaaa2
label remove|hq-aaaa1|io
release|hq-aaaa2
defer|hq-aaaa3|--until|2100-01-01
undefer|hq-aaaa3
pin|hq-aaaa3
unpin|hq-aaaa3
edit|hq-aaaa3
close|hq-aaaa2|--continue
stats
reopen|hq-aaaa2
history|hq-aaaa2
blame|hq-aaaa2
ready --claim
release|hq-aaaa2
delete|hq-aaaa3
list|--tombstones
show|hq-aaaa3
diff|1h
diff|beads~3
"""


def _schema(name):
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


def _parts(schema):
    if isinstance(schema, list):
        for each in schema:
            yield from _parts(each)
    elif isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _parts(each)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_tells_what_everything_is(name):
    schema = _schema(name)
    Draft202012Validator.check_schema(schema)
    assert (FOLDER / f"{name}.schema.json").read_text() == json.dumps(schema, indent=2) + "\n"
    assert schema["description"]
    for part in _parts(schema):
        if isinstance(part.get("properties"), dict) and "type" in part:
            assert part["additionalProperties"] is False
            for key, each in part["properties"].items():
                assert "$ref" in each or each["description"], key


def test_every_schema_is_that_of_a_command_or_a_part_of_one():
    parts = {
        part["$ref"].removesuffix(".schema.json")
        for name in NAMES
        for part in _parts(_schema(name))
        if "/" not in part.get("$ref", "/")
    }
    assert {*OUTPUTS.values(), *OTHERS.values(), *parts} == {*NAMES}


def test_every_answer_keeps_its_schema(town, monkeypatch):
    monkeypatch.setenv("GIT_EDITOR", "sed -i s/busy/away/")
    typed = set()
    for line in STORY.splitlines():
        command, *words = line.split("|")
        done = bd(*command.split(), *words, "--json", cwd=town.town.root)
        assert (done.code, done.stderr) == (0, ""), line
        validator(OUTPUTS[command]).validate(json.loads(done.stdout))
        typed.add(command)
    assert typed == {*OUTPUTS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", [{"id": "gt-abc12"}]),
        ("count", {"count": -1}),
        ("documents", {"id": "gt-abc12", "type": "task"}),
        ("labels", [{"label": "a"}]),
        ("history", [{}]),
    ],
)
def test_another_answer_is_noticed(name, value):
    assert not validator(name).is_valid(value)
