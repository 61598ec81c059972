import pytest

from gitgt.ledger.layout import id_of, is_item, named_by, path_of

PLACES = [
    ("gt-abc12", "items/a/b/gt-abc12.yaml"),
    ("gt-mr-xy", "items/x/y/gt-mr-xy.yaml"),
    ("hq-cv-0123456", "items/0/1/hq-cv-0123456.yaml"),
    ("gt-abc12.x1", "items/a/b/gt-abc12.x1.yaml"),
    ("gt-abc12.x1.y2", "items/a/b/gt-abc12.x1.y2.yaml"),
]


@pytest.mark.parametrize(("bead", "path"), PLACES)
def test_an_id_says_where_it_lies(bead, path):
    assert path_of(bead) == path
    assert id_of(path) == bead
    assert is_item(path)


@pytest.mark.parametrize(
    "path",
    [
        "items/b/a/gt-abc12.yaml",
        "items/a/b/gt-abc12.yml",
        "items/a/b/gt-abc12",
        "items/gt-abc12.yaml",
        "items/a/b/c/gt-abc12.yaml",
        "gt-abc12.yaml",
        "items/A/B/gt-ABC12.yaml",
        "items/a/gt-a.yaml",
        "items/./b/gt-.b.yaml",
        "ledger.yaml",
        "",
    ],
)
def test_nothing_else_lies_anywhere(path):
    assert id_of(path) is None


def test_a_file_in_the_wrong_place_still_has_a_name():
    assert named_by("anywhere/gt-abc12.yaml") == "gt-abc12"
    assert named_by("items/a/b/notes.yaml") is None
