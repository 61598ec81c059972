"""The catalog of commands tells the truth, and is quick to read."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gitgt import errors
from gitgt.cli.catalog import CATALOG, GROUPS, HIDDEN, help_text
from gitgt.cli.exits import EXIT_CODES
from gitgt.cli.loading import below, command_of
from tests.support.world import ROOT

HEAVY = {"pygit2", "jsonschema", "ruamel", "sh", "watchdog", "click", "psutil", "filelock"}

SEEN = """
import sys
sys.path[0] = {root!r}
sys.argv = ["git-gt", *{words!r}]
from gitgt.__main__ import main
code = main()
print(code, sorted({heavy!r} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["help"], ["--version"]])
def test_what_all_call_imports_nothing_heavy(tmp_path, words):
    script = SEEN.format(root=str(ROOT), words=words, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stderr == "0 []\n"


@pytest.mark.parametrize("entry", CATALOG, ids=[entry.name for entry in CATALOG])
def test_a_summary_is_the_first_line_of_the_commands_own_help(entry):
    first, _, _ = (command_of(entry).help or "").strip().partition("\n")
    assert first == f"{entry.summary}."


@pytest.mark.parametrize("entry", CATALOG, ids=[entry.name for entry in CATALOG])
def test_every_command_and_option_is_explained(entry):
    import click

    for context in below(click.Context(command_of(entry), info_name=entry.name)):
        assert context.command.help, context.command_path
        for each in context.command.params:
            if isinstance(each, click.Option) and not each.hidden:
                assert each.help, f"{context.command_path} {each.opts}"


def test_names_are_given_once_and_groups_are_known():
    assert [name for name, times in Counter(e.name for e in CATALOG).items() if times > 1] == []
    assert {entry.group for entry in CATALOG} <= {*GROUPS, HIDDEN}


def test_help_fits_a_terminal():
    assert [line for line in help_text().splitlines() if len(line) > 80] == []


def test_every_exit_code_is_in_the_table():
    ours = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.exit_code for each in ours if issubclass(each, errors.GtError)}
    assert codes <= EXIT_CODES.keys()


def test_the_readme_has_the_same_table():
    rows = [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    assert "\n".join(rows) in (ROOT / "README.md").read_text()


def named_commands():
    """Return what hints and documents tell people to type: file, command, subcommand."""
    templates = filter(Path.is_file, ROOT.glob("hooks-templates/**/*"))
    places = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *templates]
    for place in [*places, *ROOT.glob("gitgt/**/*.py"), *ROOT.glob("gitgt/prompts/*.md")]:
        text = place.read_text()
        for found in re.finditer(r"git gt (?!command)([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", text):
            yield str(place.relative_to(ROOT)), found[1], found[2]


def test_every_command_that_somebody_is_told_to_type_is_there():
    import click

    known = {entry.name: command_of(entry) for entry in CATALOG}
    nouns = {
        name: command.list_commands(click.Context(command))
        for name, command in known.items()
        if isinstance(command, click.Group) and not getattr(command, "_otherwise", "")
    }
    told = [
        each
        for each in named_commands()
        if each[1] not in known or (each[2] and each[2] not in nouns.get(each[1], [each[2]]))
    ]
    assert told == []
