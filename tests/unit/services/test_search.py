"""What a search finds in one bead."""

import pytest

from gitgt.services.search import judged

SAID = {
    "id": "gt-abc12",
    "title": "Retry the push",
    "status": "open",
    "description": "When the remote is busy, the push is tried again. Push, push, push.",
    "notes": "A remote that stays busy",
}


@pytest.mark.parametrize(
    ("terms", "score", "where"),
    [
        (["retry"], 8, ("title",)),
        (["push"], 8 + 3 * 2, ("title", "description")),
        (["busy", "retry"], 4 + 8, ("title", "description", "notes")),
        (["abc12"], 12, ("id",)),
        (["remote is busy"], 2, ("description",)),
    ],
)
def test_every_word_counts_where_it_stands(terms, score, where):
    assert judged(SAID, terms)[:2] == (score, where)


@pytest.mark.parametrize("terms", [["open"], ["retry", "nowhere"], ["is remote"]])
def test_a_word_that_is_nowhere_else_than_in_a_key_is_not_found(terms):
    assert judged(SAID, terms) is None


def test_a_few_words_around_are_shown():
    assert judged(SAID, ["tried"])[2] == (
        "...e remote is busy, the push is tried again. Push, push, push."
    )
