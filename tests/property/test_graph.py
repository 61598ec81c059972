"""What is ready, by the specification; and the index, which says the same without asking it.

Named after the ledger's invariants: the index follows changes as if it were made anew; every
bead of work is in one place; a closed blocker takes nothing else away; who waits for itself is
blocked, and is reported.
"""

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from gitgt.ledger import abroad, codec, index, layout
from gitgt.ledger.abroad import Homes
from gitgt.ledger.questions import ready
from gitgt.model.documents import Bead, document_from
from gitgt.model.graph import (
    BLOCKING,
    PARENT,
    Edge,
    Graph,
    Node,
    cycles,
    members,
    waves,
)
from tests.support.documents import NOW

NAMES = [f"gt-{each}" for each in ("aaa11", "bbb22", "ccc33", "ddd44", "eee55", "fff66")]
NOWHERE = "gt-zzz99"
LATER = "2100-01-01T00:00:00Z"
UNREADABLE = b"title: [\n"


@st.composite
def files(draw, name):
    """Return what may stand at a bead's path: a bead, nonsense, or nothing."""
    what = draw(st.sampled_from(("bead",) * 12 + ("nonsense", "nothing")))
    if what == "nonsense":
        return UNREADABLE
    if what == "nothing":
        return None
    fields = {
        "id": name, "title": name, "created_at": NOW, "created_by": "ada", "priority": 2,
        "type": draw(st.sampled_from(("task", "task", "task", "epic", "formula-gate"))),
        "status": draw(st.sampled_from(("open",) * 4 + ("closed", "closed", "hooked",
                                        "blocked", "deferred", "pinned", "tombstone"))),
    }  # fmt: skip
    if fields["status"] == "hooked":
        fields["assignee"] = "mayor"
    if fields["status"] in ("closed", "tombstone"):
        ends = ("success", "failure", "cancelled", "no-changes")
        fields |= {"closed_at": NOW, "closed_by": "ada", "outcome": draw(st.sampled_from(ends))}
        if draw(st.booleans()):
            fields["landed"] = "1f2e3d4c5b6a79880123456789abcdef01234567"
    if draw(st.integers(0, 5)) == 0:
        fields["defer_until"] = draw(st.sampled_from((NOW, LATER)))
    others = st.sampled_from((*NAMES, NOWHERE))
    if draw(st.integers(0, 2)) == 0:
        fields["parent"] = draw(others)
    fields["dependencies"] = draw(st.lists(edges(others), max_size=2))
    return codec.emit(document_from(fields).fields())


@st.composite
def edges(draw, others):
    kind = draw(st.sampled_from((*BLOCKING, *BLOCKING, PARENT, "related")))
    edge = {"type": kind, "on": draw(others)}
    if kind == "conditional-blocks":
        edge["when"] = draw(st.sampled_from(("success", "failure", "cancelled")))
    if kind == "waits-for" and draw(st.booleans()):
        edge["when"] = "any-child"
    return edge


@st.composite
def changes(draw):
    """Return a few commits, each with what now stands at some paths."""
    commits = []
    for _ in range(draw(st.integers(1, 4))):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
        commits.append({name: draw(files(name)) for name in names})
    return commits


def opened():
    db = sqlite3.connect(":memory:", isolation_level=None)
    index._make_tables(db)
    return db


def commit(db, change, *, anew=False):
    """Bring the index to a commit, as ``Index`` does."""
    found = {layout.path_of(name): content for name, content in change.items()}
    changed = [(path, None if content is None else path) for path, content in found.items()]
    index._write(db, changed, found, anew=anew)


def everything(db):
    tables = ("doc", "body", "dep", "label", "child", "abroad")
    return {name: sorted(db.execute(f"select * from {name}")) for name in tables}


def node(name, content):
    if content == UNREADABLE:
        return Node(name, kind="", unreadable=True)
    bead = Bead.from_fields(codec.read_canonical(content))
    return Node(
        name, bead.kind, bead.type, bead.status, bead.is_closed, bead.outcome,
        bool(bead.landed), bead.defer_until, index.parents(bead),
        tuple(Edge(each.type, each.on, each.when) for each in bead.dependencies),
    )  # fmt: skip


def standing(tree):
    web = Graph.of(node(name, content) for name, content in tree.items() if content)
    found = {name: web.standing(web.find(name), NOW) for name in NAMES if web.find(name)}
    return web, found


def tree_of(commits):
    tree = {}
    for change in commits:
        tree |= change
    return tree


@given(changes())
@settings(max_examples=40)
def test_20_and_21_the_index_follows_changes_as_if_it_were_made_anew(commits):
    followed, anew = opened(), opened()
    for number, change in enumerate(commits):
        commit(followed, change, anew=number == 0)
    commit(anew, {n: c for n, c in tree_of(commits).items() if c is not None}, anew=True)
    assert everything(followed) == everything(anew)


@given(changes())
@settings(max_examples=40)
def test_the_index_says_what_the_specification_says(commits):
    db = opened()
    tree = tree_of(commits)
    commit(db, {n: c for n, c in tree.items() if c is not None}, anew=True)
    web, found = standing(tree)
    held = abroad.held(db, Homes(lambda _: db, lambda: [""]), NOW)
    question, values = ready({}, limit=-1)
    rows = {row[0] for row in db.execute(question, {**values, "now": NOW})}
    assert rows - held == {name for name in found if found[name] == "ready"}
    for name, until in db.execute("select id, until from doc where kind = 'bead'"):
        assert until == web.until(web.find(name))


@given(changes())
@settings(max_examples=40)
def test_28_all_work_is_in_one_place(commits):
    _, found = standing(tree_of(commits))
    places = {"ready", "blocked", "deferred", "claimed", "excluded", "unreadable", "closed"}
    assert set(found.values()) <= places


@given(changes(), st.sampled_from(NAMES))
@settings(max_examples=40)
def test_28_closing_a_blocker_takes_away_nothing_but_itself(commits, name):
    tree = tree_of(commits)
    before_web, before = standing(tree)
    bead = before_web.find(name)
    if bead is None or not bead.is_live_work:
        return
    closing = Bead.from_fields(codec.read_canonical(tree[name])).replace(
        status="closed", outcome="success", closed_at=NOW, closed_by="ada", assignee=""
    )
    _, after = standing({**tree, name: codec.emit(closing.fields())})
    lost = {each for each in before if before[each] == "ready" and after[each] != "ready"}
    assert lost <= {name}


@given(changes())
@settings(max_examples=40)
def test_28_who_waits_for_itself_is_blocked_and_reported(commits):
    web, found = standing(tree_of(commits))
    pairs = [(name, other) for name in found for other in web.arrows(web.find(name))]
    inside = members(pairs)
    for name in inside:
        assert web.why(web.find(name))
        assert found[name] in ("blocked", "claimed", "excluded")
    ways = cycles(pairs)
    assert {way[0] for way in ways} <= inside
    for way in ways:
        assert all(pair in pairs for pair in zip(way, (*way[1:], way[0]), strict=True))


@given(changes())
@settings(max_examples=40)
def test_waves_wait_for_earlier_ones_alone(commits):
    web, _ = standing(tree_of(commits))
    live = [name for name in NAMES if (each := web.find(name)) and each.is_live_work]
    below = [(n, p) for n in live for p in web.find(n).parents]
    pairs = [(n, o) for n in live for o in web.arrows(web.find(n)) if (n, o) not in below]
    found, never = waves(live, pairs, below)
    level = {name: number for number, names in enumerate(found) for name in names}
    assert sorted([*level, *never]) == sorted(live)
    for one, other in pairs:
        if one in level:
            assert level[one] > level[other]
    assert members([*pairs, *below]) & set(live) <= set(never)
