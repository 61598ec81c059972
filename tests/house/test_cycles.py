"""No module needs, while it is loaded, another one that needs it: any may be loaded first."""

import ast
import graphlib

import pytest

from tests.support.world import ROOT


def _modules():
    for path in sorted((ROOT / "gitgt").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), path


def _imports(body):
    """Yield what is imported when the module is loaded, not what a function imports."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If | ast.Try) and not _for_types(node):
            yield from _imports(node.body)


def _for_types(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _needs(name, tree, modules):
    for node in _imports(tree.body):
        if isinstance(node, ast.Import):
            found = [each.name for each in node.names]
        else:
            inner = [f"{node.module}.{each.name}" for each in node.names]
            found = [each if each in modules else node.module for each in inner]
        yield from (each for each in found if each in modules and each != name)


def _order(sources):
    needed = {
        name: set(_needs(name, ast.parse(text), sources)) for name, text in sources.items()
    }
    return list(graphlib.TopologicalSorter(needed).static_order())


def test_modules_can_be_loaded_in_any_order():
    sources = {name: path.read_text() for name, path in _modules()}
    assert set(_order(sources)) == set(sources)


def test_a_cycle_is_found():
    sources = {"gt.a": "from gt import b", "gt.b": "import gt.a"}
    with pytest.raises(graphlib.CycleError) as told:
        _order(sources)
    assert set(told.value.args[1]) == {"gt.a", "gt.b"}
