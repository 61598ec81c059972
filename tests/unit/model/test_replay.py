import pytest

from gitgt.model.replay.replay import Branch, Entry, Identity, Original, Resolution, Step
from gitgt.model.replay.replay_text import emit, parse

SOMEBODY = Identity("A U Thor", "a@example.com", 1112911993, "-0700")


def commit(oid, message="One\n\nTwo\n", parents=()):
    return Original(oid, "t" * 40, parents, SOMEBODY, SOMEBODY, message)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "A U Thor <a@example.com> 1112911993 -0700",
            "A U Thor <a@example.com> 1112911993 -0700",
        ),
        (" <> 0 +0000", "unknown <> 0 +0000"),
        ("... <,> 5 +0000", "unknown <> 5 +0000"),
        ("Far <f@x> 99999999999999999999 +9900", "Far <f@x> 4398046511104 +0000"),
        ("Past <p@x> -5 +0100", "Past <p@x> 0 +0100"),
        ("nothing of the kind", "unknown <> 0 +0000"),
    ],
)
def test_whoever_made_it_git_takes_the_name(line, read):
    assert str(Identity.parse(line)) == read


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("One\n\nTwo\n", "One"),
        ("\n\n  Late\n", "Late"),
        ("", "(no message)"),
        ("Be\x1b[31mware\x07", "Be [31mware"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_title_fits_a_line(message, title):
    assert commit("c", message).title == title


def test_a_step_survives_being_written():
    branch = Branch("s", "e" * 40, (commit("s"),), frozenset([b"caf\xe9", b"new\nline"]))
    changes = {
        b"gone": None,
        b"\xff\xfe": Entry("120000", "b" * 40),
        "é".encode(): Entry("160000", "c" * 40),
    }
    step = Step(
        7, commit("m", parents=("p", "s")), changes, (branch,), Resolution.CONFLICT, (1, 5)
    )

    assert parse(emit(step)) == step
    assert parse(emit(step)).paths == {b"caf\xe9", b"new\nline", *changes}
