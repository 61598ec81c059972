"""Every way in which a command can end."""

import os
from pathlib import Path

import pytest

from gitgt.cli import catalog
from gitgt.cli.main import run


@pytest.fixture(autouse=True)
def commands(monkeypatch):
    here = "tests.support.frame_commands"
    entries = (
        catalog.Entry("ending", f"{here}:ending", "End in some way", catalog.WORK),
        catalog.Entry("group", f"{here}:group", "Hold a command", catalog.WORK),
        catalog.Entry("secret", f"{here}:ending", "End in some way", catalog.HIDDEN),
    )
    monkeypatch.setattr(catalog, "CATALOG", entries)


@pytest.fixture
def told(capfd):
    def told(*words, called="git gt"):
        code = run([*words], called=called)
        return (code, *capfd.readouterr())

    return told


ENDINGS = [
    ("well", 0, "ended well\n", ""),
    ("left", 1, "", ""),
    ("refused", 1, "", "gt: cannot sling a bead that is closed\nhint: git gt bead reopen\n"),
    ("busy", 4, "", "gt: somebody else is at it\n"),
    ("newer", 78, "", "gt: format 9 is newer than this gitgt\n"),
    ("interrupted", 130, "", "\n"),
    ("aborted", 130, "", "\n"),
]


@pytest.mark.parametrize(("how", "code", "stdout", "stderr"), ENDINGS)
def test_an_ending_has_its_code_and_its_words(told, how, code, stdout, stderr):
    assert told("ending", how) == (code, stdout, stderr)


USAGE = [
    (("ending",), "missing argument '{refused|busy|", "git gt ending -h"),
    (("ending", "well", "--jso"), "no such option '--jso'", "git gt ending -h"),
    (("group", "endin"), "no such command 'endin'", "git gt group -h"),
    (("endin",), "'endin' is no command; did you mean ending?", "git gt -h"),
    (("secre",), "'secre' is no command", "git gt -h"),
    (("--colour",), "no such option: --colour", "git gt -h"),
    (("-C",), "-C needs a path", "git gt -h"),
]


@pytest.mark.parametrize(("words", "message", "hint"), USAGE)
def test_wrong_usage_is_two_lines_and_2(told, words, message, hint):
    code, stdout, stderr = told(*words)
    assert (code, stdout, len(stderr.splitlines())) == (2, "", 2)
    assert stderr.startswith(f"gt: {message}")
    assert stderr.endswith(f"\nhint: {hint}\n")


def test_a_group_alone_shows_its_help(told):
    code, stdout, stderr = told("group")
    assert (code, stdout) == (2, "")
    assert stderr.startswith("Usage: git gt group [OPTIONS] COMMAND")


def test_help_is_an_answer(told):
    for words in (("ending", "-h"), ("ending", "--help"), ("help", "ending")):
        code, stdout, stderr = told(*words)
        assert (code, stderr) == (0, "")
        assert stdout.startswith("Usage: git gt ending [OPTIONS]")


def test_a_bug_ends_in_a_file(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.yaml").touch()
    (tmp_path / ".git").mkdir()

    code, stdout, stderr = told("ending", "bug")

    (kept,) = (tmp_path / ".git/gt/log").iterdir()
    assert (code, stdout) == (3, "")
    assert stderr == (
        "gt: a bug in gitgt: KeyError: 'nux\\nnux'\n"
        f"hint: please report it, with the traceback that is in {kept}\n"
    )
    assert "command: ['ending', 'bug']" in kept.read_text()
    assert "frame_commands.py" in kept.read_text()


def test_outside_a_town_the_file_is_a_temporary_one(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, _, stderr = told("ending", "bug")
    kept = Path(stderr.rpartition(" in ")[2].strip())
    assert kept.parent == Path(os.environ["TMPDIR"])
    kept.unlink()


def test_we_go_where_c_says(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    assert told("-C", "a", "-C", "b", "ending", "well") == (0, "ended well\n", "")
    assert Path.cwd() == tmp_path / "a/b"


@pytest.mark.parametrize(("name", "kept"), [("ending", None), ("secret", "/else")])
def test_gits_one_repository_is_forgotten_but_by_hooks(told, monkeypatch, name, kept):
    monkeypatch.setenv("GIT_DIR", "/else")
    assert told(name, "well")[0] == 0
    assert os.environ.get("GIT_DIR") == kept


def test_json_on_a_pipe_is_one_line(told):
    assert told("ending", "well", "--json") == (0, '{"ended":"well"}\n', "")
