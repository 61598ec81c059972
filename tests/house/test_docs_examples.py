"""The transcripts in the documents are true, down to what is answered."""

import contextlib
import os
import re
import shutil
import signal
import subprocess

import pytest

from tests.support.examples import Example, Sitting, examples, needs
from tests.support.world import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture
def sitting(home, monkeypatch):
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.delenv(name)
    yield Sitting(home)
    if (home / "gt/town.yaml").exists():
        subprocess.run(["git-gt", "down"], cwd=home / "gt", check=True, capture_output=True)
    if (home / "forge.pid").exists():
        with contextlib.suppress(ProcessLookupError):  # the page itself ends it
            os.kill(int((home / "forge.pid").read_text()), signal.SIGTERM)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "page",
    [each for each in PAGES if any(examples(each.read_text()))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_page_shows_what_its_reader_will_see(sitting, page):
    for program in needs(page.read_text()):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    for each in examples(page.read_text()):
        sitting.follow(each)


@pytest.mark.parametrize(
    ("command", "answer"),
    [("echo yes", "no\n"), ("echo yes", ""), ("false", ""), ("true", "yes\n")],
)
def test_another_answer_is_noticed(sitting, command, answer):
    with pytest.raises(AssertionError):
        sitting.follow(Example(command, answer))


def test_what_varies_may_vary_and_an_id_stays_what_it_was(sitting):
    sitting.follow(
        Example("echo made sh-xy123 at 17:45:12 in ~", "made sh-abc12 at 09:00:00 in ~\n")
    )
    sitting.follow(Example("echo items/a/b/sh-abc12.yaml", "items/a/b/sh-abc12.yaml\n"))
    assert sitting.real == {"sh-abc12": "sh-xy123"}
    with pytest.raises(AssertionError):
        sitting.follow(Example("echo sh-other", "sh-abc12\n"))


def test_a_folder_and_an_exit_code_last_until_the_next_command(sitting):
    sitting.follow(
        Example("mkdir there && cd there && sh -c 'echo gt: no; exit 4'", "gt: no\n")
    )
    sitting.follow(Example("echo $? && pwd", "4\n~/there\n"))


LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    found = LINK.findall(page.read_text())
    assert [each for each in found if not (page.parent / each).exists()] == []
