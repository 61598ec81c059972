"""What our own terminal shows, what is typed at one, and how a program is received there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import RefusedError
from gitgt.model.activity import Signs, limit_reached, turn_by_screen
from gitgt.runtime.launchers.pseudo import keys_of
from gitgt.runtime.terminal import keyboard
from gitgt.runtime.terminal.greeting import Answer, GiveUp, Greeting, Ready, Wait
from gitgt.runtime.terminal.sockets import Frames, frame
from gitgt.runtime.terminal.vt import Terminal, View

ESC = "\x1b"


def _shown(text, rows=4, columns=10):
    terminal = Terminal(rows, columns)
    terminal.feed(text.encode())
    return list(terminal.view.lines)


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        ("one\r\ntwo", ["one", "two", "", ""]),
        ("abcdefghijkl", ["abcdefghij", "kl", "", ""]),
        ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
        (f"abc{ESC}[1;1HX", ["Xbc", "", "", ""]),
        (f"a{ESC}[3Cb", ["a   b", "", "", ""]),
        (f"abcdef{ESC}[4D{ESC}[K", ["ab", "", "", ""]),
        (f"abcdef{ESC}[4D{ESC}[2P", ["abef", "", "", ""]),
        (f"abc\r{ESC}[2@", ["  abc", "", "", ""]),
        (f"a\r\nb\r\nc{ESC}[2;1H{ESC}[L", ["a", "", "b", "c"]),
        (f"a\r\nb\r\nc{ESC}[2;1H{ESC}[M", ["a", "c", "", ""]),
        (f"a\r\nb{ESC}[2J", ["", "", "", ""]),
        (f"shell{ESC}[?1049h{ESC}[Hdrawn{ESC}[?1049l", ["shell", "", "", ""]),
        (f"shell{ESC}[?1049h{ESC}[Hdrawn", ["drawn", "", "", ""]),
        (f"{ESC}[2;3r{ESC}[3;1Ha\r\nb\r\nc", ["", "b", "c", ""]),
        ("a\tb\x08c", ["a       c", "", "", ""]),
        (f"{ESC}[31mred{ESC}[0m{ESC}]8;;http://x{ESC}\\link", ["redlink", "", "", ""]),
        ("漢字x", ["漢字x", "", "", ""]),
    ],
)
def test_a_terminal_shows_what_was_drawn(printed, lines):
    assert _shown(printed) == lines


def test_a_terminal_has_a_title_and_answers_questions():
    terminal = Terminal(4, 10)

    assert (
        terminal.feed(f"{ESC}]2;busy\x07ab{ESC}[6n{ESC}[c".encode()) == b"\x1b[1;3R\x1b[?1;2c"
    )
    assert terminal.feed(f"{ESC}[?2004h".encode()) == b""
    assert terminal.view == View("busy", ("ab", "", "", ""), bracketed=True)


@given(st.binary(max_size=400), st.integers(1, 400))
def test_no_bytes_are_too_spoilt_and_no_cut_matters(content, cut):
    whole, pieces = Terminal(5, 12), Terminal(5, 12)
    whole.feed(content)
    pieces.feed(content[:cut])
    pieces.feed(content[cut:])

    assert whole.view == pieces.view
    assert all(len(line) <= 12 for line in whole.view.lines)


def test_keys_have_names_and_a_paste_is_only_text():
    assert keyboard.strokes(("Enter", "C-c", "Down", "x")) == b"\r\x03\x1b[Bx"
    with pytest.raises(RefusedError):
        keyboard.strokes(("Hyper",))
    pasted = keyboard.bracketed("one\r\ntwo\x1b[201~\x07")
    assert pasted == b"\x1b[200~one\ntwo[201~\x1b[201~"


def test_ctrl_b_d_leaves_and_the_rest_is_passed_on():
    assert keys_of(b"ab\x02dc", prefixed=False) == (b"ab", False, True)
    assert keys_of(b"a\x02", prefixed=False) == (b"a", True, False)
    assert keys_of(b"\x02\x02x", prefixed=False) == (b"\x02x", False, False)
    assert keys_of(b"x", prefixed=True) == (b"\x02x", False, False)


@given(st.lists(st.tuples(st.sampled_from([b"i", b"v"]), st.binary(max_size=20))), st.data())
def test_messages_arrive_whole_in_whatever_pieces(messages, data):
    sent = b"".join(frame(kind, content) for kind, content in messages)
    cut = data.draw(st.integers(0, len(sent)))
    frames = Frames()

    assert frames.feed(sent[:cut]) + frames.feed(sent[cut:]) == messages


GREETING = Greeting(dialogs=(("trust", ("Enter",)), ("key", ("Up",))), title="^ready")


@pytest.mark.parametrize(
    ("view", "answered", "more", "step"),
    [
        (View("", ("do you trust it?",)), (), {}, Answer(0, ("Enter",))),
        (View("", ("do you trust it?",)), (0,), {}, Wait()),
        (View("ready", ("the key?",)), (0,), {}, Answer(1, ("Up",))),
        (View("ready", ("fine",)), (), {}, Ready()),
        (View("", ("fine",)), (), {"told": True}, Ready()),
        (View("", ("fine",)), (), {"still": 60.0}, Wait()),
        (View("", ("fine",)), (), {"waited": 181.0}, GiveUp()),
    ],
)
def test_a_question_is_answered_once_and_then_it_is_ready(view, answered, more, step):
    facts = {"told": False, "still": 0.0, "waited": 1.0, **more}

    assert GREETING.next(view, frozenset(answered), **facts) == step


def test_without_a_sign_it_is_ready_when_nothing_changes():
    shown = View("", ("hello",))

    asked = [Greeting().next(shown, frozenset(), told=False, still=s, waited=s) for s in (1, 3)]
    assert asked == [Wait(), Ready()]


def test_what_it_is_at_is_read_from_its_signs():
    signs = Signs(
        busy=("^⠋", "esc to interrupt"), idle=("^✳", ""), dialogs=("trust",), quota=("limit",)
    )

    assert turn_by_screen(signs, "✳ x", "fine") == "idle"
    assert turn_by_screen(signs, "✳ x", "(esc to interrupt)") == "busy"
    assert turn_by_screen(signs, "✳ x", "trust it?") == "dialog"
    assert turn_by_screen(signs, "?", "fine") == ""
    assert limit_reached(signs, "one\n the limit is reached \n") == "the limit is reached"
    assert limit_reached(signs, "fine") == ""
