"""A town of Gas Town's comes over whole: what has a place here, and a list of what has none."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import NotFoundError
from gitgt.model.documents import Agent, Bead, Convoy
from gitgt.services import install
from gitgt.services.exchange import gastown
from gitgt.services.formula.library import Formulas
from gitgt.services.gates import gate
from gitgt.services.sessions import runtimes
from gitgt.services.town import Town
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

AT = "2025-11-22T14:30:00Z"
RIG = {
    "type": "rig-settings",
    "version": 1,
    "agent": "claude",
    "theme": {},
    "namepool": {"style": "minerals", "max_before_numbering": 9},
    "merge_queue": {
        "enabled": True,
        "target_branch": "main",
        "setup_command": "npm ci",
        "lint_command": "npm run lint",
        "test_command": "npm test && echo done",
        "on_conflict": "assign_back",
        "gates": {"secrets": {"cmd": "make secrets", "timeout": "1m30s"}, "none": {}},
    },
}
TOWN = {
    "default_agent": "claude",
    "agents": {"claude": {"command": "claude", "args": ["--fast"], "env": {"KEY": "secret"}}},
    "role_agents": {"witness": "claude"},
}
FILES = {
    "mayor/town.json": {"name": "old"},
    "mayor/overseer.json": {"name": "Ada"},
    "mayor/notes/today.md": "Sleep\n",
    "settings/config.json": TOWN,
    "settings/messaging.json": {},
    "settings/escalation.json": {},
    "directives/mayor.md": "Be kind\n",
    "daemon/daemon.log": "up\n",
    "bakery/config.json": {"default_branch": "main", "push_url": "x"},
    "bakery/settings/config.json": RIG,
    "bakery/settings/agents.json": {},
    "bakery/.beads/formulas/rigf.formula.toml": 'formula = "rigf"\nversion = 1\n',
    "bakery/.beads/metadata.json": {},
    "bakery/directives/witness.md": "Watch\n",
    "bakery/formula-overlays/rigf.toml": "",
    "bakery/crew/max/README.md": "mine\n",
    "bakery/polecats/nux/README.md": "its\n",
    "bakery/mayor/rig/README.md": "the clone\n",
}


def agent(name, role, **fields):
    text = f"{name}\n\nrole_type: {role}\nrig: bakery\nagent_state: idle\nhook_bead: null"
    return {"id": name, "title": name, "status": "open", "description": text, **fields}


BAKERY = (
    {"id": "bk-a1b2", "title": "Bake bread"},
    {"id": "bk-c3d4", "title": "Sell it", "dependencies": [
        {"issue_id": "bk-c3d4", "depends_on_id": "sh-a1b2", "type": "blocks"},
    ]},
    agent("bk-bakery-polecat-nux", "polecat", issue_type="agent"),
    agent("bk-bakery-polecat-slit", "polecat", issue_type="agent", status="closed"),
    agent("bk-bakery-witness", "witness", labels=["gt:agent"]),
)  # fmt: skip
SHOP = ({"id": "sh-a1b2", "title": "Open the door"},)
HQ = (
    {"id": "hq-cv-a1b2c", "title": "Breakfast", "issue_type": "convoy", "dependencies": [
        {"depends_on_id": "external:bk:bk-a1b2", "type": "tracks"},
    ]},
    {"id": "hq-mail1", "title": "Hello", "issue_type": "message"},
    {"id": "hq-mail2", "title": "Again", "labels": ["gt:message"]},
)  # fmt: skip


@pytest.fixture
def town(tmp_path):
    install.install(tmp_path / "town", TESS, lambda: 0.0)
    return Town(tmp_path / "town", clock=lambda: 0.0)


@pytest.fixture
def old(tmp_path):
    place = tmp_path / "old"
    entries = {}
    for name, prefix in (("bakery", "bk"), ("shop", "sh")):
        project = Checkout.init(tmp_path / "projects" / name)
        project.commit("README.md", name)
        entries[name] = {"git_url": str(project.path), "beads": {"prefix": prefix}}
    files = {**FILES, "mayor/rigs.json": {"rigs": entries}}
    for folder, found in ((".", HQ), ("bakery", BAKERY), ("shop", SHOP)):
        rows = [json.dumps({"created_at": AT, "created_by": "mayor", **each}) for each in found]
        files[f"{folder}/.beads/issues.jsonl"] = "".join(f"{row}\n" for row in rows)
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return place


DONE = [
    "bakery/polecats/nux: an identity",
    "bakery: 2 new, 0 changed, 0 the same",
    "shop: 1 new, 0 changed, 0 the same",
    "hq: 1 new, 0 changed, 0 the same",
    "runtime claude: claude --fast",
    "default runtime: claude",
    "bakery: agent claude",
    "bakery: namepool minerals",
    "bakery: gate lint: sh -c '(npm ci) && (npm run lint)'",
    "bakery: gate test: sh -c '(npm ci) && (npm test && echo done)'",
    "bakery: gate secrets: sh -c '(npm ci) && (make secrets)'",
    "directives/mayor.md: copied",
    "bakery/settings/formulas/rigf.formula.toml: copied",
    "bakery/settings/directives/witness.md: copied",
    "bakery/settings/formula-overlays/rigf.toml: copied",
]
LEFT = [
    "bakery: 2 records: an agent is an identity, and no work",
    "hq: 2 records: mail has no place here",
    "settings/config.json: agents.claude.env: no runtime here has such a setting",
    "settings/config.json: role_agents: there is no such setting here",
    "bakery/settings/config.json: theme: there is no such setting here",
    "bakery/settings/config.json: namepool.max_before_numbering: a theme has its own names",
    "bakery/settings/config.json: merge_queue.on_conflict: gates alone decide here",
    "bakery/settings/config.json: merge_queue.gates.none: it has no command",
    "bakery/config.json: push_url: there is no such setting here",
    "bakery/.beads/metadata.json: bd's own; beads come from issues.jsonl",
    "bakery/crew/max: git gt crew add max --rig bakery",
    "bakery/mayor/rig: the project is fetched anew; push what is only there",
    "bakery/polecats/nux: agents are made when they are needed",
    "bakery/settings/agents.json: git gt config agent set NAME COMMAND",
    "daemon: what ran there stays there",
    "mayor/notes/today.md: nothing here reads it",
    "mayor/overseer.json: people are whom git names: git config user.name",
    "mayor/town.json: the town here has its own name: town.yaml",
    "settings/escalation.json: escalations are routed by severity",
    "settings/messaging.json: there are no lists and queues",
]


def test_a_whole_town_comes_over_and_what_has_no_place_is_listed(town, old):
    told = gastown.bring_town(town, old, TESS)
    assert told.problems == []
    assert told.done == ["rig bakery: added", "rig shop: added", *DONE]
    assert told.left == LEFT

    bakery = town.rig("bakery")
    ledger = town.ledger_at(bakery).snapshot()
    assert [each.id for each in ledger.all(Bead)] == ["bk-a1b2", "bk-c3d4"]
    assert ledger.bead("bk-c3d4").blockers == ("sh-a1b2",)
    assert [each.address for each in ledger.all(Agent)] == ["bakery/polecats/nux"]
    [convoy] = town.ledger.snapshot().all(Convoy)
    assert (convoy.id, convoy.title, convoy.members) == (
        "hq-cv-a1b2c", "Breakfast", ("bk-a1b2",),
    )  # fmt: skip
    assert [(each.name, each.timeout) for each in gate.gates(town, bakery)] == [
        ("lint", 1800.0), ("test", 1800.0), ("secrets", 90.0),
    ]  # fmt: skip
    assert runtimes.default(town) == "claude"
    assert Formulas(town, bakery).find("rigf").tier == "rig"


def test_a_second_import_of_a_town_changes_nothing(town, old):
    gastown.bring_town(town, old, TESS)
    heads = [ledger.head() for _, ledger in town.ledgers()]
    settings = town.repository.ref("HEAD")

    told = gastown.bring_town(town, old, TESS)

    assert told.problems == []
    assert told.done == [
        "bakery: 0 new, 0 changed, 2 the same",
        "shop: 0 new, 0 changed, 1 the same",
        "hq: 0 new, 0 changed, 1 the same",
    ]
    assert told.left == LEFT
    assert [ledger.head() for _, ledger in town.ledgers()] == heads
    assert town.repository.ref("HEAD") == settings


def test_what_cannot_be_read_is_told_once(town, old):
    (old / "bakery/settings/config.json").write_text("{")
    told = gastown.bring_town(town, old, TESS)
    assert [line.partition(": ")[0] for line in told.problems] == [
        f"{old}/bakery/settings/config.json"
    ]
    assert "bakery: 2 new, 0 changed, 0 the same" in told.done


def test_what_was_set_here_stays(town, old):
    gastown.bring_town(town, old, TESS)
    gate.remove(town, town.rig("bakery"), "lint", TESS)
    told = gastown.bring_town(town, old, TESS)
    assert "bakery/settings/config.json: gates: the rig has its own" in told.left
    assert [each.name for each in gate.gates(town, town.rig("bakery"))] == ["test", "secrets"]


def test_a_dry_run_tells_what_an_import_would_do_and_does_nothing(town, old):
    before = sorted(str(path) for path in town.root.iterdir())
    heads = (town.ledger.head(), town.repository.ref("HEAD"))

    told = gastown.bring_town(town, old, TESS, dry_run=True)

    assert told.problems == []
    assert told.done == [
        f"rig bakery: added from {old.parent}/projects/bakery, prefix bk",
        f"rig shop: added from {old.parent}/projects/shop, prefix sh",
        *DONE,
    ]
    assert told.left == LEFT
    assert (town.ledger.head(), town.repository.ref("HEAD")) == heads
    assert sorted(str(path) for path in town.root.iterdir()) == before
    with pytest.raises(NotFoundError):
        town.rig("bakery")


def test_a_dry_run_foresees_which_rigs_cannot_be_added(town, old):
    project = str(old.parent / "projects/shop")
    entries = {
        "a-b": {"git_url": project},
        "bakery": {"git_url": project, "beads": {"prefix": "bk"}},
        "gone": {"git_url": str(old / "nowhere")},
        "hq": {"git_url": project},
        "none": {},
        "other": {"git_url": project, "beads": {"prefix": "bk"}},
    }
    (old / "mayor/rigs.json").write_text(json.dumps({"rigs": entries}))

    dry = gastown.bring_town(town, old, TESS, dry_run=True)
    wet = gastown.bring_town(town, old, TESS)

    assert [line.partition(": ")[::2] for line in dry.problems if "gone" not in line] == [
        ("rig none", "nothing says where its repository is"),
        ("rig a-b", "'a-b' cannot be a rig's name"),
        ("rig hq", "the name 'hq' is reserved"),
        ("rig other", "the prefix 'bk' is taken by bakery"),
    ]
    assert dry.problems == wet.problems
    assert len(dry.problems) == 5


def test_what_came_over_is_told_in_the_published_shape(town, old):
    done = gt("import", str(old), "--dry-run", "--json", cwd=town.root)
    assert (done.code, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    validator("imported").validate(answer)
    assert answer["done"]
    assert answer["left"]
