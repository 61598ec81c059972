"""What was said, kept short, and looked through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.transcript import Turn, capped, emit, parse, passages, rendered

ROLES = st.sampled_from(["user", "assistant", "tool"])
TURNS = st.lists(
    st.builds(Turn, role=ROLES, text=st.text(), tool=st.sampled_from(["", "Bash"]))
)

SAID = [
    Turn(role="user", text="Sell figs.", at="2026-11-22T14:30:00Z"),
    Turn(role="assistant", text="git log", tool="Bash"),
    Turn(role="tool", text="no figs yet"),
    Turn(role="assistant", text="The price of figs is a guess: the shop is closed."),
    Turn(role="assistant", text="done: 2 steps"),
]


@given(TURNS)
def test_what_is_written_is_read_back(turns):
    assert parse(emit(turns)) == turns


@given(TURNS, st.integers(0, 50))
def test_no_more_is_kept_than_is_wanted(turns, most):
    kept = capped(turns, most)
    real = [each for each in kept if "turns left out" not in each.text]
    assert sum(len(each.text) for each in real) <= most
    assert real == turns or len(real) < len(turns)


def test_of_what_is_too_long_the_middle_goes():
    turns = [Turn(role="user", text=f"{number:05d}") for number in range(100)]
    kept = [each.text for each in capped(turns, 100)]
    assert kept == [
        *(f"{number:05d}" for number in range(4)), "[... 80 turns left out ...]",
        *(f"{number:05d}" for number in range(84, 100)),
    ]  # fmt: skip
    (long,) = capped([Turn(role="tool", text="x" * 30_000)], 1_000_000)
    assert long.text.endswith("x\n[... 10000 characters left out ...]")


def test_a_question_finds_what_says_most_about_it():
    assert passages(SAID, "What about the price?") == [SAID[3]]
    assert passages(SAID, "figs price shop", most=2) == [SAID[2], SAID[3]]
    assert passages(SAID, "why?") == [SAID[-1]]
    assert passages([], "why?") == []


def test_what_was_said_is_shown_with_who_and_when():
    assert rendered(SAID[:3]) == (
        "[14:30 user]\nSell figs.\n\n[assistant: Bash]\ngit log\n\n[tool]\nno figs yet"
    )


def test_lines_that_nobody_can_read_say_nothing():
    assert parse('{"role": "user"}\nnonsense\n[1]\n{"role": "boss", "text": "x"}\n') == [
        Turn(role="user", text="")
    ]
