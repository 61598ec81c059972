"""Each invariant in the table of ``docs/refinery.md`` is held by tests that there are."""

import ast
import re

import pytest

from tests.support.world import ROOT

_ROW = re.compile(r"^\| ([IL]\d+) \| [^|]+ \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)` `(test_\w+)`")
_EDGE = re.compile(r"\| `(test_\w+\.py)` \|$", re.MULTILINE)
_PAGE = (ROOT / "docs/refinery.md").read_text()
TABLE = _ROW.findall(_PAGE)
HELD = [(name, *each) for name, tests in TABLE for each in _TEST.findall(tests)]


def test_all_are_there():
    wanted = [*(f"I{number}" for number in range(1, 13)), "L1", "L2", "L3"]
    assert [name for name, _ in TABLE] == wanted
    assert {name for name, *_ in HELD} == {*wanted}


@pytest.mark.parametrize(("name", "file", "test"), HELD)
def test_what_holds_an_invariant_is_a_test(name, file, test):
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert test in [each.name for each in tree.body if isinstance(each, ast.FunctionDef)], name


def test_the_edges_are_told_somewhere():
    files = _EDGE.findall(_PAGE)
    assert len(files) > 5
    for each in files:
        assert (ROOT / "tests/integration/refinery" / each).exists(), each
