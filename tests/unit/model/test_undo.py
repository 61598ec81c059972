"""What is taken back, and what is left alone because it was changed later."""

from gitgt.model.undo import Clash, Written, course, taken_back

OLD = {"id": "gt-abc12", "status": "open", "priority": 2, "labels": ["net", "ui"]}


def test_a_field_says_again_what_it_said():
    step = {**OLD, "status": "closed", "reason": "done"}
    assert taken_back("gt-abc12", OLD, step, {**step, "title": "later"}) == (
        {**OLD, "title": "later"},
        [],
    )


def test_what_was_changed_later_stays_and_is_told():
    step = {**OLD, "priority": 0}
    _, clashes = taken_back("gt-abc12", OLD, step, {**step, "priority": 1})
    assert clashes == [Clash("gt-abc12", "priority", 0, 1)]


def test_of_labels_each_is_looked_at_by_itself():
    step = {**OLD, "labels": ["db", "net"]}
    now = {**OLD, "labels": ["db", "later", "net"]}
    assert taken_back("gt-abc12", OLD, step, now)[0]["labels"] == ["later", "net", "ui"]


def test_what_was_made_goes_and_comes_back():
    assert taken_back("gt-abc12", None, OLD, OLD) == (None, [])
    assert taken_back("gt-abc12", OLD, None, None) == (OLD, [])


def test_what_was_made_stays_if_somebody_works_on_it():
    now = {**OLD, "status": "hooked"}
    assert taken_back("gt-abc12", None, OLD, now) == (
        None,
        [Clash("gt-abc12", "status", "open", "hooked")],
    )


def test_what_is_back_already_stays_so():
    step = {**OLD, "priority": 0}
    assert taken_back("gt-abc12", OLD, step, OLD) == (OLD, [])
    assert taken_back("gt-abc12", None, OLD, None) == (None, [])


def written(*words: str) -> Written:
    """Return a commit: its number, the act, and what it does to which act."""
    number, act, *does = words
    said = dict([does]) if does else {}
    return Written("shop", number, act, f"2026-11-22T14:30:0{number}Z", f"act {act}", **said)


def names(acts):
    return [(each.name, each.commits[0].commit, each.said) for each in acts]


def test_undone_and_redone_it_is_done_once():
    history = [
        written("1", "a"),
        written("2", "b"),
        written("3", "u", "undoes", "b"),
        written("4", "v", "undoes", "a"),
        written("5", "r", "redoes", "a"),
    ]
    found = course(history)
    assert names(found.done) == [("a", "5", "act a")]
    assert names(found.undone) == [("b", "3", "act b")]


def test_something_new_ends_what_could_be_redone():
    found = course([written("1", "a"), written("2", "u", "undoes", "a"), written("3", "c")])
    assert names(found.done) == [("c", "3", "act c")]
    assert found.undone == ()


def test_what_was_undone_in_one_place_only_is_undone_in_the_other_next():
    town = Written("hq", "9", "a", "2026-11-22T14:30:01Z", "act a")
    found = course([written("1", "a"), town, written("2", "u", "undoes", "a")])
    assert [each.commits for each in found.done] == [(town,)]
