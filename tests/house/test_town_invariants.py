"""Each invariant in the table of ``docs/invariants.md`` is held by a test that there is."""

import ast
import re

import pytest

from tests.support.world import ROOT

_ROW = re.compile(r"^\| (T\d+) \| .+ \| `(\w+\.py)` `(test_\w+)` \|$", re.MULTILINE)
TABLE = _ROW.findall((ROOT / "docs/invariants.md").read_text())


def test_they_are_numbered():
    assert [name for name, *_ in TABLE] == [f"T{n}" for n in range(1, len(TABLE) + 1)]
    assert len(TABLE) > 10


@pytest.mark.parametrize(("name", "file", "test"), TABLE)
def test_what_holds_an_invariant_is_a_test(name, file, test):
    tree = ast.parse((ROOT / "tests/simulation" / file).read_text())
    assert test in [each.name for each in tree.body if isinstance(each, ast.FunctionDef)], name


def test_each_check_that_was_broken_on_purpose_is_an_invariant():
    tree = ast.parse((ROOT / "tests/simulation/test_invariants.py").read_text())
    found = {
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    }
    assert found <= {test for *_, test in TABLE}
