"""The man page ``git-gt(1)``, made from the catalog and from the commands' own help.

``git gt --help`` is git's own and asks for this page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from gitgt import __version__
from gitgt.cli.catalog import CATALOG, GROUPS
from gitgt.cli.exits import EXIT_CODES
from gitgt.cli.loading import below, command_of, options


def man_page(mark: str) -> str:
    """Return the page; *mark* says in a comment who made it."""
    lines = [
        f'.\\" {mark}',
        f'.TH GIT\\-GT 1 "" "gitgt {_plain(__version__)}" "gitgt"',
        ".ad l",  # a line with a long choice in it cannot be spread
        *_section("Name", ["git\\-gt, git\\-bd \\- a commit moves work"]),
        *_section("Synopsis", [_SYNOPSIS]),
        *_section("Description", [_plain(_DESCRIPTION)]),
        *_section("Options", [*_tagged("-C PATH", "Run as if started in PATH.")]),
        *_section("Commands", _commands()),
        *_section("Exit status", _exit_codes()),
        *_section("Environment", _environment()),
        *_section("See also", ["\\fBgit\\fP(1), \\fBgitworkflows\\fP(7)"]),
    ]
    return "\n".join(lines) + "\n"


_SYNOPSIS = """\
\\fBgit gt\\fP [\\-C \\fIPATH\\fP] \\fICOMMAND\\fP [\\fIARGUMENT\\fP...]
.br
\\fBgit bd\\fP \\fICOMMAND\\fP [\\fIARGUMENT\\fP...]"""

_DESCRIPTION = """\
Coordinates coding agents through git alone: work is described as YAML beads on a ledger branch,
agents work in worktrees of their own, and what follows from a commit is done by git hooks, a
watcher and a merge queue. git bd COMMAND is short for git gt bead COMMAND."""


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f".SH {title.upper()}", *lines]


def _commands() -> Iterator[str]:
    for group in GROUPS:
        entries = [entry for entry in CATALOG if entry.group == group]
        if entries:
            yield f'.SS "{group}"'
        for entry in entries:
            top = click.Context(command_of(entry), info_name=f"git gt {entry.name}")
            for context in below(top):
                yield from _one(context)


def _one(context: click.Context) -> Iterator[str]:
    pieces = context.command.collect_usage_pieces(context)
    yield from (".TP", f"\\fB{_plain(context.command_path)}\\fP {_plain(' '.join(pieces))}")
    yield from _paragraphs(context.command.help or "")
    for names, told in options(context):
        yield from (".RS", *_tagged(names, told), ".RE")


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(each.split()) for each in re.split(r"\n\s*\n", text.replace("\b", ""))]
    return "\n.IP\n".join(_plain(each) for each in found if each).split("\n")


def _tagged(tag: str, text: str) -> list[str]:
    breakable = _plain(tag).replace("|", "|\\:")  # a long choice goes on in the next line
    return [".TP", f"\\fB{breakable}\\fP", _plain(text)]


def _exit_codes() -> Iterator[str]:
    for code, meaning in EXIT_CODES.items():
        yield from _tagged(str(code), meaning)


def _environment() -> Iterator[str]:
    yield from _tagged("NO_COLOR", "When set, nothing is shown in color.")


def _plain(text: str) -> str:
    """Return text as roff shows it unchanged."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", safe)
