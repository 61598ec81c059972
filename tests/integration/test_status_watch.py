"""A town on a terminal: shown in color, and again as soon as something moved."""

import os
import pty
import signal
import subprocess

import pytest

CLEAR = b"\x1b[H\x1b[2J"


@pytest.fixture
def screen(town):
    """Start a command on a terminal; what it shows is read with ``until``."""
    started = []

    def start(*words, **env):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            ["git-gt", *words],
            cwd=town.town.root,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **env},
        )
        os.close(theirs)
        started.append((process, ours))
        return process, ours

    yield start
    for process, ours in started:
        process.kill()
        process.wait()
        os.close(ours)


def until(ours, wanted):
    """Read until *wanted* is there, or nothing comes any more."""
    seen = b""
    while wanted not in seen:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    return seen.decode()


def test_a_terminal_gets_color_and_a_person_may_say_no(town, screen):
    town.rig()
    _, ours = screen("status")
    assert "\x1b[1mshop\x1b[0m  main " in until(ours, b"end")
    _, ours = screen("status", NO_COLOR="1")
    plain = until(ours, b"end")
    assert "\x1b" not in plain
    assert "\nshop  main " in plain.replace("\r", "")


def test_a_watched_town_is_shown_again_when_something_moved(town, screen):
    shop = town.rig()
    process, ours = screen("status", "--watch")
    first = until(ours, b"gates: check")
    assert first.startswith(CLEAR.decode())
    assert "beads: none; 0 ready" in first

    town.bead(shop, "Seen at once")
    assert "beads: 1 open; 1 ready" in until(ours, b"1 ready")

    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
