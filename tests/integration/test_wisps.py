"""Wisps: passing beads in a ref of one commit, swept when their time is over."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.wisps import REF, Wisps
from gitgt.model.actor import Actor
from gitgt.model.documents import Comment
from gitgt.model.ids import BeadId
from gitgt.model.wisp import LIFETIMES, WispKind
from gitgt.reactor.key import Key
from gitgt.roles.deacon import DeaconRole
from gitgt.services import beads, properties, wisps
from gitgt.services.formula import condense, molecules, vapor
from gitgt.services.formula.library import Formulas
from tests.support.formulas import PIZZA, write
from tests.support.town import TESS, TownBuilder

TART = """
formula = "tart"
[[steps]]
id = "dough"
[[steps]]
id = "bake"
needs = ["dough"]
"""
NESTED = """
formula = "meal"
[[steps]]
id = "starters"
[[steps.children]]
id = "soup"
[[steps.children]]
id = "bread"
[[steps]]
id = "cake"
needs = ["starters"]
"""
GATE = '[steps.gate]\ntype = "human"\n'
NUX = Actor.agent("shop/polecats/nux")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """One town for all; each test begins without wisps."""
    builder = TownBuilder(tmp_path_factory.mktemp("town")).watched()
    builder.rig()
    write(builder.town, PIZZA)
    yield builder
    builder.close()


@pytest.fixture
def shop(town):
    found = town.town.rig("shop")
    town.repo(found).git("update-ref", "-d", REF)
    return found


def test_the_ref_has_one_commit_and_no_memory(town, shop):
    git = town.repo(shop).git
    before = git("rev-parse", "beads")
    made = [wisps.create(town.town, shop, NUX, title, WispKind.PING) for title in "abc"]
    wisps.burn(town.town, made[0].id, NUX)
    assert git("rev-list", "--count", REF) == "1"
    assert git("rev-list", "--count", "--walk-reflogs", REF) in ("", "0")
    assert git("rev-parse", "beads") == before
    titles = {each.title for each in wisps.at(town.town, shop).all().values()}
    assert titles == {"b", "c"}


def test_each_kind_has_its_time(town, shop):
    for kind in WispKind:
        wisps.create(town.town, shop, NUX, str(kind), kind)
    left = []
    for hours in (0, 6, 18, 144, 672):
        town.clock.advance(hours * 3600)
        wisps.sweep(town.town, [shop], NUX)
        left.append([each.title for each in wisps.at(town.town, shop).all().values()])
    week = ["recovery", "error", "escalation", "molecule", "run"]
    day = ["patrol", "gc_report"]
    assert [sorted(each) for each in left] == [
        sorted(["heartbeat", "ping", *day, *week]), sorted([*day, *week]), sorted(week),
        ["run"], [],
    ]  # fmt: skip


def test_what_matters_to_somebody_becomes_a_bead_when_its_time_is_over(town, shop):
    def make(title, kind=WispKind.PATROL, **fields):
        return wisps.create(town.town, shop, NUX, title, kind, fields)

    make("passing")
    make("kept", labels=("keep",))
    said = make("said", comments=(Comment("a", "2026-11-22T14:30:00Z", "ada", "Why?"),))
    make("work", WispKind.MOLECULE)
    wisps.close(town.town, make("done", WispKind.MOLECULE).id, NUX)
    town.clock.advance(8 * 24 * 3600)
    for dry in (True, False):
        found = wisps.compact(town.town, [shop], NUX, dry=dry)
        assert {each.title for each in found.gone} == {"passing", "done"}
        assert sorted((each.title, why) for each, why in found.kept) == [
            ("kept", "it is labelled keep"),
            ("said", "somebody said something about it"),
            ("work", "nobody has closed it"),
        ]
    assert wisps.at(town.town, shop).all() == {}
    kept = town.ledger(shop).bead(f"{shop.prefix}-{said.id.root_suffix}")
    assert (kept.title, kept.comments[0].text) == ("said", "Why?")


def test_a_rig_says_how_long_they_live(town, shop):
    properties.put(town.town, shop, "wisp_ttl_ping", "1h", TESS, local=True)
    wisps.create(town.town, shop, NUX, "ping", WispKind.PING)
    assert wisps.compact(town.town, [shop], NUX).next_at == town.clock() + 3600
    properties.drop(town.town, shop, "wisp_ttl_ping", TESS, local=True)
    assert wisps.compact(town.town, [shop], NUX).next_at == town.clock() + 6 * 3600


def test_whoever_touches_a_wisp_keeps_it_and_a_dry_sweep_keeps_all(town, shop):
    made = wisps.create(town.town, shop, NUX, "beat", WispKind.HEARTBEAT)
    town.clock.advance(LIFETIMES[WispKind.HEARTBEAT] - 1)
    wisps.change(town.town, made.id, NUX, {"title": "beat again"})
    town.clock.advance(10)
    assert wisps.sweep(town.town, [shop], NUX)[0] == []
    town.clock.advance(LIFETIMES[WispKind.HEARTBEAT])
    gone, _ = wisps.sweep(town.town, [shop], NUX, dry=True)
    assert [each.title for each in gone] == ["beat again"]
    assert made.id in wisps.at(town.town, shop).all()


def test_the_deacon_sweeps_and_is_back_when_the_next_is_due(town, shop):
    wisps.create(town.town, shop, NUX, "beat", WispKind.HEARTBEAT)
    role, key = DeaconRole(town.town), Key("deacon", shop.name)
    assert role.reconcile(key).again_in == 6 * 3600
    town.clock.advance(6 * 3600)
    assert role.reconcile(key).again_in is None
    assert wisps.at(town.town, shop).all() == {}


def test_two_who_write_at_once_both_get_through(town, shop):
    mine = wisps.at(town.town, shop)
    repository = town.town.ledger_at(shop).repository
    other = wisps.create(town.town, shop, NUX, "first", WispKind.PING)
    seen = []

    def decide(present):
        if not seen:
            # Another process, which knows no lock of ours, was faster.
            tree = town.repo(shop).git("rev-parse", f"{REF}^{{tree}}")
            commit = town.repo(shop).git("commit-tree", "-m", "other", tree)
            town.repo(shop).git("update-ref", REF, commit)
        seen.append(sorted(present))
        return {other.id: present[other.id].replace(title="second")}

    after = Wisps(repository, town.clock).transact(decide, NUX)
    assert (len(seen), after[other.id].title) == (2, "second")
    assert mine.all()[other.id].title == "second"


def test_a_promoted_wisp_is_a_bead_and_no_wisp(town, shop):
    made = wisps.create(town.town, shop, NUX, "odd", WispKind.ERROR, {"description": "Look."})
    kept = wisps.promote(town.town, made.id, TESS, reason="again")
    assert (kept.title, kept.description, kept.labels) == ("odd", "Look.", ("wisp:error",))
    assert kept.id == made.id.replace("-ws-", "-")
    assert wisps.at(town.town, shop).all() == {}
    with pytest.raises(NotFoundError):
        wisps.promote(town.town, made.id, TESS)


def test_a_death_between_the_two_writes_of_a_promotion_doubles_nothing(town, shop):
    made = wisps.create(town.town, shop, NUX, "odd", WispKind.ERROR)
    first = wisps.promote(town.town, made.id, TESS)
    wisps.at(town.town, shop).transact(lambda _: {made.id: made}, NUX)  # as if it had not gone
    assert wisps.promote(town.town, made.id, TESS) == first


def test_a_formula_is_done_as_a_wisp_and_squashed(town, shop):
    cooked = Formulas(town.town, shop).cook("pizza", {"topping": "kale"})
    made = vapor.create(town.town, shop, cooked, NUX)
    with pytest.raises(RefusedError, match="bake waits for dough, sauce"):
        vapor.step_done(town.town, made.id, "bake", NUX)
    assert vapor.step_done(town.town, made.id, "dough", NUX)[1]
    assert not vapor.step_done(town.town, made.id, "dough", NUX)[1]
    seen = vapor.view(town.town, made.id)
    assert [(step.title, seen.state(step)) for step in seen.steps] == [
        ("Make the dough", "done"),
        ("Make the sauce", "ready"),
        ("Bake it with kale", "waiting"),
    ]
    lines = vapor.checklist(seen)
    kept = wisps.squash(town.town, made.id, TESS, summary="Eaten raw.", lines=lines)
    assert (kept.status, kept.title) == ("closed", "Digest: pizza")
    assert kept.description.startswith("Eaten raw.\n\n- [x] Make the dough\n")
    assert wisps.at(town.town, shop).all() == {}


def members(town, root):
    seen = molecules.view(town.town, root).survey
    known = seen.states()
    return {town.now(each.id).step: str(known[each.id]) for each in seen.members}


def test_a_promoted_formula_is_a_molecule_that_is_as_far(town, shop):
    cooked = Formulas(town.town, shop).cook("pizza", {"topping": "kale"})
    made = vapor.create(town.town, shop, cooked, NUX, assignee=NUX.address)
    vapor.step_done(town.town, made.id, "dough", NUX)
    before = town.repo(shop).git("rev-parse", "beads")
    kept = condense.promote(town.town, made.id, NUX, reason="hungry")
    assert (kept.id, kept.type, kept.title, kept.assignee, kept.labels, kept.ext) == (
        made.id.replace("-ws-", "-"), "molecule", "pizza", NUX.address, ("wisp:molecule",),
        {"vars": {"topping": "kale"}},
    )  # fmt: skip
    assert town.story(shop, since=before) == [
        f"shop/polecats/nux: promote {made.id}: hungry: pizza",
        f"shop/polecats/nux: {kept.id}: what was done as {made.id}",
    ]
    assert members(town, kept.id) == {"dough": "done", "sauce": "ready", "bake": "waiting"}
    assert wisps.at(town.town, shop).all() == {}


def test_a_promotion_that_was_cut_short_is_completed(town, shop):
    write(town.town, NESTED)
    made = vapor.create(town.town, shop, Formulas(town.town, shop).cook("meal", {}), NUX)
    for step in ("soup", "bread"):
        vapor.step_done(town.town, made.id, step, NUX)
    wisp = wisps.of(town.town, made.id).get(made.id)
    kept = condense.promote(town.town, made.id, NUX)
    beads.reopen(town.town, BeadId(f"{kept.id}.1.1"), TESS, reason="as if it had not been")
    wisps.at(town.town, shop).transact(lambda _: {wisp.id: wisp}, NUX)
    assert condense.promote(town.town, made.id, NUX).id == kept.id
    assert members(town, kept.id) == {
        "starters": "done", "soup": "done", "bread": "done", "cake": "ready",
    }  # fmt: skip


def test_a_formula_that_is_gone_leaves_its_wisp_a_bead_that_says_what_was_done(town, shop):
    path = write(town.town, PIZZA.replace('"pizza"', '"pide"'))
    cooked = Formulas(town.town, shop).cook("pide", {"topping": "kale"})
    made = vapor.create(town.town, shop, cooked, NUX)
    vapor.step_done(town.town, made.id, "dough", NUX)
    path.unlink()
    kept = condense.promote(town.town, made.id, TESS)
    assert (kept.type, kept.notes) == (
        "task",
        "pide: there is no formula 'pide'\n- [x] dough",
    )


def test_what_has_a_formula_gate_is_no_wisp_and_one_that_gets_it_later_holds_the_step(
    town, shop
):
    path = write(town.town, TART)
    made = vapor.create(town.town, shop, Formulas(town.town, shop).cook("tart", {}), NUX)
    path.write_text(TART + GATE)
    cooked = Formulas(town.town, shop).cook("tart", {})
    with pytest.raises(RefusedError) as caught:
        vapor.create(town.town, shop, cooked, NUX)
    assert (caught.value.message, caught.value.hint) == (
        "bake of tart waits at a formula gate, and a wisp has none",
        "git gt mol pour tart",
    )
    vapor.step_done(town.town, made.id, "dough", NUX)
    seen = vapor.view(town.town, made.id)
    assert [seen.state(each) for each in seen.steps] == ["done", "waiting"]
    with pytest.raises(RefusedError, match="bake waits at a formula gate"):
        vapor.step_done(town.town, made.id, "bake", NUX)


def test_a_wisp_whose_formula_is_gone_says_so(town, shop):
    path = write(town.town, PIZZA.replace('"pizza"', '"pita"'))
    cooked = Formulas(town.town, shop).cook("pita", {"topping": "kale"})
    made = vapor.create(town.town, shop, cooked, NUX)
    path.unlink()
    assert vapor.view(town.town, made.id).problem == "there is no formula 'pita'"
