"""The frame of the command line, as a person meets it."""

import os
import subprocess

import pytest

from gitgt import __version__
from tests.support.commandline import bd, gt


@pytest.mark.parametrize("words", [("--version",), ("-V",), ("version",)])
def test_the_version_is_told(tmp_path, words):
    assert gt(*words, cwd=tmp_path) == (0, f"gitgt {__version__}\n", "")
    assert bd(*words, cwd=tmp_path) == (0, f"gitgt {__version__}\n", "")


def test_git_finds_us(rig):
    assert rig.git("gt", "--version") == f"gitgt {__version__}"
    assert rig.git("gt", "-h").startswith("git gt: a commit moves work\n\nUsage: git gt ")


def test_an_unknown_command_is_wrong_usage(tmp_path):
    told = "gt: 'frobnicate' is no command\nhint: git gt -h\n"
    assert gt("frobnicate", cwd=tmp_path) == (2, "", told)


def test_a_place_that_is_not_there_is_refused(tmp_path):
    told = "gt: cannot go to nowhere: No such file or directory\n"
    assert gt("-C", "nowhere", "setup", cwd=tmp_path) == (1, "", told)


@pytest.mark.parametrize("words", [["-h"], ["setup", "-h"]])
def test_nobody_reads_and_nobody_is_told(tmp_path, words):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        ["git-gt", *words], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_it_runs_where_the_folder_is_gone(tmp_path):
    gone = tmp_path / "gone"
    script = f'cd "{gone}" && rmdir "{gone}" && git-gt setup -h >"{tmp_path}/out"'
    gone.mkdir()
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0


def shell(script, cwd, **env):
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_what_needs_a_folder_says_that_it_is_gone(tmp_path):
    told = "gt: the folder that we stand in is gone\nhint: cd somewhere else\n"
    done = shell("mkdir gone && cd gone && rmdir ../gone && git-gt status", tmp_path)
    assert (done[0], done[2].partition("gt: ")[2]) == (1, told.removeprefix("gt: "))


def test_a_stream_may_be_closed_or_know_few_characters(tmp_path, town):
    town.rig("shop")
    root = town.town.root
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    made = shell("git-gt bead create 'Zwölf Äpfel' --rig hq", root, **ascii_only)
    assert made[1].endswith("Zw\\xf6lf \\xc4pfel\n")
    assert shell("git-gt bead list >&-", root) == (0, "", "")
    assert shell("git-gt bead show nothing 2>&-", root) == (1, "", "")
    assert shell("git-gt rig list <&-", root)[0] == 0


def test_a_town_that_is_named_must_be_there(tmp_path, town):
    told = "gt: GT_TOWN_ROOT is /nowhere, and no town is there\nhint: unset GT_TOWN_ROOT\n"
    for words in (("rig", "list"), ("ready",)):
        said = gt(*words, cwd=town.town.root, env={"GT_TOWN_ROOT": "/nowhere"})
        assert said == (1, "", told)
