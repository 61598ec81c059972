"""What is different between two versions."""

from gitgt.model.differences import Difference, between, from_all, less_and_more


def test_fields_that_came_changed_and_went_are_told_in_the_document_s_order():
    old = {"title": "a", "priority": 1, "notes": "n"}
    new = {"title": "b", "priority": 1, "assignee": "mayor"}
    assert between(old, new) == (
        Difference("title", "a", "b"),
        Difference("assignee", None, "mayor"),
        Difference("notes", "n", None),
    )


def test_what_begins_differs_from_nothing():
    assert between(None, {"title": "a"}) == (Difference("title", None, "a"),)
    assert from_all([], {"title": "a"}) == (Difference("title", None, "a"),)


def test_a_merge_tells_only_what_no_parent_said():
    ours = {"title": "ours", "priority": 1, "labels": ["a"]}
    theirs = {"title": "theirs", "priority": 2, "labels": ["b"]}
    merged = {"title": "theirs", "priority": 1, "labels": ["a", "b"]}
    assert from_all([ours, theirs], merged) == (Difference("labels", ["a"], ["a", "b"]),)


def test_a_list_loses_and_gains():
    assert less_and_more(Difference("labels", ["a", "b"], ["b", "c"])) == (["a"], ["c"])
    assert less_and_more(Difference("labels", None, ["c"])) == ([], ["c"])
