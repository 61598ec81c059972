"""What is run for an assignment, word by word; ``commandlines/`` has it for every preset."""

import dataclasses
import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.runtime import presets
from gitgt.runtime.assignment import Assignment, Permission, TakesUp
from gitgt.runtime.commandline import Launch, TapFiles, plan
from gitgt.runtime.environment import LONGEST
from gitgt.runtime.presets import Prompt, Runtime

GOLDEN = Path(__file__).parent / "commandlines"
TAPS = TapFiles(
    file=Path("/gt/s1/taps/file"),
    folder=Path("/gt/s1/taps"),
    words=("-c", "hooks.Stop=[it]"),
    environment={"TAPS": "on"},
)
TOAST = Assignment(
    address="shop/polecats/toast",
    role="polecat",
    runtime=Runtime("plain", ("run", "{x}")),
    town=Path("/t"),
    worktree=Path("/t/shop/polecats/to st"),
    session="s1",
    conversation="0b1e",
    prompt="Do it.",
    folder=Path("/gt/s1"),
)


def on(name, **more):
    """Return the assignment, on a preset."""
    return dataclasses.replace(TOAST, runtime=presets.runtime(name, {}), **more)


def shown(launch):
    """Return the whole of a launch as text."""
    argv = ("python" if word == sys.executable else word for word in launch.argv)
    lines = [f"    {shlex.join(argv)}"]
    if launch.stdin is not None:
        lines.append(f"    <<< {launch.stdin.decode()}")
    if launch.paste:
        lines.append(f"    then typed: {launch.paste}")
    return lines


def every_mode(name):
    """Yield what is run with a preset in each mode, as text."""
    modes = [
        ("begins", {}, None),
        ("begins, with taps and a model", {"model": "big"}, TAPS),
        ("begins, in its own sandbox", {"permission": Permission.SANDBOXED}, TAPS),
        ("begins, asking", {"permission": Permission.ASK}, TAPS),
        ("begins, with nothing to say", {"prompt": ""}, TAPS),
        ("goes on", {"takes_up": TakesUp.RESUME}, TAPS),
        ("goes on with a copy", {"takes_up": TakesUp.FORK}, TAPS),
    ]
    for form in ("interactive", "exec"):
        for mode, more, taps in modes:
            yield f"{form}: {mode}"
            try:
                launch = plan(
                    on(name, **more), interactive=form == "interactive", tap_files=taps
                )
            except RefusedError as error:
                yield f"    refused: {error.message}"
            else:
                yield from shown(launch)
    launch = plan(on(name), interactive=False, tap_files=TAPS)
    yield f"set: {' '.join(shlex.join([f'{k}={v}']) for k, v in launch.env.items())}".rstrip()
    yield f"unset: {' '.join(launch.unset)}".rstrip()


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_runs_what_is_written_down(name):
    assert [*every_mode(name)] == (GOLDEN / f"{name}.txt").read_text().splitlines()


def test_there_is_nothing_written_down_that_is_no_preset():
    assert tuple(sorted(path.stem for path in GOLDEN.glob("*"))) == presets.names()


@pytest.mark.parametrize(
    ("prompt", "argv", "stdin"),
    [
        (Prompt.ARGUMENT, ("run", "{x}", "Do it."), None),
        (Prompt.STDIN, ("run", "{x}"), b"Do it."),
        (Prompt.NONE, ("run", "{x}"), None),
    ],
)
def test_a_plain_command_gets_its_prompt_where_it_takes_it(prompt, argv, stdin):
    toast = dataclasses.replace(TOAST, runtime=Runtime("r", ("run", "{x}"), prompt))

    assert plan(toast, interactive=False) == Launch(argv=argv, stdin=stdin)


def test_a_plain_command_has_no_terminal_and_no_conversation():
    with pytest.raises(RefusedError) as told:
        plan(TOAST, interactive=True)

    assert told.value.message == "runtime plain cannot be run on a terminal"
    assert told.value.hint == "what each can: git gt agents runtimes"


def test_a_conversation_without_a_name_is_not_taken_for_a_new_one():
    with pytest.raises(RefusedError) as told:
        plan(on("claude", takes_up=TakesUp.RESUME, conversation=""), interactive=False)

    assert told.value.message == "nobody knows what claude calls the conversation to resume"


def test_a_prompt_is_no_option():
    launch = plan(on("claude", prompt="--help"), interactive=True)

    assert launch.argv[-1] == " --help"


def test_what_is_too_long_for_an_argument_is_typed_on_a_terminal():
    long = "x" * (LONGEST + 1)
    launch = plan(on("claude", prompt=long), interactive=True)

    assert launch.paste == long
    assert long not in launch.argv


def test_what_is_too_long_for_an_argument_is_refused_without_a_terminal():
    toast = dataclasses.replace(
        TOAST, runtime=Runtime("r", ("run",), Prompt.ARGUMENT), prompt="x" * (LONGEST + 1)
    )
    with pytest.raises(EnvironmentProblemError) as told:
        plan(toast, interactive=False)

    assert told.value.message == (
        "the prompt of shop/polecats/toast is too long for an argument"
    )
    assert told.value.hint == "let runtime r take its prompt from stdin"


def test_what_the_settings_add_stands_at_the_end_and_once():
    runtime = presets.runtime(
        "claude", {"extra": ["--dangerously-skip-permissions", "--verbose", "a {b}"]}
    )
    launch = plan(dataclasses.replace(TOAST, runtime=runtime), interactive=False)

    assert launch.argv.count("--dangerously-skip-permissions") == 1
    assert launch.argv[-2:] == ("--verbose", "a {b}")


@given(
    name=st.sampled_from(presets.names()),
    interactive=st.booleans(),
    takes_up=st.sampled_from(TakesUp),
    prompt=st.text().filter(lambda text: text.replace("\0", "")),
    model=st.text(st.characters(exclude_characters="\0"), max_size=20),
    conversation=st.text(st.characters(exclude_characters="\0"), max_size=20),
)
def test_what_others_write_stays_one_word(
    name, interactive, takes_up, prompt, model, conversation
):
    calm = on(name, takes_up=takes_up, prompt="p", model="m" if model else "",
              conversation="c" if conversation else "")  # fmt: skip
    wild = dataclasses.replace(calm, prompt=prompt, model=model, conversation=conversation)
    try:
        expected = plan(calm, interactive=interactive, tap_files=TAPS)
    except RefusedError:
        with pytest.raises(RefusedError):
            plan(wild, interactive=interactive, tap_files=TAPS)
        return
    launch = plan(wild, interactive=interactive, tap_files=TAPS)

    assert len(launch.argv) == len(expected.argv)
    assert not any("\0" in word for word in launch.argv)
