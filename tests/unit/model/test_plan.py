"""Plans as people write them."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.plan import Draft, Edge, edge, from_markdown, from_object, keys, minutes

PAGE = """\
# Heading of the page

Words before the first bead.

## Retry the push ##

When busy.

~~~
## not a bead
### Priority
~~~

### Why not
Because.

### Priority
P1
### Labels
- net
- `io`, net
### Acceptance Criteria

- one

- two

## Tell who
### Depends On
Retry the push, related: gt-abc12
# Another part
lost
"""


def test_headings_are_beads_and_their_fields():
    first, second = from_markdown(PAGE, "plan.md")
    assert first.fields == {
        "title": "Retry the push",
        "description": (
            "When busy.\n\n~~~\n## not a bead\n### Priority\n~~~\n\n### Why not\nBecause."
        ),
        "priority": 1,
        "labels": ["io", "net"],
        "acceptance": "- one\n\n- two",
    }
    assert (first.where, first.places["priority"]) == ("plan.md:5", "plan.md:17")
    assert second.fields == {"title": "Tell who"}
    assert second.edges == (Edge("blocks", "Retry the push"), Edge("related", "gt-abc12"))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "p:1: no bead is planned here"),
        ("## A\n### Priority\nsoon\n", "p:2: 'soon' is no priority"),
        ("## A\n### Labels\n\n### Type\nbug", "p:2: nothing stands below Labels"),
        ("## A\n### Type\na\n### type\nb", "p:4: type is there twice"),
        ("## A\n### Estimate\nlong", "p:2: 'long' is no estimate"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(page, said):
    with pytest.raises(RefusedError) as refused:
        from_markdown(page, "p")
    assert refused.value.message == said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("gt-abc12", Edge("blocks", "gt-abc12")),
        ("related:gt-abc12", Edge("related", "gt-abc12")),
        (
            "conditional-blocks: gt-abc12 : success",
            Edge("conditional-blocks", "gt-abc12", "success"),
        ),
        ("Fix: the push", Edge("blocks", "Fix: the push")),
    ],
)
def test_an_edge_is_an_id_with_or_without_a_type(text, read):
    assert edge(text) == read


def test_a_type_that_is_none_is_refused():
    with pytest.raises(RefusedError):
        edge("sometimes:gt-abc12")


@pytest.mark.parametrize(("text", "count"), [("90", 90), ("90m", 90), ("1.5h", 90)])
def test_an_estimate_is_minutes(text, count):
    assert minutes(text) == count


@pytest.mark.parametrize(
    "given",
    [{"prio": 1}, {"priority": 7}, {"labels": "net"}, {"deps": [3]}, {"title": 1}],
)
def test_an_object_that_is_no_bead_is_refused_with_its_place(given):
    with pytest.raises(RefusedError, match=r"^in:3: "):
        from_object(given, "in:3")


def test_a_bead_is_named_by_key_or_by_a_title_that_is_there_once():
    drafts = [Draft({"title": "A"}, key="x"), Draft({"title": "B"}), Draft({"title": "b"})]
    assert keys(drafts) == {"x": 0, "a": 0}
    with pytest.raises(RefusedError):
        keys([Draft({}, key="x"), Draft({}, key="x")])
