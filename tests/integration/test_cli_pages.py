"""The command line as people meet it: whole sittings, down to what is answered."""

import subprocess
from pathlib import Path

import pytest

from tests.support.examples import Sitting, examples

PAGES = sorted((Path(__file__).parent / "cli").glob("*.md"))


@pytest.fixture
def sitting(home, monkeypatch):
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.delenv(name)
    yield Sitting(home)
    if (home / "gt/town.yaml").exists():
        subprocess.run(["git-gt", "down"], cwd=home / "gt", check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_sitting_goes_as_written(sitting, page):
    for each in examples(page.read_text()):
        sitting.follow(each)
