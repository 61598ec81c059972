"""What to run for an assignment: its preset's words, filled in. Pure, and no shell anywhere.

In a preset ``+name`` stands for the arguments of that name and ``{name}`` for a text. What has
nothing to say is left out: a text by itself, or arguments with all their words. No secret gets
here: those are in the environment.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, RefusedError
from gitgt.runtime.assignment import Assignment, TakesUp
from gitgt.runtime.environment import LONGEST
from gitgt.runtime.presets import Form, Prompt, Runtime
from gitgt.values import dataclass

_TEXT: Final = re.compile(r"\{([a-z_]+)\}")
_TAP_WORDS: Final = "{tap_words}"
_GROUP: Final = "+"
_SESSION: Final = {
    TakesUp.NOTHING: "session",
    TakesUp.RESUME: "resume",
    TakesUp.FORK: "fork",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TapFiles:
    """What was made ready so that a session's program calls its taps.

    ``words`` are for a command line that says it all, where no ``file`` does.
    """

    file: Path | None = None
    folder: Path | None = None
    words: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to run.

    ``env`` is what the program is given beyond its agent's environment, ``unset`` what it must
    not see. ``paste`` is the prompt where it is to be typed once the program is ready.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    stdin: bytes | None = None
    paste: str = ""


def plan(
    assignment: Assignment, *, interactive: bool, tap_files: TapFiles | None = None
) -> Launch:
    """Return what to run for *assignment*, on a terminal or for one turn.

    Raises:
        RefusedError: its runtime has no such form, cannot take up a conversation so, or is
            to do a turn without being asked anything.
        EnvironmentProblemError: the prompt is too long for it.
    """
    runtime = assignment.runtime
    form = _form(runtime, interactive=interactive)
    if not (interactive or runtime.is_plain or assignment.prompt):
        raise RefusedError(f"runtime {runtime.name} does nothing without a prompt")
    how = _prompt_how(assignment, form, interactive=interactive)
    argument = _as_argument(assignment.prompt) if how is Prompt.ARGUMENT else ""
    texts = {**_texts(assignment, tap_files), "prompt": argument}
    words = _Words(assignment, texts, tap_files.words if tap_files else ())
    return Launch(
        argv=(*words.command(), *words.of(form.words), *words.extra()),
        env={**words.environment(), **(tap_files.environment if tap_files else {})},
        unset=runtime.unset,
        stdin=assignment.prompt.encode() if how is Prompt.STDIN else None,
        paste=assignment.prompt if how is Prompt.PASTE else "",
    )


def _form(runtime: Runtime, *, interactive: bool) -> Form:
    form = runtime.interactive if interactive else runtime.exec_form
    if form is None:
        what = "on a terminal" if interactive else "without a terminal"
        raise RefusedError(
            f"runtime {runtime.name} cannot be run {what}",
            hint="what each can: git gt agents runtimes",
        )
    return form


def _prompt_how(assignment: Assignment, form: Form, *, interactive: bool) -> Prompt:
    """Return how the prompt gets in: what is too long for an argument is typed."""
    fits = len(assignment.prompt.encode()) <= LONGEST
    if form.prompt is not Prompt.ARGUMENT or fits:
        return form.prompt
    if interactive:
        return Prompt.PASTE
    raise EnvironmentProblemError(
        f"the prompt of {assignment.address} is too long for an argument",
        hint=f"let runtime {assignment.runtime.name} take its prompt from stdin",
    )


def _as_argument(prompt: str) -> str:
    """Return *prompt* as a word that no program takes for an option."""
    text = prompt.replace("\0", "")
    return f" {text}" if text.startswith("-") else text


def _texts(assignment: Assignment, tap_files: TapFiles | None) -> dict[str, str]:
    taps = tap_files or TapFiles()
    worktree = str(assignment.worktree)
    return {
        "python": sys.executable,
        "model": assignment.model or assignment.runtime.model,
        "conversation": assignment.conversation,
        "worktree": worktree,
        "worktree_quoted": json.dumps(worktree, ensure_ascii=False),  # as TOML writes it, too
        "session_dir": str(assignment.folder or ""),
        "tap_file": str(taps.file or ""),
        "tap_folder": str(taps.folder or ""),
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one assignment's command line."""

    assignment: Assignment
    texts: Mapping[str, str]
    taps: tuple[str, ...]

    @property
    def _runtime(self) -> Runtime:
        return self.assignment.runtime

    def command(self) -> Iterator[str]:
        """Yield the program, and what it is always given."""
        if self._runtime.is_plain:  # somebody's own words, in which a brace is a brace
            return iter(self._runtime.command)
        return self.of(self._runtime.command)

    def of(self, words: tuple[str, ...]) -> Iterator[str]:
        """Yield *words* with what they stand for."""
        for word in words:
            if word.startswith(_GROUP):
                yield from self._group(word.removeprefix(_GROUP))
            elif word == _TAP_WORDS:
                yield from self.taps
            elif self._is_said(word):
                yield self._filled(word)

    def extra(self) -> Iterator[str]:
        """Yield the words that the settings add, without switches that stand there already."""
        permission = self._runtime.arguments.get(self.assignment.permission, ())
        return (word for word in self._runtime.extra if word not in permission)

    def environment(self) -> dict[str, str]:
        """Return the variables that the preset sets."""
        given = self._runtime.set.items()
        return {name: self._filled(text) for name, text in given if self._is_said(text)}

    def _group(self, name: str) -> Iterator[str]:
        if name == "session":
            words = self._session()
        elif name == "permission":
            words = self._runtime.arguments.get(self.assignment.permission, ())
        else:
            words = self._runtime.arguments.get(name, ())
        if all(self._is_said(word) for word in words):
            yield from self.of(words)

    def _session(self) -> tuple[str, ...]:
        name = _SESSION[self.assignment.takes_up]
        words = self._runtime.arguments.get(name, ())
        if self.assignment.takes_up is TakesUp.NOTHING:
            return words
        if not words:
            raise RefusedError(f"runtime {self._runtime.name} cannot {name} a conversation")
        if not self.assignment.conversation:
            raise RefusedError(
                f"nobody knows what {self._runtime.name} calls the conversation to {name}"
            )
        return words

    def _is_said(self, word: str) -> bool:
        if word == _TAP_WORDS:
            return bool(self.taps)
        return all(self.texts.get(name, "?") for name in _TEXT.findall(word))

    def _filled(self, word: str) -> str:
        return _TEXT.sub(lambda found: self.texts.get(found[1], found[0]), word)
