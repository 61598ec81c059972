import pytest

from gitgt.services.replay.message import closing


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("One\n", "One\n\nCloses: gt-abc12\n"),
        ("One\n\nTwo\n", "One\n\nTwo\n\nCloses: gt-abc12\n"),
        (
            "One\n\nFixes: 7\nCloses: 8\n",
            "One\n\nFixes: 7\nOriginal-Closes: 8\nCloses: gt-abc12\n",
        ),
        ("", "(no message)\n\nCloses: gt-abc12\n"),
        ("Closes: gt-zzzzz", "Original-Closes: gt-zzzzz\n\nCloses: gt-abc12\n"),
        ("One\n\nbead : gt-zzzzz\n", "One\n\nOriginal-bead : gt-zzzzz\nCloses: gt-abc12\n"),
    ],
)
def test_the_last_paragraph_closes_the_bead_and_no_other(message, said):
    assert closing(message, "gt-abc12") == said


def test_a_later_attempt_says_so():
    assert closing("One\n\nTwo\n", "gt-abc12", attempt=2).startswith("One (attempt 2)\n\nTwo\n")
