"""What a convoy would be like, before it starts."""

from gitgt.model.convoy.convoy_stage import Input, Piece, Request, stage
from gitgt.model.graph import Edge, Graph, Node


def piece(name, *after, rig="shop", parent="", **more):
    fields = {each: more.pop(each) for each in ("type", "status", "ended") if each in more}
    edges = tuple(each if isinstance(each, Edge) else Edge("blocks", each) for each in after)
    parents = (parent,) if parent else ()
    node = Node(name, edges=edges, parents=parents, **fields)
    return Piece(node=node, rig=rig, **more)


def staged(*pieces, kind=Input.TASKS, root="", others=(), **more):
    graph = Graph.of([*(each.node for each in pieces), *others])
    known = {each.node.id: each for each in pieces}
    wanted = {"here": frozenset({"shop", "farm"}), **more}
    return stage(Request(kind, known, root, **wanted), graph)


def told(findings):
    return [(str(each.flaw), each.text) for each in findings]


def test_waves_are_what_waits_for_nothing_but_earlier_ones():
    found = staged(piece("d", "b", "c"), piece("c", "a"), piece("b", "a"), piece("a"))
    assert found.waves == (("a",), ("b", "c"), ("d",))
    assert (found.status, found.findings) == ("staged_ready", ())


def test_epics_are_in_no_wave_and_who_waits_for_one_waits_for_its_parts():
    found = staged(
        piece("e", type="epic", integration="e"),
        piece("f", "e", type="epic", integration="f"),
        piece("a", parent="e"),
        piece("b", parent="f"),
        piece("c", Edge("waits-for", "f")),
    )
    assert found.waves == (("a",), ("b",), ("c",))
    assert found.members == ("a", "b", "c")


def test_what_is_done_is_in_no_wave():
    found = staged(piece("a", status="closed", ended=True), piece("b", "a"))
    assert (found.members, found.waves) == (("a", "b"), (("b",),))


def test_a_circle_is_an_error_that_shows_the_way():
    found = staged(piece("a", "c"), piece("b", "a"), piece("c", "b"))
    assert told(found.errors) == [("cycle", "they wait for each other: a -> c -> b -> a")]
    assert found.status == ""


def test_what_hangs_on_nothing_and_what_has_no_rig_are_errors():
    found = staged(piece("a", "gone"), piece("hq-b", rig=""), piece("c", rig="far"))
    assert told(found.errors) == [
        ("missing", "a hangs on gone, which is nowhere"),
        ("no-rig", "hq-b is the town's own and has no code to work on"),
        ("no-rig", "c belongs to far, which is not here"),
    ]


def test_what_has_to_be_overruled():
    epic = piece("e", type="epic")
    found = staged(
        epic,
        piece("f", type="epic", parent="e"),
        piece("a", parent="f"),
        piece("b", "a", parent="e", rig="farm", elsewhere="cv"),
        piece("c", parent="e"),
        piece("d", "x", parent="e"),
        kind=Input.EPIC,
        root="e",
        others=[Node("x")],
        off={"farm": "parked"},
        limit=2,
    )
    assert found.status == "staged_warnings"
    assert told(found.warnings) == [
        ("isolated", "nothing waits for c, d, and they wait for nothing"),
        ("no-branch", "f has no integration branch"),
        ("off", "farm is parked: b"),
        ("cross-rig", "the work is spread over 2 rigs: farm, shop"),
        ("many", "wave 1 needs 3 workers; 2 may work at once"),
        ("outside", "d waits for x, which does not travel along"),
        ("overlap", "b travels in cv already"),
    ]
    assert found.tree == ((0, "e"), (1, "b"), (1, "c"), (1, "d"), (1, "f"), (2, "a"))


def test_more_than_five_at_once_are_many_where_nothing_limits_them():
    found = staged(*(piece(name) for name in "abcdef"))
    assert told(found.warnings) == [("many", "wave 1 needs 6 workers, more than 5")]


def test_what_can_never_start_is_said():
    found = staged(
        piece("a", Edge("merge-blocks", "x")),
        piece("b", status="blocked"),
        others=[Node("x", status="closed", ended=True)],
    )
    assert told(found.warnings) == [
        ("stuck", "a waits for x, which ended otherwise"),
        ("stuck", "b is blocked"),
    ]
