"""What commands answer in JSON keeps the schemas that are published."""

import json

import pytest
from jsonschema import Draft202012Validator

from gitgt.cli.bead.outputs import OTHERS, OUTPUTS
from tests.support.commandline import bd, gt
from tests.support.formulas import OF_ANOTHER_TOWN, PIZZA, write
from tests.support.outputs import FOLDER, validator

ABOUT_FORMULAS = ("cook", "formula", "import", "mol", "wisp")
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
remember|Prices are in cents|--key|cents|-t|project|--role|polecat
memories|cents
forget|cents
delete|hq-aaaa3
list|--tombstones
show|hq-aaaa3
diff|1h
diff|beads~3
"""
# The same of formulas; {0} is the first molecule or wisp that was made.
BAKERY = """\
formula list
formula show|cake|--var|what=pie
formula show|two-sides
formula lint|cake|two-sides
formula run --dry-run|two-sides
formula run|two-sides|--var|subject=coin|--rig|shop
formula run|pizza|--var|topping=kale
cook|cake
mol pour --dry-run|cake|--var|what=pie
mol pour|cake|--var|what=pie
mol pour|pizza|--var|topping=kale|-a|ada
mol wisp|pizza|--var|topping=kale
mol list|--all
mol show|{0}
mol show|{2}
mol current
mol current|{0}
mol current|{2}
mol progress|{0}
mol progress|{2}
mol step done|{0}.1|--output|["ash"]
mol step done|{2}|dough
mol gate list|--all
mol gate approve|{0}.g2
mol gate check
mol bond|{0}|{1}
mol burn|{1}
mol squash|{0}|-s|Eaten.
mol show|{0}
mol progress|{0}
mol current|{0}
mol list|--all
wisp create|Beat|-k|heartbeat
wisp list
wisp show|{2}
wisp show|{3}
wisp close|{3}
wisp gc
wisp promote|{2}
import --dry-run|jobs.md
import|jobs.md
"""
CAKE = """\
formula = "cake"

[vars.what]

[[steps]]
id = "{{what}}"
title = "Make {{what}}"
priority = 1

[steps.on_complete]
bond = "pizza"
for_each = "output"
vars = {topping = "{item}"}

[[steps]]
id = "eat"
needs = ["{{what}}"]

[steps.gate]
type = "human"

[[steps.children]]
id = "slice"
title = "Slice it"
labels = ["knife"]
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
        typed.add(_checked(town, line)[0])
    assert typed == {each for each in OUTPUTS if not each.startswith(ABOUT_FORMULAS)}


def _checked(town, line):
    """The command of a line, and its answer, which is seen to keep the schema."""
    command, *words = line.split("|")
    done = bd(*command.split(), *words, "--json", cwd=town.town.root)
    assert (done.code, done.stderr) == (0, ""), line
    answer = json.loads(done.stdout)
    validator(OUTPUTS[command]).validate(answer)
    return command, answer


def test_every_answer_about_formulas_keeps_its_schema(town):
    town.rig()
    for text in (PIZZA, OF_ANOTHER_TOWN, CAKE):
        write(town.town, text)
    (town.town.root / "jobs.md").write_text("- [ ] Sweep the floor\n- [x] Buy flour\n")
    made, typed = [], set()
    for line in BAKERY.splitlines():
        command, answer = _checked(town, line.format(*made))
        if command in ("mol pour", "mol wisp", "wisp create"):
            made.append(answer["id"])
        typed.add(command)
    assert typed == {each for each in OUTPUTS if each.startswith(ABOUT_FORMULAS)}


def test_what_is_wrong_with_formulas_is_told_in_the_schema(town):
    write(town.town, 'formula = "odd"\n[[steps]]\nid = "a"\ntype = "banana"\n')
    (town.town.root / "formulas/bad.formula.toml").write_text("[")
    done = bd("formula", "lint", "--json", cwd=town.town.root)
    assert done.code == 1
    answer = json.loads(done.stdout)
    validator("findings").validate(answer)
    assert {"odd", "bad"} <= {each["formula"] for each in answer}
    listed = json.loads(bd("formula", "list", "--json", cwd=town.town.root).stdout)
    validator("formulas").validate(listed)
    assert ("bad", "-") in {(each["name"], each["type"]) for each in listed}


def test_what_cannot_be_imported_is_told_in_the_schema(town):
    (town.town.root / "work.jsonl").write_text('{"id": 1}\n')
    done = bd("import", "work.jsonl", "--json", cwd=town.town.root)
    assert done.code == 1
    answer = json.loads(done.stdout)
    validator("imported").validate(answer)
    assert len(answer["problems"]) == 1


def test_what_fsck_finds_keeps_its_schema(town):
    bd("create", "A gate", "-t", "formula-gate", cwd=town.town.root)
    for words in ([], ["--fix"]):
        done = gt("fsck", *words, "--json", cwd=town.town.root)
        answer = json.loads(done.stdout)
        validator(OTHERS["fsck"]).validate(answer)
        assert [each["rule"] for each in answer[0]["findings"]] == ["formula-gate"]


FULL = (
    "--phase|2|--alone|--input|src/**|--keep|.venv|--minimum|1|--memory|64|--output|1|"
    "--env|TZ=UTC|--submodules|--fingerprint|git -v|--junit|out.xml|--json"
)
GATES = f"""\
gate add|shop|full|{FULL}|--|true
gate list
gate remove|shop|full
gate quarantine|shop|lint|-r|Always no
gate list|shop
gate release|shop|lint
gate run|shop|main
gate run|shop|main
gate log|shop|check
gate log|shop|lint|main
gate why|shop|main
gate sync|shop
"""


def test_what_is_told_of_gates_keeps_its_schema(town):
    where = town.rig()
    town.gate(where, "false", name="lint")
    for line in GATES.splitlines():
        command, *words = line.split("|")
        done = gt(*command.split(), *words, "--json", cwd=town.town.root)
        assert (done.code, done.stderr) == (command == "gate run", ""), line
        validator(OTHERS[command]).validate(json.loads(done.stdout))


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


def test_what_is_told_of_integration_branches_keeps_its_schema(town):
    shop = town.rig()
    epic = town.bead(shop, "Sell more", type="epic").id
    typed = (
        ("create", epic), ("list",), ("status", epic), ("status", "--all"), ("refresh", epic),
    )  # fmt: skip
    seen = set()
    for verb, *words in typed:
        seen.add(_told_of_integration(town, verb, *words))
    part = town.bead(shop, "figs", "echo 1 >figs.txt", "closes figs", parent=str(epic))
    town.sling(part)
    town.settle()
    for words in ((epic, "--dry-run"), (epic,)):
        seen.add(_told_of_integration(town, "land", *words))
    assert seen == {each for each in OTHERS if each.startswith("mq integration")}


def _told_of_integration(town, verb, *words):
    command = f"mq integration {verb}"
    done = gt("mq", "integration", verb, *words, "--json", cwd=town.town.root)
    assert (done.code, done.stderr) == (0, ""), words
    validator(OTHERS[command]).validate(json.loads(done.stdout))
    return command
