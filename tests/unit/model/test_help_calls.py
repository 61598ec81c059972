"""Calls for help that do not say how loud they are."""

from __future__ import annotations

import pytest

from gitgt.model.help_calls import classify


@pytest.mark.parametrize(
    ("texts", "call"),
    [
        (("HELP: a credential leaked", "and the build crashed"), "emergency critical overseer"),
        (("HELP: the tests crash",), "failed high deacon"),
        (("HELP: OOM in the linker",), "failed high deacon"),
        (("HELP: no room for it",), "help medium deacon"),
        (("HELP", "I am stuck: the two conflict"), "blocked high mayor"),
        (("HELP: which approach?", "The session ends"), "decision medium deacon"),
        (("HELP: no progress",), "lifecycle medium witness"),
        (("HELP: please look",), "help medium deacon"),
    ],
)
def test_the_first_row_that_fits_decides(texts, call):
    assert " ".join(classify(*texts)) == call
