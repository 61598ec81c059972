"""What holds when ledgers of two clones meet, invariant by invariant."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitgt.git.command import git
from gitgt.git.repository import Signature
from gitgt.ledger import layout
from gitgt.ledger.clock import clock_of
from gitgt.ledger.documents import load
from gitgt.ledger.join import join
from gitgt.ledger.transact import Change
from gitgt.model.change import flaws
from gitgt.model.documents import Comment, Escalation
from gitgt.model.lifecycle import BeadStatus
from tests.support.replicas import REGISTERS, Store, bead

NAMES = [f"gt-abc1{n}" for n in range(4)]
SEEDS = st.integers(0, 10**6)
few = settings(max_examples=max(4, settings.default.max_examples // 5))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("ledgers") / "a store.git")


@pytest.fixture(scope="module")
def begun(store):
    """A ledger with a few beads, which every clone has."""
    return store.clone("ada").write(*(bead(name) for name in NAMES))


def forks(store, begun, seed, clones=("ada", "bob"), edits=12, kinds=()):
    """Return the tips of clones that went apart."""
    return [store.clone(name, begun, seed=seed).work(NAMES, edits, kinds) for name in clones]


def calls(store, commit):
    """Return the calls to whoever lost a claim."""
    return [each for each in documents(store, commit).values() if isinstance(each, Escalation)]


def documents(store, commit):
    files = store.repository.files(commit)
    return {
        path: load(store.repository.blob(oid), path)
        for path, oid in files.items()
        if layout.is_item(path)
    }


@few
@given(SEEDS)
def test_07_commutative_to_the_last_byte(store, begun, seed):
    one, two = forks(store, begun, seed)
    assert join(store.repository, one, two) == join(store.repository, two, one)


@few
@given(SEEDS)
def test_08_idempotent(store, begun, seed):
    one, two = forks(store, begun, seed)
    both = store.joined(one, two)
    assert store.joined(one, one) == one
    assert store.joined(both, one) == store.joined(two, both) == both
    assert store.joined(begun, one) == one


@few
@given(SEEDS)
def test_09_who_changed_nothing_gives_way(store, begun, seed):
    one, _ = forks(store, begun, seed)
    apart = store.clone("bob", begun).write(bead("gt-other"))
    both = documents(store, store.joined(one, apart))
    assert both.pop("items/o/t/gt-other.yaml").title == "gt-other"
    assert both == documents(store, one)


@few
@given(SEEDS)
def test_10_associative_where_nothing_but_the_later_write_counts(store, begun, seed):
    """Any way to merge the same commits gives the same tree, values that came back included.

    Of registers alone: a priority, each label, edge, comment and key of ``ext`` settles by its
    own clock, whoever merges. A title, a long text, a claim, a closing and an id that two beads
    share are judged as wholes, from where two sides parted, and what loses is kept as a
    comment: which texts met, and so who is told of what, depends on who merged with whom first.
    For those each merge is still the same everywhere (7, 12), and clones that go on talking end
    at one tip (11).
    """
    tips = forks(store, begun, seed, ("ada", "bob", "cid"), kinds=REGISTERS[1:])
    trees = {store.tree(store.joined(*order)) for order in itertools.permutations(tips)}
    left = store.joined(store.joined(tips[0], tips[1]), store.joined(tips[1], tips[2]))
    assert trees == {store.tree(left)}


@few
@given(SEEDS)
def test_10_two_common_ancestors_are_as_good_as_one(store, begun, seed):
    """Each merged what the other had by then, and went on: a criss-cross."""
    ada, bob = (store.clone(name, begun, seed=seed) for name in ("ada", "bob"))
    first = [clone.work(NAMES, 6, REGISTERS[1:]) for clone in (ada, bob)]
    last = [clone.work(NAMES, 6, REGISTERS[1:]) for clone in (ada, bob)]
    crossed = store.joined(last[0], first[1]), store.joined(first[0], last[1])
    assert store.tree(store.joined(*crossed)) == store.tree(store.joined(*last))


@few
@given(SEEDS, st.permutations([0, 1, 2, 0, 1, 2]))
def test_11_clones_that_talk_end_at_one_tip(store, begun, seed, order):
    clones = [store.clone(name, begun, seed=seed) for name in ("ada", "bob", "cid")]
    hub = begun
    for number in order:
        clone = clones[number]
        clone.work(NAMES, 5)
        clone.take(hub)
        hub = clone.head
    for clone in (*clones, *clones):
        clone.take(hub)
        hub = clone.head
    assert {clone.head for clone in clones} == {hub}


@few
@given(SEEDS)
def test_12_deterministic_in_another_repository(tmp_path_factory, store, begun, seed):
    one, two = forks(store, begun, seed)
    both = store.joined(one, two)
    other = Store(tmp_path_factory.mktemp("other") / "b.git")
    git("fetch", "-q", str(store.repository.common), one, two, cwd=other.repository.common)
    assert join(other.repository, two, one).commit == both


@few
@given(SEEDS)
def test_13_what_was_said_stays_said(store, begun, seed):
    one, two = forks(store, begun, seed)
    both = documents(store, store.joined(one, two))
    for tip in (one, two):
        for path, document in documents(store, tip).items():
            assert set(document.comments) <= set(both[path].comments)


@few
@given(SEEDS)
def test_13_labels_one_by_one(store, begun, seed):
    one, two = forks(store, begun, seed, edits=1, kinds=("label",))
    base, left, right = (documents(store, each) for each in (begun, one, two))
    for path, document in documents(store, store.joined(one, two)).items():
        was, ours, theirs = (set(each[path].labels) for each in (base, left, right))
        assert (ours & theirs) <= set(document.labels) <= (ours | theirs)
        added, removed = (ours - was) | (theirs - was), (was - ours) | (was - theirs)
        assert added <= set(document.labels)
        assert not removed & set(document.labels)


@few
@given(SEEDS)
def test_14_no_merge_breaks_what_a_state_must_have(store, begun, seed):
    one, two = forks(store, begun, seed, kinds=("state", "state", "text"))
    for document in documents(store, store.joined(one, two)).values():
        assert list(flaws(document)) == []


@few
@given(SEEDS, st.integers(0, 3), st.integers(0, 3))
def test_15_a_claim_has_one_winner_and_the_loser_is_named(store, begun, seed, ada, bob):
    tips = {}
    for name, before in (("ada", ada), ("bob", bob)):
        clone = store.clone(name, begun, seed=seed)
        clone.work(NAMES[1:], before, ("comment",))
        held = bead(NAMES[0], status=BeadStatus.HOOKED, assignee=f"shop/polecats/{name}")
        tips[name] = clone.write(held)
    both = join(store.repository, *tips.values())
    path = layout.path_of(NAMES[0])
    found = documents(store, both.commit)[path]
    first = "ada" if ada <= bob else "bob"
    assert found.assignee == f"shop/polecats/{first}"
    (lost,) = both.lost[path]
    assert (lost.field, lost.author) == ("assignee", "bob" if first == "ada" else "ada")
    assert any(lost.value in each.text for each in found.comments)
    (call,) = calls(store, both.commit)
    loser = "bob" if first == "ada" else "ada"
    assert call.about == NAMES[0]
    assert call.title == (
        f"{NAMES[0]} is not shop/polecats/{loser}'s: shop/polecats/{first} claimed it first, "
        "in another clone"
    )


@few
@given(SEEDS, st.sampled_from(("closed", "tombstone")))
def test_15_whose_bead_was_ended_meanwhile_is_told(store, begun, seed, end):
    ended = {"status": end, "closed_at": "2026-11-23T00:00:00Z", "closed_by": "ada",
             "outcome": "cancelled", "description": ""}  # fmt: skip
    ada = store.clone("ada", begun, seed=seed).write(bead(NAMES[0], **ended))
    bob = store.clone("bob", begun, seed=seed)
    bobs = bob.write(bead(NAMES[0], status=BeadStatus.HOOKED, assignee="bob"))
    (call,) = calls(store, store.joined(ada, bobs))
    did = "closed it" if end == "closed" else "deleted it"
    assert call.title == f"{NAMES[0]} is not bob's: ada {did}, in another clone"

    # It was heard: merging on, with whoever else, does not call again, nor open it again.
    heard = call.replace(status="closed", closed_at="2026-11-24T00:00:00Z")
    after = store.clone("ada", store.joined(ada, bobs), seed=seed).write(heard)
    late = bob.write(bead(NAMES[1], title="bob goes on"))
    assert calls(store, store.joined(after, late)) == [heard]
    assert calls(store, store.joined(store.joined(ada, late), after)) == [heard]


@few
@given(SEEDS, st.permutations(["ada", "bob", "cid"]), st.integers(0, 3))
def test_15_a_settled_claim_stands_whoever_meets_first(store, begun, seed, names, late):
    """One claimed online, however late; two did offline, one of them went on to work."""
    online, *offline = names
    claimed = {}
    for name in names:
        clone = store.clone(name, begun, seed=seed)
        held = bead(NAMES[0], status=BeadStatus.HOOKED, assignee=f"shop/polecats/{name}")
        if name == online:
            clone.work(NAMES[1:], late, ("comment",))
            claimed[name] = clone.write(held, Gt_Settled="origin")
        else:
            claimed[name] = clone.write(held)
    worker = store.clone(offline[0], claimed[offline[0]], seed=seed)
    begins = documents(store, worker.head)[layout.path_of(NAMES[0])]
    claimed[offline[0]] = worker.write(begins.replace(status=BeadStatus.IN_PROGRESS))

    tips = list(claimed.values())
    ends = [store.joined(*order) for order in itertools.permutations(tips)]
    ends.append(store.joined(store.joined(*tips[:2]), store.joined(*tips[1:])))
    found = [documents(store, each)[layout.path_of(NAMES[0])] for each in ends]
    assert {each.assignee for each in found} == {f"shop/polecats/{online}"}
    assert {each.status for each in found} == {BeadStatus.HOOKED}


def test_15_a_copy_of_a_settled_claim_is_a_claim_like_any_other(store, begun):
    """Such as git cherry-pick makes: the words are there, the clock is of another place."""
    ada = store.clone("ada", begun).write(bead(NAMES[0], status="hooked", assignee="ada"))
    bob = store.clone("bob", begun)
    bob.write(bead(NAMES[1], title="in between"))
    held = bead(NAMES[0], status="hooked", assignee="bob")
    claim = f"claim\n\nGt-Settled: origin\nGt-Clock: {clock_of(store.repository, begun) + 1}\n"
    tree = store.tree(bob.write(held))
    parent = store.repository.parents_of(bob.head)
    copy = store.repository.write_commit(tree, parent, claim, Signature("bob", "b@x.org", 5))
    found = documents(store, store.joined(ada, copy))[layout.path_of(NAMES[0])]
    assert found.assignee == "ada"


def test_16_a_reopening_counts_only_if_it_knew_of_the_end(store, begun):
    closed = {"status": BeadStatus.CLOSED, "closed_at": "2026-11-23T00:00:00Z",
              "closed_by": "ada", "outcome": "success"}  # fmt: skip
    ada = store.clone("ada", begun)
    ended = ada.write(bead(NAMES[0], **closed))
    bob = store.clone("bob", begun).write(bead(NAMES[0], title="still at it"))
    both = documents(store, store.joined(ended, bob))[layout.path_of(NAMES[0])]
    assert (both.status, both.title) == ("closed", "still at it")
    again = ada.write(bead(NAMES[0]))
    late = documents(store, store.joined(again, store.joined(ended, bob)))
    assert late[layout.path_of(NAMES[0])].status == "open"


@few
@given(SEEDS)
def test_17_what_nobody_touched_is_kept_to_the_byte(store, begun, seed):
    odd = bead("gt-odd00", ext={"their": {"own": [1, 1.0, True, "x"]}, "n": 1})
    base = store.clone("ada", begun).write(odd)
    one, two = forks(store, base, seed)
    changed = store.clone("cid", one).write(odd.replace(priority=0))
    both = store.joined(changed, two)
    assert documents(store, both)[layout.path_of("gt-odd00")].ext == odd.ext
    other = store.repository.entry(store.joined(one, two), layout.path_of("gt-odd00"))
    assert other == store.repository.entry(base, layout.path_of("gt-odd00"))


@few
@given(SEEDS)
def test_18_the_clock_only_goes_forward(store, begun, seed):
    one, two = forks(store, begun, seed)
    both = store.joined(one, two)
    clocks = [clock_of(store.repository, each) for each in (one, two)]
    assert clock_of(store.repository, both) == 1 + max(clocks)


def test_18_a_clock_that_jumps_is_not_believed(store, begun):
    honest = store.clone("ada", begun)
    honest.write(bead(NAMES[0], title="first"))
    honest = honest.write(bead(NAMES[0], title="honest, and later"))
    clone = store.clone("bob", begun)
    clone.ledger.transact(
        lambda _: Change(
            "mine", (bead(NAMES[0], title="forged"),), trailers={"Gt-Clock": "9" * 14}
        ),
        clone.who,
    )
    found = documents(store, store.joined(honest, clone.head))[layout.path_of(NAMES[0])]
    assert found.title == "honest, and later"


def test_19_two_beads_of_one_id_both_survive(store, begun):
    ada = store.clone("ada", begun).write(
        bead("gt-same0", title="Ada's", created_by="ada"),
    )
    bob = store.clone("bob", begun)
    bob.write(bead("gt-same0", title="Bob's", created_by="bob"))
    edge = [each.replace(parent="gt-same0") for each in (bead("gt-child", created_by="bob"),)]
    bobs = bob.write(*edge)
    both = store.joined(ada, bobs)
    found = {each.title: each for each in documents(store, both).values()}
    kept, moved = sorted(
        (found["Ada's"], found["Bob's"]), key=lambda each: each.id != "gt-same0"
    )
    assert kept.id == "gt-same0"
    assert moved.ext["alias"] == "gt-same0"
    assert any(moved.id in each.text for each in kept.comments)
    assert any("gt-same0" in each.text for each in moved.comments)
    assert found["gt-child"].parent == found["Bob's"].id
    # Whoever still knows it under the old id goes on, and the change arrives.
    late = bob.write(bead("gt-same0", title="Bob's", created_by="bob", priority=0))
    later = {each.title: each for each in documents(store, store.joined(both, late)).values()}
    assert later["Bob's"].priority == 0
    assert later["Bob's"].id == found["Bob's"].id
    assert later["Ada's"].id == found["Ada's"].id


def test_what_cannot_be_read_gives_way_and_nothing_else_suffers(store, begun):
    path = layout.path_of(NAMES[0])
    repository = store.repository
    broken = repository.write_tree(begun, {path: repository.write_blob(b"id: [\n")})
    bad = repository.write_commit(broken, [begun], "oops", Signature("Eve", "e@x.org", 5))
    good = store.clone("ada", begun).write(bead(NAMES[0], title="good"), bead("gt-more0"))
    both = join(repository, bad, good)
    assert both.unread == (path,)
    assert documents(store, both.commit)[path].title == "good"


def test_two_who_rewrote_one_text_find_both_in_the_bead(store, begun):
    tips = [
        store.clone(name, begun).write(bead(NAMES[0], description=f"one\n{name}\nthree"))
        for name in ("ada", "bob")
    ]
    found = documents(store, store.joined(*tips))[layout.path_of(NAMES[0])]
    assert "bob" in found.description
    (kept,) = found.comments
    assert isinstance(kept, Comment)
    assert (kept.by, kept.text) == (
        "ada", "description, as it was before a merge:\none\nada\nthree",
    )  # fmt: skip
