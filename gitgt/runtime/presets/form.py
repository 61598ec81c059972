"""What is known of a program that agents run on: frozen values, made from a preset's file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from gitgt.values import dataclass

_SHIPPED: Final = "shipped"


class Prompt(StrEnum):
    """How a program gets its prompt."""

    ARGUMENT = "argument"
    STDIN = "stdin"
    PASTE = "paste"  # as if typed, once it is ready
    NONE = "none"


class Conversations(StrEnum):
    """Who names a program's session: we do, or it does and tells; or it has no name."""

    ASSIGNED = "assigned"
    REPORTED = "reported"
    NONE = "none"


class Scope(StrEnum):
    """Where a program reads which taps to call."""

    EXTERNAL = "external"  # in a file of ours that its command line or environment names
    INLINE = "inline"  # in its command line
    HOME = "home"  # in its own configuration folder
    WORKTREE = "worktree"  # in a file of the worktree
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to run a program: the words after its command, and how the prompt gets in.

    A word ``+name`` stands for the ``arguments`` of that name, ``{name}`` for a text.
    """

    words: tuple[str, ...] = ()
    prompt: Prompt = Prompt.ARGUMENT


@dataclass(frozen=True, slots=True)
class Taps:
    """How a program calls us when something happens in it.

    ``events`` says what it calls each event of ours, ``tools`` what it calls its tools of a
    kind: shell, edit.
    """

    dialect: str = ""
    scope: Scope = Scope.NONE
    path: str = ""
    events: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def are_there(self) -> bool:
        """Tell whether the program can call us at all."""
        return self.scope is not Scope.NONE


@dataclass(frozen=True, slots=True)
class Sign:
    """What a terminal shows in some state: patterns of its title, or of its last lines."""

    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A question that a program asks before it begins, and the keys that answer it."""

    match: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """What a program's terminal shows, and which keys it understands.

    Taps tell more surely what it is at; ``patience`` is how many seconds it may take to show
    that it is ready.
    """

    ready: Sign = Sign()
    idle: Sign = Sign()
    busy: Sign = Sign()
    dialogs: tuple[Dialog, ...] = ()
    submit: tuple[str, ...] = ("Enter",)
    cancel: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    patience: float = 180.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """Where a program writes what was said, if nobody told; and who can read it."""

    glob: str = ""
    parser: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """How a program is asked for its version, and where it stands in the answer."""

    arguments: tuple[str, ...] = ("--version",)
    pattern: str = r"(\d+(?:\.\d+)+)"


@dataclass(frozen=True, slots=True)
class Config:
    """Where a program keeps its configuration, and the variable that puts it elsewhere.

    ``besides`` is what else it keeps from one session to the next: a folder ends with a slash.
    """

    folder: str = ""
    variable: str = ""
    besides: tuple[str, ...] = ()

    def at(self, environ: Mapping[str, str]) -> str:
        """Return where it is for whoever has *environ*; nothing if nobody knows."""
        home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - may be unknown
        return environ.get(self.variable, "") or self.folder.replace("~", home, 1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where a program refuses to work: as root, unless a variable is set."""

    why: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A program that agents run on.

    One without a ``preset`` is a plain command line: one turn, no conversation, no taps.
    ``environment`` names variables of ours that it may see beyond the allow-list, ``set`` is
    what it is given besides, ``unset`` what it must not see. ``verified`` is the version that
    was really run with this preset; empty if none was. ``places`` are where the program may be
    besides the PATH. ``in_place``: it takes a conversation up only where that was held.
    ``extra`` are words that the settings add, ``prices`` whose price list holds for it.
    """

    name: str
    command: tuple[str, ...]
    prompt: Prompt = Prompt.NONE
    environment: tuple[str, ...] = ()
    preset: str = ""
    title: str = ""
    verified: str = ""
    places: tuple[str, ...] = ()
    version: Version = Version()
    model: str = ""
    interactive: Form | None = None
    headless: Form | None = None
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conversations: Conversations = Conversations.NONE
    in_place: bool = False
    set: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    config: Config = Config()
    taps: Taps = Taps()
    screen: Screen = Screen()
    quota: tuple[str, ...] = ()
    transcript: Transcript = Transcript()
    instructions: str = ""
    refusal: Refusal | None = None
    prices: str = ""
    extra: tuple[str, ...] = ()

    @property
    def ships(self) -> bool:
        """Tell whether its program is a part of gitgt: of that there is one version only."""
        return self.verified == _SHIPPED

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing is known of it but its command line."""
        return not self.preset

    @property
    def exec_form(self) -> Form | None:
        """How it is run for one turn, without a terminal; None if it cannot be."""
        return Form(("{prompt}",), self.prompt) if self.is_plain else self.headless

    @property
    def can_resume(self) -> bool:
        """Tell whether it can go on with an earlier conversation."""
        return "resume" in self.arguments

    @property
    def can_fork(self) -> bool:
        """Tell whether it can go on with a copy of an earlier conversation."""
        return "fork" in self.arguments
