"""What reaches a terminal, and what a pipe."""

import io
import os
import pty
import sys

import pytest

from gitgt.cli import output
from gitgt.cli.progress import Progress


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    def terminal():
        # Called in the test itself: pytest puts its own stdout in place for each phase.
        shown = Terminal()
        monkeypatch.setattr(sys, "stdout", shown)
        return shown

    monkeypatch.setenv("TERM", "xterm")
    return terminal


HOSTILE = [
    ("plain, with\ttab and ünïcode", "plain, with\ttab and ünïcode"),
    ("\x1b[2Jgone", "\\x1b[2Jgone"),
    ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
    ("over\rwritten", "over\\x0dwritten"),
    ("c1 \x9b31m", "c1 \\x9b31m"),
    ("\u202etxt.exe", "\\u202etxt.exe"),
    ("line\u2028break", "line\\u2028break"),
    (b"caf\xe9".decode(errors="surrogateescape"), "caf\\xe9"),
    ("half \ud800", "half \\ud800"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_what_a_terminal_would_obey_is_shown(capsys, text, shown):
    output.answer(text)
    output.say(text)
    assert capsys.readouterr() == (f"{shown}\n", f"{shown}\n")


def test_a_style_gets_through_and_nothing_else(terminal):
    screen = terminal()
    red = output.paint("red \x1b[2J", "red")
    output.answer(f"{red} \x1b[8mhidden")
    assert screen.getvalue() == "\x1b[31mred \\x1b[2J\x1b[0m \\x1b[8mhidden\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_color_can_be_declined(terminal, monkeypatch, name, value):
    screen = terminal()
    monkeypatch.setenv(name, value)
    output.answer(output.paint("red", "red"))
    assert screen.getvalue() == "red\n"


def test_a_pipe_gets_no_color_and_no_head(capsys):
    rows = [("gt-abc12", output.paint("open", "green")), ("gt-x", "two\nlines")]
    output.table(rows, head=("ID", "STATUS"))
    assert capsys.readouterr().out == "gt-abc12  open\ngt-x      two\\nlines\n"


def test_columns_line_up_on_a_terminal(terminal):
    screen = terminal()
    output.table([(output.paint("a", "green"), "1"), ("bcd", "2")], head=("ID", "N"))
    assert screen.getvalue() == (
        "\x1b[2mID\x1b[0m   \x1b[2mN\x1b[0m\n\x1b[32ma\x1b[0m    1\nbcd  2\n"
    )


def test_a_head_that_does_not_fit_fails_in_a_pipe_too():
    with pytest.raises(ValueError, match="zip"):
        output.table([("a", "b")], head=("ID",))


def test_no_rows_are_no_lines(capsys):
    output.table([], head=("ID",))
    assert capsys.readouterr().out == ""


def test_json_stays_json_whatever_is_in_it(terminal):
    screen = terminal()
    output.answer_json({"b": "\x9b\u202e\udce9", "a": ["é"]})
    assert screen.getvalue() == (
        '{\n  "b": "\\u009b\\u202e\\udce9",\n  "a": [\n    "é"\n  ]\n}\n'
    )


def test_progress_is_silent_on_a_pipe(capsys):
    with output.progress("cloning") as shown:
        shown.step("3 of 9")
    assert capsys.readouterr() == ("", "")


def test_progress_is_drawn_over_on_a_terminal(monkeypatch):
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        shown = Progress("cloning", patience=0)
        shown.step("3 of 9\x1b[2J")
        with shown:
            first = os.read(ours, 1000)
        rest = os.read(ours, 1000)
    os.close(ours)
    assert first.startswith(b"\rcloning 0 s 3 of 9\\x1b[2J\x1b[K")
    assert rest.endswith(b"\r\x1b[K")
