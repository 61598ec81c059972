"""Services that import each other in a circle can be imported whichever comes first."""

import ast
import subprocess
import sys

from tests.support.world import ROOT

# One process for all: what is ours is forgotten before each, what is not stays.
_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [each for each in sys.modules if each.partition(".")[0] == "gitgt"]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except Exception as error:
        print(f"{name}: {error}")
"""


def _modules():
    for path in sorted((ROOT / "gitgt/services").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def _imported(tree):
    """Yield what a module imports when it is imported itself, and what may be in there."""
    for each in tree.body:
        if isinstance(each, ast.ImportFrom) and each.module:
            yield each.module
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def _in_a_circle():
    graph = {name: set(_imported(tree)) for name, tree in _modules()}
    for name in graph:
        seen, left = set(), [name]
        while left:
            new = (graph.get(left.pop(), set()) & graph.keys()) - seen
            seen |= new
            left += new
        if name in seen:
            yield name


def test_whichever_of_a_circle_comes_first_it_can_be_imported():
    names = list(_in_a_circle())
    assert names
    argv = [sys.executable, "-c", _EACH, *names]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
