"""Rules about ourselves that no linter knows."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.world import ROOT

OURS = ("gitgt", "tests", "hooks-templates", "schemas", "fixtures", "docs", "benchmarks", ".ci")
PYTHON = sorted(path for top in OURS for path in (ROOT / top).rglob("*.py"))
TESTS = [path for path in PYTHON if path.is_relative_to(ROOT / "tests")]
PACKAGE = [path for path in PYTHON if path.is_relative_to(ROOT / "gitgt")]
TEXTS = sorted(
    path
    for path in [*ROOT.glob("*"), *(each for top in OURS for each in (ROOT / top).rglob("*"))]
    if path.is_file()
    and path.name != ".git"
    and path.suffix not in {".pyc", ".png"}
    and path != Path(__file__)
)

# Folders of a machine, and hosts from which packages come.
MACHINE = re.compile(
    r"/(?:work|root|Users)/\w|/home/\w|pypi\.org|pythonhosted|crates\.io|npmjs"
)
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u26ff]")


def _calls(path):
    tree = ast.parse(path.read_text())
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _named(path):
    return str(path.relative_to(ROOT))


def test_no_test_sleeps():
    naps = {"sleep", "time.sleep", "asyncio.sleep"}
    assert [_named(path) for path in TESTS if naps & {*_calls(path)}] == []


def test_nothing_is_mocked():
    mock = re.compile(r"(?m)^\s*(?:from|import) (?:unittest\.mock|unittest import mock|mock\b)")
    assert [_named(path) for path in PYTHON if mock.search(path.read_text())] == []


def test_no_folder_of_a_machine_and_no_registry_is_named():
    found = [
        f"{_named(path)}: {hit[0]}"
        for path in TEXTS
        if (hit := MACHINE.search(path.read_text(errors="replace")))
    ]
    assert found == []


def test_emoji_are_for_others():
    code = [path for path in TEXTS if path.suffix in {".py", ".sh", ".yaml", ".json"}]
    assert [
        _named(path) for path in code if EMOJI.search(path.read_text(errors="replace"))
    ] == []


def test_only_the_git_floor_runs_git():
    elsewhere = [path for path in PACKAGE if not path.is_relative_to(ROOT / "gitgt/git")]
    assert [_named(path) for path in elsewhere if _runs_git(path)] == []


def _runs_git(path):
    nodes = ast.walk(ast.parse(path.read_text()))
    firsts = [node.elts[0] for node in nodes if isinstance(node, ast.List) and node.elts]
    return any(isinstance(first, ast.Constant) and first.value == "git" for first in firsts)


def _scripts():
    folders = [ROOT / "hooks-templates", ROOT / ".ci", *(ROOT / "fixtures").rglob("agents")]
    files = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return sorted(path for path in files if path.is_file() and path.suffix != ".py")


@pytest.mark.parametrize("script", _scripts(), ids=_named)
def test_a_script_is_sh_that_sh_can_read(script):
    first = script.read_text().split("\n", 1)[0]
    shell = "bash" if first.endswith("bash") else "sh"
    done = subprocess.run(
        [shell, "-n", str(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    if (dash := shutil.which("dash")) and shell == "sh":
        assert subprocess.run([dash, "-n", str(script)], check=False).returncode == 0
