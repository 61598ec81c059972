"""Whatever a command looks like, guards read it to its end; quoting hides nothing from them."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.guard import judge, saves_first
from gitgt.model.guard.shell import commands
from tests.support.guarded import TOAST

PIECES = st.sampled_from(
    [
        "git", "push", "rm", "-rf", "/", "sh", "-c", "'", '"', "`", "$(", ")", "(", "{", "}",
        ";", "|", "&", "\n", "<<EOF", "EOF", "<<<", "<(", ">", ">>", "$x", "${x}", "x=",
        "$'", "\\", " ", "#", "eval", "xargs", "env", "-i", "find", "-exec", "{}", "{a,b}",
        "\0", "é", "~",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join))
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
WORDS = st.lists(st.text(alphabet=LETTERS, min_size=1), min_size=1, max_size=6)
REFUSED = st.sampled_from(
    ["git push", "sudo ls", "rm -rf /", "git switch main", "gh pr create"]
)
WRAPPED = (
    "sh -c {quoted}", "bash -lc {quoted}", "eval {quoted}", "({plain})", "{{ {plain}; }}",
    "nohup {plain} &", "env A=b {plain}", "timeout 5 {plain}", "true && {plain}",
    "x=1; {plain}", "echo $({plain})", "echo {quoted} | sh", "if true; then {plain}; fi",
    "ls | {plain}", "bash <<'---'\n{plain}\n---", "command {plain}", "exec nice -n 3 {plain}",
)  # fmt: skip


@given(TEXTS)
def test_whatever_a_command_is_reading_it_ends(text):
    judge(text, TOAST)
    saves_first(text)


@given(WORDS)
def test_words_are_read_as_a_shell_reads_them(words):
    (found,) = commands(shlex.join(["run", *words]))
    assert found.words == ["run", *words]


@given(WORDS)
def test_what_is_only_printed_is_never_refused(words):
    assert judge(f"echo {shlex.join(words)}", TOAST) is None


@given(st.text(alphabet=LETTERS))
def test_a_message_may_say_anything(text):
    assert judge(f"git commit -m {shlex.quote(text)}", TOAST) is None


@given(REFUSED, st.lists(st.sampled_from(WRAPPED), max_size=3))
def test_what_is_refused_stays_so_however_it_is_wrapped(command, wrappers):
    rule = judge(command, TOAST).rule
    for wrapper in wrappers:
        # A shell's text is quoted; within a pattern of words a list needs a shell of its own.
        inner = command if _is_simple(command) else f"sh -c {shlex.quote(command)}"
        command = wrapper.format(plain=inner, quoted=shlex.quote(command))
    assert judge(command, TOAST).rule is rule


def _is_simple(command):
    return all(each.isalnum() or each in " -/." for each in command)


@given(st.integers(1, 3000))
def test_deep_nesting_ends(depth):
    for opening, closing in (("$(", ")"), ("(", ")"), ("`", "`"), ('"$(', ')"'), ("{a,", "}")):
        judge(f"{opening * depth}git push{closing * depth}", TOAST)
    judge("x=ab; " + "x=$x$x; " * depth + "echo $x", TOAST)
