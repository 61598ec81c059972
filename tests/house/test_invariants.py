"""Each invariant of the ledger is in the table of ``docs/ledger.md``, and has its tests."""

import ast
import re

import pytest

from tests.support.world import ROOT

_ROW = re.compile(r"^\| (\d+) \| .+ \| `(test_\w+\.py)` \|$", re.MULTILINE)
TABLE = _ROW.findall((ROOT / "docs/ledger.md").read_text())


def _numbers(name):
    """Return the invariants that a test is named after: ``test_20_and_21_...`` has two."""
    found = re.match(r"test_(\d\d(?:_and_\d\d)*)_", name)
    return [int(each) for each in found[1].split("_and_")] if found else []


def test_there_are_thirty():
    assert [int(number) for number, _ in TABLE] == [*range(1, 31)]


@pytest.mark.parametrize(("number", "file"), TABLE)
def test_an_invariant_has_a_test_that_is_named_after_it(number, file):
    tree = ast.parse((ROOT / "tests/property" / file).read_text())
    names = [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]
    assert int(number) in [each for name in names for each in _numbers(name)]


def test_each_test_of_an_invariant_is_in_the_file_that_the_table_names():
    found = {
        (str(number), path.name)
        for path in (ROOT / "tests/property").glob("test_*.py")
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.FunctionDef)
        for number in _numbers(each.name)
    }
    assert found == set(TABLE)
