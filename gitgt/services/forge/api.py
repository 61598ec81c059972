"""Speak with a forge through its own program, which knows who we are there.

gh, glab and tea each have a verb ``api`` that sends what it is given and prints the answer with
its head. No token passes through us, and what comes back is believed only as far as its schema
goes: anything else is an answer that tells nothing.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, RefusedError, ToolMissingError
from gitgt.git import faults
from gitgt.runtime.conversation import Said, ask
from gitgt.values import dataclass

# So many seconds a forge may take for one answer.
PATIENCE: Final = float(os.environ.get("GT_FORGE_PATIENCE", "30"))
_HEAD: Final = re.compile(rb"\AHTTP/[0-9.]+ ([0-9]{3})[^\n]*\n")
_QUIET: Final = {
    "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "GH_PAGER": "cat",
    "GLAB_CHECK_UPDATE": "false", "NO_PROMPT": "1", "NO_COLOR": "1", "CLICOLOR": "0",
}  # fmt: skip
_OURS: Final = ("GT_", "GIT_")
# gh exits so when nobody is logged in; forges answer so to a token that is none.
_NOT_LOGGED_IN: Final = 4
_UNKNOWN: Final = (401,)
_BUSY: Final = (429, 502, 503, 504)
_THE_SAME: Final = 304
# However long a forge wants to be let alone, it is asked again by then.
_LONGEST_WAIT: Final = 3600.0
# More than so many pages of a list are no list that anybody works through.
_PAGES: Final = 1000
# So many bytes may an answer have: a hundred issues of a forge that takes long ones.
_MOST: Final = 128 * 1024 * 1024


class CouldNotAskError(EnvironmentProblemError):
    """The forge told nothing: nobody's fault. ``wait`` is how long it wants to be let alone."""

    def __init__(self, message: str, *, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


class ForgeRefusedError(RefusedError):
    """The forge answered that it does not do that; ``status`` is its number for it."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, the names of its head in small letters, and what it says."""

    status: int
    head: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Program:
    """How one forge's program is run: its words for each part of a call."""

    name: str
    argv: Callable[[str, str, str], tuple[str, ...]]  # method, path, host
    body: tuple[str, ...] = ("--input", "-")
    login: str = ""
    header: str = "--header"  # before a line for the request's head; empty if it takes none


GH: Final = Program(
    "gh",
    lambda method, path, host: (
        "api", "--include", "--method", method, "--hostname", host,
        "--header", "Content-Type: application/json", path,
    ),
    login="gh auth login",
)  # fmt: skip
GLAB: Final = Program(
    "glab",
    lambda method, path, host: (
        "api", "--include", "--method", method, "--hostname", host,
        "--header", "Content-Type: application/json", path,
    ),
    login="glab auth login",
)  # fmt: skip
TEA: Final = Program(
    "tea",
    lambda method, path, host: ("api", "--include", "--login", host, "-X", method, path),
    body=("--data", "@-"),
    login="tea login add",
    header="",
)


@dataclass(frozen=True, slots=True)
class Api:
    """The way to one host."""

    program: Program
    host: str
    command: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def get(self, path: str) -> Any:  # noqa: ANN401 - what the forge says
        """Return what the forge has at *path*."""
        return self.call("GET", path).body

    def pages(self, path: str, *, size: int, word: str = "per_page") -> Iterator[Any]:
        """Yield what the forge has at *path*, page after page, until one is not full."""
        between = "&" if "?" in path else "?"
        for page in range(1, _PAGES + 1):
            found = self.get(f"{path}{between}{word}={size}&page={page}")
            yield found
            if not isinstance(found, list) or len(found) < size:
                return

    def changed(self, path: str, etag: str) -> Reply | None:
        """Return what the forge has at *path*; None if that is what it had under *etag*."""
        found = self.call("GET", path, head=f"If-None-Match: {etag}" if etag else "")
        return None if found.status == _THE_SAME else found

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, head: str = ""
    ) -> Reply:  # fmt: skip
        """Send one request, and return the answer to it.

        Raises:
            CouldNotAskError: the program is missing, not logged in, or got no answer.
            ForgeRefusedError: the forge answers that it does not do that.
        """
        words = self.program.argv(method, path, self.host)
        argv = (*(self.command or (self.program.name,)), *words)
        if head and self.program.header:
            argv = (*argv, self.program.header, head)
        if body is not None:
            argv = (*argv, *self.program.body)
        faults.act("forge", method, path)
        return self._judged(_reply(self._said(argv, body)), method, path)

    def _said(self, argv: tuple[str, ...], body: Mapping[str, Any] | None) -> Said:
        sent = b"" if body is None else json.dumps(body).encode()
        kept = {k: v for k, v in self.environ.items() if not k.startswith(_OURS)}
        try:
            said = ask(
                argv, cwd=Path("/"), env=kept | _QUIET, stdin=sent, patience=PATIENCE,
                most=_MOST,
            )  # fmt: skip
        except ToolMissingError as error:
            raise CouldNotAskError(
                f"{self.host} cannot be asked: there is no program {argv[0]!r}",
                hint=f"install {self.program.name}, then: {self.program.login}",
            ) from error
        if said.late:
            raise CouldNotAskError(f"{self.host} did not answer within {PATIENCE:g} s")
        if said.code == _NOT_LOGGED_IN and not _HEAD.match(said.out):
            raise self._unknown()
        if said.code and not _HEAD.match(said.out):
            line = " ".join(said.err.split())[-300:]
            raise CouldNotAskError(f"{self.host} cannot be asked: {line or said.code}")
        return said

    def _judged(self, reply: Reply, method: str, path: str) -> Reply:
        if reply.status in _UNKNOWN:
            raise self._unknown()
        if reply.status in _BUSY or _is_limited(reply):
            raise CouldNotAskError(
                f"{self.host} wants to be asked less often ({reply.status})", wait=_wait(reply)
            )
        if reply.status >= 500:
            raise CouldNotAskError(f"{self.host} is in trouble ({reply.status})")
        if reply.status >= 400:
            raise ForgeRefusedError(
                f"{self.host} refuses {method} {path}: {_why(reply.body)} ({reply.status})",
                status=reply.status,
            )
        return reply

    def _unknown(self) -> CouldNotAskError:
        return CouldNotAskError(
            f"{self.program.name} is not logged in at {self.host}", hint=self.program.login
        )


def _reply(said: Said) -> Reply:
    """Read a head and a body; tea writes the head to stderr."""
    out = said.out.replace(b"\r\n", b"\n")
    if not _HEAD.match(out) and said.err.startswith("HTTP/"):
        out = said.err.replace("\r\n", "\n").rstrip().encode() + b"\n\n" + out
    start = _HEAD.match(out)
    if start is None:
        raise CouldNotAskError("a forge's program answered without a head")
    head, _, body = out.partition(b"\n\n")
    rows = (row.partition(": ") for row in head.decode(errors="replace").splitlines()[1:])
    try:
        parsed = json.loads(body) if body.strip() else None
    except ValueError as error:
        raise CouldNotAskError("a forge answered what is no JSON") from error
    return Reply(int(start[1]), {name.lower(): value for name, _, value in rows}, parsed)


def _is_limited(reply: Reply) -> bool:
    spent = reply.head.get("x-ratelimit-remaining") == "0"
    return reply.status == 403 and (spent or "retry-after" in reply.head)


def _wait(reply: Reply) -> float | None:
    """Return for how many seconds the forge wants to be left alone, if it says so.

    GitHub says of an hour's allowance when there is another one; by its own clock, as the
    answer is.
    """
    found = reply.head.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,5}", found):
        return float(found)
    reset = reply.head.get("x-ratelimit-reset", "")
    try:
        sent = parsedate_to_datetime(reply.head.get("date", "")).timestamp()
        left = float(reset) - sent if re.fullmatch(r"[0-9]{1,12}", reset) else 0.0
    except (ValueError, OverflowError):
        return None
    return min(left, _LONGEST_WAIT) if left > 0 else None


def _why(body: Any) -> str:  # noqa: ANN401
    """Return what the forge says about its refusal, shortened."""
    if not isinstance(body, dict):
        return "it does not say why"
    more = body.get("errors")
    each = more if isinstance(more, list) else []
    found = [body.get("message") or body.get("error") or body.get("error_description")]
    found += [part.get("message") if isinstance(part, dict) else part for part in each]
    return "; ".join(str(part) for part in found if part)[:500] or "it does not say why"
