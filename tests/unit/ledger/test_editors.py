"""The schema that editors complete and check by takes what a person may write, and no more."""

import json

import pytest
from jsonschema import Draft7Validator

from gitgt.ledger import editors, handwritten
from gitgt.model.documents import KINDS
from tests.support.world import ROOT

SCHEMA = editors.item_schema()
CHECK = Draft7Validator(SCHEMA)
VALID = sorted((ROOT / "fixtures/beads/valid").glob("*.yaml"))


def complaints(text):
    said = handwritten.read(text.encode(), "a file").value
    said.pop("header", None)  # the comment lines at the head, which are no key
    return [error.message for error in CHECK.iter_errors(said)]


def test_it_is_a_schema_that_needs_no_other_file():
    Draft7Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert "base.schema.json" not in text
    assert "$defs" not in text


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_what_is_valid_is_fine(path):
    assert complaints(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "title: Say thank you\n",
        "title: Form\nlabels:\nassignee:\npriority: 1\n",
        "title: Edge\ndependencies:\n  - on: gt-abc12\ncomments:\n  - text: hello\n",
        "type: convoy\ntitle: Spring\nowner: ada\n",
    ],
)
def test_what_may_be_left_out_is_not_missed(text):
    assert complaints(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "labels: [a]\n",
        "title: x\npriotity: 1\n",
        "title: x\nstatus: done\n",
        "title: x\ntype: taks\n",
        "title: x\npriority: 5\n",
        "type: convoy\ntitle: x\nassignee: ada\n",
        "type: message\ntitle: x\nqueue: a b\n",
    ],
)
def test_what_is_wrong_is_marked(text):
    assert complaints(text) != []


def test_it_tells_what_each_key_means_for_each_type():
    assert len(SCHEMA["allOf"]) == len(KINDS)
    for rule in SCHEMA["allOf"]:
        for name, part in rule["then"]["properties"].items():
            assert part.get("description") or "$ref" in json.dumps(part), name


def test_an_editor_is_told_which_files_it_is_for():
    files = editors.published()
    told = json.loads(files[".vscode/settings.json"])["yaml.schemas"]
    assert told["./schemas/item.schema.json"] == "items/**/*.yaml"
    assert {name.removeprefix("./") for name in told} <= set(files)
