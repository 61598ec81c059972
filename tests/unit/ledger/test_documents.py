import os
import subprocess
import sys
import time

import pytest

from gitgt.errors import InvalidDocumentError, NewerDataError
from gitgt.ledger import documents, schemas
from gitgt.ledger.documents import check_path, dump, load, load_draft
from gitgt.ledger.fields import dump_fields, load_fields
from gitgt.model.documents import document_from
from tests.support.documents import bead
from tests.support.world import ROOT

BEADS = ROOT / "fixtures" / "beads"
VALID = sorted((BEADS / "valid").glob("*.yaml"))
INVALID = sorted((BEADS / "invalid").glob("*.yaml"))
PATH = "items/a/b/gt-abc12.yaml"


def refused(read, *args):
    """What a person reads when *read* refuses."""
    with pytest.raises(InvalidDocumentError) as caught:
        read(*args)
    hints = [f"hint: {line}" for line in caught.value.hint.splitlines()]
    return "\n".join([caught.value.message, *hints]) + "\n"


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_file_is_a_document(path):
    content = path.read_bytes()
    canonical = path.with_suffix(".canonical")
    wanted = canonical.read_bytes() if canonical.exists() else content
    assert dump(load(content, PATH)) == wanted


def test_there_is_a_valid_file_of_every_kind():
    kinds = {load(path.read_bytes(), PATH).kind for path in VALID}
    assert kinds == {kind.kind for kind in documents.KINDS}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_line_and_rule(path):
    assert refused(load, path.read_bytes(), PATH) == path.with_suffix(".message").read_text()


def rules(name, part, at=""):
    """Every rule that a document's schema holds: where it stands and its keyword."""
    if "$ref" in part:
        target = part["$ref"].partition("#")[2].rpartition("/")[2]
        if target not in at.split("/"):
            yield from rules("base", schemas.schema("base")["$defs"][target], target)
    for keyword, inner in part.items():
        if keyword == "properties":
            for each in inner.values():
                yield from rules(name, each, at)
        elif isinstance(inner, dict):
            yield from rules(name, inner, f"{at}/{keyword}")
        elif keyword not in {*schemas._SILENT, "$ref"} - {"required"}:
            yield part.get("title") or part.get("description", at), keyword


# No file can break these: the type chooses the schema, the reader made the header and the keys.
UNBREAKABLE = {
    *((schemas.schema(kind.kind)["title"], "type") for kind in documents.KINDS),
    ("What kind of document it is.", "const"),
    ("comment lines at the head", "type"),
    ("comment lines at the head", "minLength"),
    ("key", "type"),
    ("key", "maxLength"),
}


def test_every_rule_has_a_bad_file():
    known = {
        rule for kind in documents.KINDS for rule in rules(kind.kind, schemas.schema(kind.kind))
    }
    broken = set()
    for path in INVALID:
        broken |= set(_broken(path))
    assert sorted(known - broken) == sorted(UNBREAKABLE)


def _broken(path):
    from gitgt.ledger import handwritten

    try:
        written = handwritten.read(path.read_bytes(), PATH)
    except InvalidDocumentError:
        return
    kind = written.value.get("type")
    name = documents.kind_of(kind).kind if kind in documents._TYPES else "bead"
    for each in schemas.complaints(name, written.value):
        yield each.schema.get("title") or each.schema.get("description", ""), each.keyword


def test_a_hundred_megabytes_are_refused_unread():
    content = b"title: x\nnotes: |\n" + b"  words and words\n" * 5_500_000
    before = time.process_time()
    assert refused(load, content, PATH) == (
        f"{PATH}:1: {len(content)} bytes are too many for one document; 262144 are allowed\n"
        "hint: keep long texts in files of the project\n"
    )
    assert time.process_time() - before < 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b"{a: " * 50_000,
        b"- " * 100_000,
        b"? " * 100_000,
        b"a: " + b"[a, " * 60_000,
        b"".join(b" " * i + b"a:\n" for i in range(500)),
        b"a: &a [" + b"*a, " * 60_000 + b"]",
        b'a: "' + b"\\" * 200_000,
        b"a: '" + b"''" * 100_000,
        b"#" * 250_000,
        b"a:\n" + b"\n" * 250_000,
        b"!" * 200_000,
        b"&" * 200_000,
        b"a" * 250_000,
        b"a: " + b"9" * 250_000,
        b"a: |\n" + b" " * 250_000,
        b"%" * 100_000,
        b"--- " * 50_000,
        b"x: 1\n" * 50_000,
        b"".join(b"x%d: 1\n" % i for i in range(25_000)),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_hostile_file_is_refused_soon(content):
    before = time.process_time()
    assert refused(load, content, PATH).startswith(f"{PATH}:")
    assert time.process_time() - before < 10


def test_a_draft_may_leave_out_what_follows():
    assert load_draft(b"title: Retry\n", PATH, PATH) == {"id": "gt-abc12", "title": "Retry"}
    draft = b"title: Retry\ncomments:\n- text: hm\ndependencies:\n- on: gt-x7k2m\n"
    assert load_draft(draft, PATH, PATH)["comments"] == [{"text": "hm"}]


def test_a_draft_needs_a_title():
    assert refused(load_draft, b"", PATH, PATH) == f"{PATH}:1: title: is missing\n"


def test_the_id_of_a_draft_says_its_kind():
    path = "items/t/5/hq-cv-t5r4e.yaml"
    assert load_draft(b"title: Net\nowner: mayor\n", path, path)["owner"] == "mayor"
    assert "priority" in refused(load_draft, b"title: Net\npriority: 1\n", path, path)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        (
            "items/b/a/gt-abc12.yaml",
            b"title: x\n",
            (
                "items/b/a/gt-abc12.yaml:1: id: gt-abc12 belongs in items/a/b/gt-abc12.yaml\n"
                "hint: git mv items/b/a/gt-abc12.yaml items/a/b/gt-abc12.yaml\n"
            ),
        ),
        (
            PATH,
            b"title: x\nid: gt-xyz34\n",
            f"{PATH}:2: id: 'gt-xyz34' is not the name of the file\nhint: id: gt-abc12\n",
        ),
        (
            "items/a/b/notes.yaml",
            b"title: x\n",
            (
                "items/a/b/notes.yaml:1: id: 'notes.yaml' is no bead id with .yaml after it\n"
                "hint: files are named like gt-abc12.yaml\n"
            ),
        ),
    ],
)
def test_a_draft_lies_where_its_id_says(path, content, said):
    assert refused(load_draft, content, path, path) == said


def test_a_document_lies_where_its_id_says():
    check_path(bead(), PATH)
    assert refused(check_path, bead(), "items/a/gt-abc12.yaml") == (
        "items/a/gt-abc12.yaml:1: id: gt-abc12 belongs in items/a/b/gt-abc12.yaml\n"
        "hint: git mv items/a/gt-abc12.yaml items/a/b/gt-abc12.yaml\n"
    )


def test_what_would_be_refused_is_not_written():
    assert refused(dump, bead().replace(title="a\nb", assignee="../x")) == (
        f"{PATH}:1: assignee: '../x' is no address, such as shop/polecats/toast or mayor\n"
        f"{PATH}:1: title: several lines where one is meant\n"
    )
    big = bead().replace(notes="x" * 300_000)
    assert refused(dump, big).startswith(f"{PATH}:1: 300")


def test_a_form_with_empty_fields_is_a_document():
    content = b"notes:\nlabels: []\ndesign: ''\next: {}\n" + dump(bead())
    assert load(content, PATH) == bead()


def test_settings_are_read_and_written_by_their_schema():
    fields = {"format": 1, "prefix": "gt", "project": "1f2e3d4c5b6a7988"}
    content = dump_fields(fields, "ledger", "ledger.yaml")
    assert content == b'format: 1\nprefix: gt\nproject: "1f2e3d4c5b6a7988"\n'
    assert load_fields(content, "ledger", "ledger.yaml") == fields
    assert (
        load_fields(
            b'{"format": 1, "prefix": "gt",\n "project": "1f2e3d4c5b6a7988"}', "ledger", "x"
        )
        == fields
    )
    assert refused(
        load_fields, b"format: 1\nprefx: gt\nproject: x\n", "ledger", "ledger.yaml"
    ) == (
        "ledger.yaml:1: prefix: is missing\n"
        "ledger.yaml:2: prefx: there is no such key; did you mean prefix?\n"
        "ledger.yaml:3: project: 'x' is no id of a project, "
        "such as 1f2e3d4c5b6a79880123456789abcdef01234567\n"
    )


def test_a_newer_ledger_is_no_broken_ledger():
    with pytest.raises(NewerDataError) as caught:
        load_fields(b"format: 2\nnew: true\n", "ledger", "ledger.yaml")
    assert caught.value.message == "ledger.yaml has format 2; this gitgt knows 1"
    assert caught.value.exit_code == 78


@pytest.mark.parametrize(
    ("read", "heavy"),
    [
        ("load(Path('valid/bead.yaml').read_bytes(), 'x')", "[]"),
        (f"load_draft(b'title: Retry\\n', {PATH!r}, {PATH!r})", "['ruamel']"),
    ],
)
def test_what_is_valid_imports_little(read, heavy):
    code = (
        "import sys; from pathlib import Path\n"
        "from gitgt.ledger.documents import load, load_draft\n"
        f"{read}\n"
        "print(sorted({'ruamel', 'jsonschema', 'referencing', 'pygit2'} & {*sys.modules}))"
    )
    world = os.environ | {"PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", code]
    found = subprocess.run(argv, cwd=BEADS, env=world, capture_output=True, check=True)
    assert found.stdout.decode() == f"{heavy}\n"


def test_the_model_makes_what_the_file_says():
    fields = bead(labels=["b", "a", "b"]).fields()
    assert fields["labels"] == ["a", "b"]
    assert document_from(fields).fields() == fields
