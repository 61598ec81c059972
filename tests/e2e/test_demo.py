"""The demonstration ends as it must, and leaves a report and no process."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.checkout import Checkout
from tests.support.commandline import gt

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_the_demonstration_tells_its_story(tmp_path):
    code, told, talk = gt("demo", cwd=tmp_path, patience=280)

    assert (code, talk) == (0, "")
    lines = [line[7:] for line in told.splitlines()]
    assert "send back sh-dozen: the gate tests is red" in lines
    assert any(
        re.match(r"send back sh-(count|money): conflict with main in ", each) for each in lines
    )
    assert any(
        each.startswith("gate tests is red for a batch of 5: sh-seek1") for each in lines
    )
    assert "send back sh-thous: the gate tests is red" in lines
    assert any(each.endswith("(the watcher)") for each in lines)
    assert "no process is left" in lines
    assert re.search(r"^landed     9 of 9 beads$", told, re.MULTILINE)
    assert re.search(
        r"^convoy     hq-cv-\w+ has landed: Before the holidays$", told, re.MULTILINE
    )
    report = Path(told.splitlines()[-1].removeprefix("report").strip())
    assert "One in twelve is free" in report.read_text()
    rig = Checkout(report.parent / "gt/shop/.repo.git")
    rig.git("fsck", "--no-dangling")
    assert "FIRST = 1001" in rig.git("show", "main:shop/orders.py")
