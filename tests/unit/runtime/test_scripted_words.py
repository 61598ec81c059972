"""What the scripted agent reads: its script, its faults, its command line, its keys."""

from pathlib import Path

import pytest

from gitgt.runtime.scripted import faults, words
from gitgt.runtime.scripted.faults import Faults
from gitgt.runtime.scripted.keys import Key, Line, Typed
from gitgt.runtime.scripted.script import Script, find
from gitgt.runtime.scripted.words import Asked

TOLD = """\
Your assignment is gt-abc12.
```gitgt-script
# first of all
echo one

git gt done
```
and then rest
"""


def test_a_script_is_the_lines_of_a_block():
    assert find(TOLD) == Script(("echo one", "git gt done"))
    assert find("do it well") is None


def test_a_script_is_found_in_a_quotation_and_without_an_end():
    quoted = "".join(f"> {line}\n" for line in TOLD.splitlines())

    assert find(quoted) == Script(("echo one", "git gt done"))
    assert find("```gitgt-script crash@2 once\ntrue") == Script(("true",), ("crash@2", "once"))


def test_faults_are_words_with_a_number():
    read = Faults.read(["fault:crash@2", "slow:0", "nodone", "once"])

    assert read == Faults((("crash", 2.0), ("slow", 0.0), ("nodone", 1.0)), once=True)
    assert [step for step in (1, 2, 3) if read.strikes("crash", step)] == [2]
    assert ("nodone" in read, "kill" in read) == (True, False)


def test_an_unknown_fault_is_told():
    with pytest.raises(ValueError, match=r"'bored' is no fault; there are: crash, kill, hang"):
        Faults.read(["bored"])


def test_chance_is_always_the_same():
    flaky = Faults.read(["flaky@50"])
    crashed = [flaky.crashes_by_chance(f"s{n}") for n in range(8)]

    assert crashed == [flaky.crashes_by_chance(f"s{n}") for n in range(8)]
    assert set(crashed) == {True, False}
    assert faults.garbage("gt-abc12", 1) == faults.garbage("gt-abc12", 1)
    assert faults.garbage("gt-abc12", 1) != faults.garbage("gt-abc12", 2)


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (["do it"], Asked("do it")),
        (["-p"], Asked(headless=True)),
        (
            ["-p", "--settings", "t.json", "--session-id", "c1", "--model", "m", "go"],
            Asked("go", headless=True, conversation="c1", model="m", settings=Path("t.json")),
        ),
        (["--resume", "c1"], Asked(resumed="c1")),
        (["--fork-session", "--resume", "c1"], Asked(resumed="c1", forks=True)),
        (
            ["--fork", "c1", "--fault", "hang"],
            Asked(resumed="c1", forks=True, faults=("hang",)),
        ),
        (["--output-format", "json"], Asked(as_json=True)),
    ],
)
def test_it_is_started_with_the_words_of_claude(argv, asked):
    assert words.read(argv, {}) == asked


def test_faults_come_from_the_environment_too():
    read = words.read(["--fault", "hang"], {"GT_SCRIPTED_MODE": "slow crash@3"})

    assert read.faults == ("hang", "slow", "crash@3")


def _typed(*chunks):
    line = Line()
    return [typed for chunk in chunks for typed in line.feed(chunk)], line.text


def test_a_line_is_typed_key_by_key():
    typed, left = _typed(b"a", "é!".encode(), b"\x7f", b"\x1b[A", b"\r")

    assert typed == [Typed("a"), Typed("é!"), Typed("\b \b"), Typed(key=Key.SUBMIT)]
    assert left == "aé"


def test_a_paste_is_text_whatever_is_in_it():
    typed, left = _typed(b"\x1b[200~one\rtwo\x03\x1b[201~", b"\x04")

    assert typed == [Typed("one\ntwo\x03"), Typed(key=Key.LEAVE)]
    assert left == "one\ntwo\x03"


def test_a_paste_may_arrive_in_pieces():
    whole = b"x\x1b[200~some\nlines\x1b[201~\r"

    for cut in range(3, len(whole)):
        typed, left = _typed(whole[:cut], whole[cut:])
        assert left == "xsome\nlines"
        assert typed[-1] == Typed(key=Key.SUBMIT)
