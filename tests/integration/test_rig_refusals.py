"""A ledger that is there already and does not fit: each refusal names a way that works."""

from __future__ import annotations

import shlex

import pytest

from gitgt.errors import RefusedError
from gitgt.ledger import genesis
from gitgt.services import rig
from gitgt.services.rig import Wanted
from tests.support.checkout import Checkout
from tests.support.clones import hub
from tests.support.town import TESS


@pytest.fixture
def shared(town, tmp_path):
    """A project whose ledger, with the prefix sh, is with it."""
    origin = hub(tmp_path)
    first, _ = rig.add(town.town, Wanted("shop", str(origin.path)), TESS)
    ledger = town.repo(first)
    ledger.git("-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "beads")
    return origin


def refusal(town, wanted):
    with pytest.raises(RefusedError) as caught:
        rig.add(town.town, wanted, TESS)
    return caught.value.message, caught.value.hint


def another(origin):
    where = shlex.quote(str(origin.path))
    return f"git gt rig add other {where} --ledger gt-beads --prefix P"


def test_a_ledger_keeps_its_prefix(town, shared):
    assert refusal(town, Wanted("other", str(shared.path), prefix="zz")) == (
        f"the ledger of {shared.path} has the prefix 'sh', not 'zz'",
        f"leave out --prefix, or begin another ledger: {another(shared)}",
    )
    assert refusal(town, Wanted("other", str(shared.path))) == (
        "the prefix 'sh' is taken by shop",
        f"begin another ledger: {another(shared)}",
    )
    made, fresh = rig.add(
        town.town, Wanted("other", str(shared.path), prefix="ot", ledger="gt-beads"), TESS
    )
    assert (made.prefix, fresh) == ("ot", True)


def test_a_ledger_of_another_project_is_not_taken_over(town, shared, tmp_path):
    project = Checkout.init(tmp_path / "elsewhere")
    project.git("fetch", "-q", str(shared.path), "beads:beads")
    project.git("commit", "-q", "--amend", "-m", "Another beginning")

    assert refusal(town, Wanted("other", str(project.path), prefix="ot")) == (
        f"the ledger in {project.path} belongs to another project",
        f"begin one for this project: {another(project)}",
    )
    assert project.git("show", f"beads:{genesis.SETTINGS}").startswith("format: 1\nprefix: sh")
