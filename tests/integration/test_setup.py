"""``git gt setup`` in a home of its own."""

import os
import shutil
import subprocess

import pytest

from tests.support.commandline import gt
from tests.support.world import install_programs

ALWAYS = [
    ".local/share/man/man1/git-gt.1",
    ".local/share/man/man1/git-bd.1",
    ".local/share/bash-completion/completions/git-gt",
    ".local/share/bash-completion/completions/git-bd",
    ".local/share/zsh/site-functions/_git-gt",
    ".local/share/zsh/site-functions/_git-bd",
    ".config/fish/conf.d/git-gt.fish",
]


@pytest.fixture
def programs(home, monkeypatch):
    folder = home / ".local/bin"
    folder.mkdir(parents=True)
    install_programs(folder)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def _deeds(answer):
    return [line.split(" ", 1)[0] for line in answer.stdout.splitlines()]


def _files(home):
    return sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file())


def test_setup_says_what_it_did_and_changes_nothing_twice(home, programs, tmp_path):
    before = _files(home)
    first, again = gt("setup", cwd=tmp_path), gt("setup", cwd=tmp_path)

    written = "".join(f"written {home / name}\n" for name in ALWAYS)
    assert (first.code, first.stdout) == (0, written)
    assert (again.code, again.stdout) == (0, written.replace("written ", "unchanged "))
    assert _files(home) == sorted([*before, *ALWAYS])


def test_uninstall_leaves_what_was_there(home, programs, tmp_path):
    before = _files(home)
    gt("setup", "--short", cwd=tmp_path)
    removed = gt("setup", "--uninstall", cwd=tmp_path)

    assert (removed.code, set(_deeds(removed))) == (0, {"removed"})
    assert _files(home) == before
    assert gt("setup", "--uninstall", cwd=tmp_path) == (0, "nothing was installed\n", "")


def test_the_short_names_are_ours(home, programs, tmp_path):
    assert gt("setup", "--short", cwd=tmp_path).code == 0
    for short, long in (("gt", "git-gt"), ("bd", "git-bd")):
        outputs = [
            subprocess.run(
                [name, "--version"], capture_output=True, text=True, check=False
            ).stdout
            for name in (short, long)
        ]
        assert outputs[0] == outputs[1] != ""


def test_another_gt_is_not_hidden(home, programs, tmp_path, monkeypatch):
    other = tmp_path / "bin/gt"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{other.parent}")

    told = (
        f"gt: there is another gt already: {other}\n"
        "hint: git gt setup --short --force puts ours beside git-gt all the same\n"
    )
    assert gt("setup", "--short", cwd=tmp_path) == (1, "", told)
    assert not (programs / "gt").exists()
    assert gt("setup", "--short", "--force", cwd=tmp_path).code == 0
    assert (programs / "gt").exists()


def test_a_page_of_somebody_else_stays(home, programs, tmp_path):
    page = home / ALWAYS[0]
    page.parent.mkdir(parents=True)
    page.write_text("theirs\n")

    told = f"gt: {page} is not ours\nhint: --force replaces it\n"
    assert gt("setup", cwd=tmp_path) == (1, "", told)
    assert gt("setup", "--uninstall", cwd=tmp_path).code == 0
    assert page.read_text() == "theirs\n"


@pytest.mark.skipif(not shutil.which("man"), reason="no man here")
def test_git_shows_the_page(home, programs, rig):
    gt("setup", cwd=rig.path)
    page = rig.git(
        "-c", "man.viewer=man", "gt", "--help", env={"MANPAGER": "cat", "MANWIDTH": "80"}
    )
    assert "git-gt, git-bd - a commit moves work" in page
    assert "git gt setup" in page


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff here")
def test_the_page_is_well_formed(home, programs, tmp_path):
    gt("setup", "--man-dir", str(tmp_path / "man"), cwd=tmp_path)
    page = tmp_path / "man/man1/git-gt.1"
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(page)], capture_output=True, check=True
    )
    assert done.stderr == b""


COMPLETED = [
    (["git", "gt", "set"], "setup"),
    (["git", "-C", "x", "gt", "setup", "--uni"], "--uninstall"),
    (["/usr/bin/git-gt", "setup", "--sh"], "--short"),
    (["git", "gt", "nothing-like-it"], ""),
]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(("words", "offered"), COMPLETED)
def test_bash_completes(home, programs, tmp_path, words, offered):
    gt("setup", cwd=tmp_path)
    script = (
        'source "$HOME/.local/share/bash-completion/completions/git-gt"; '
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _git_gt; echo "${COMPREPLY[*]}"'
    )
    argv = ["bash", "--norc", "-c", script, "bash", *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{offered}\n", "")


@pytest.mark.parametrize(
    ("shell", "name"), [("zsh", ALWAYS[4]), ("zsh", ALWAYS[5]), ("fish", ALWAYS[6])]
)
def test_the_other_shells_can_read_theirs(home, programs, tmp_path, shell, name):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    gt("setup", cwd=tmp_path)
    done = subprocess.run([shell, "-n", str(home / name)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_who_has_the_programs_elsewhere_is_told_how_man_finds_the_page(
    home, programs, tmp_path, monkeypatch
):
    pages, zsh = home / ".local/share/man", home / ".local/share/zsh/site-functions"
    fpath = f"zsh looks into {zsh} if your fpath names it\n"
    how = "man finds the page with this line in your shell's profile: export MANPATH="
    assert gt("setup", cwd=tmp_path).stderr == fpath

    elsewhere = tmp_path / "venv/bin"
    elsewhere.mkdir(parents=True)
    install_programs(elsewhere)
    path = os.environ["PATH"].replace(str(programs), str(elsewhere))
    monkeypatch.setenv("PATH", path)
    assert gt("setup", cwd=tmp_path).stderr == f"{fpath}{how}'{pages}':\n"
    env = {"MANPATH": "/opt/man"}
    assert gt("setup", cwd=tmp_path, env=env).stderr == f"{fpath}{how}'{pages}':$MANPATH\n"
    assert gt("setup", cwd=tmp_path, env={"MANPATH": f"{pages}:"}).stderr == fpath
