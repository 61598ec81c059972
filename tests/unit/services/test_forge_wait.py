"""For how long a forge wants to be let alone."""

import pytest

from gitgt.services.forge.api import Reply, _wait

DATE = "Sun, 22 Nov 2026 14:30:00 GMT"
AT = 1795357800


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ({}, None),
        ({"retry-after": "77"}, 77),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-reset": str(AT + 90), "date": DATE}, 90),
        ({"x-ratelimit-reset": str(AT + 90_000), "date": DATE}, 3600),
        ({"x-ratelimit-reset": str(AT - 90), "date": DATE}, None),
        ({"x-ratelimit-reset": "9" * 12, "date": "yesterday"}, None),
        ({"x-ratelimit-reset": str(AT + 90), "date": DATE, "retry-after": "5"}, 5),
    ],
)
def test_how_long(head, wait):
    assert _wait(Reply(403, head, None)) == wait
