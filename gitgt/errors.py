"""What a person reads when something cannot be done.

One tree of errors, three readers: ``exit_code`` is for the shell, ``retryable`` for the
reactor, ``hint`` for the person. A foreign exception (libgit2's, YAML's, the system's) is
translated at the door where it came in and chained with ``from``.

GtError
├─ RefusedError              the rules say no
│  ├─ NotFoundError
│  ├─ AmbiguousError
│  ├─ IllegalTransitionError
│  ├─ InvalidDocumentError
│  ├─ NotAllowedError
│  └─ GateFailedError
├─ BusyError                 somebody else is at it; trying again may help
│  ├─ LedgerConflictError
│  ├─ LeaseHeldError
│  └─ AtCapacityError
├─ NewerDataError            written by a later gitgt
└─ EnvironmentProblemError   git, disk, settings
   ├─ CannotJudgeError
   ├─ GitFailedError
   ├─ ToolMissingError
   ├─ NotATownError
   └─ SettingsError
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class GtError(Exception):
    """A failure that a person can understand and act upon."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RefusedError(GtError):
    """The rules say no; trying the same again will not help."""


class NotFoundError(RefusedError):
    """What was named is not there."""


class AmbiguousError(RefusedError):
    """What was named could be several things."""


class IllegalTransitionError(RefusedError):
    """The lifecycle has no such step."""


class InvalidDocumentError(RefusedError):
    """A document breaks its schema; the message names file and line.

    ``found`` are the same problems one by one: line, what, and the way out.
    """

    def __init__(
        self, message: str, *, hint: str = "", found: Sequence[tuple[int, str, str]] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.found = tuple(found)


class NotAllowedError(RefusedError):
    """The step exists, but not for this actor."""


class GateFailedError(RefusedError):
    """A gate said no."""


class BusyError(GtError):
    """Somebody else is at it; the same may work in a moment."""

    exit_code = 4
    retryable = True


class LedgerConflictError(BusyError):
    """A ref moved between reading and writing."""


class LeaseHeldError(BusyError):
    """Another process holds what only one may hold."""


class AtCapacityError(BusyError):
    """No more agents fit at the moment."""


class NewerDataError(GtError):
    """The data was written by a later gitgt than this one."""

    exit_code = 78


class EnvironmentProblemError(GtError):
    """Git, the disk or the settings stand in the way."""


class CannotJudgeError(EnvironmentProblemError):
    """Too little is here to say whether something keeps the rules: that is no yes."""

    exit_code = 75


class GitFailedError(EnvironmentProblemError):
    """A git command failed that should not have."""

    def __init__(self, argv: Sequence[str], code: int, stderr: str) -> None:
        self.argv = tuple(argv)
        self.code = code
        self.stderr = stderr.strip()
        words = " ".join(_without_settings(self.argv)[:3])
        super().__init__(f"git {words} failed: {what_git_said(stderr, code)}")


def what_git_said(stderr: str, code: int) -> str:
    """Return the line in which git says what is wrong: advice stands around it."""
    lines = [line for line in stderr.strip().splitlines() if not line.startswith("hint: ")]
    for line in lines:
        if line.startswith(("fatal: ", "error: ")):
            return line.partition(": ")[2]
    return lines[-1] if lines else f"exit code {code}"


def _without_settings(argv: Sequence[str]) -> Sequence[str]:
    return _without_settings(argv[2:]) if argv[:1] == ("-c",) else argv


class ToolMissingError(EnvironmentProblemError):
    """A program that is needed is not installed."""


class NotATownError(EnvironmentProblemError):
    """There is no town here."""


class SettingsError(EnvironmentProblemError):
    """A settings file cannot be used as it stands."""
