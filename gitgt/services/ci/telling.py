"""Where a report goes: what a pipeline's product shows, and a comment at the forge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, GtError
from gitgt.model.ci import marks
from gitgt.model.ci import report as forms
from gitgt.model.ci.event import Product
from gitgt.model.ci.report import Report
from gitgt.services.ci.room import Room
from gitgt.services.ci.testing import GatesSaid
from gitgt.services.forge.base import MARK
from gitgt.services.forge.proposing import branch_of
from gitgt.services.forge.settings import place_of

# What the templates tell GitLab to read.
JUNIT: Final = "gt-junit.xml"
QUALITY: Final = "gt-codequality.json"


def publish(report: Report, product: Product, environ: Mapping[str, str], cwd: Path) -> None:
    """Write the files that the product reads.

    Raises:
        EnvironmentProblemError: one cannot be written.
    """
    try:
        if product.speaks_github and (summary := environ.get("GITHUB_STEP_SUMMARY")):
            with Path(summary).open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{forms.markdown(report)}\n")
        if product is Product.GITLAB:
            where = Path(environ.get("CI_PROJECT_DIR") or cwd)
            _write(where / JUNIT, forms.junit(report))
            _write(where / QUALITY, json.dumps(marks.issues(report.rows), indent=1) + "\n")
    except OSError as error:
        raise EnvironmentProblemError(f"the report cannot be written: {error}") from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")


def comment(room: Room, tested: GatesSaid, report: Report) -> str:
    """Comment below the branch's pull request, once for each outcome; return what came of it.

    It may be open for the branch itself, or for the one in which its request was proposed.

    A forge that cannot be asked stops nothing. Empty: there is none, or nothing to comment on.
    """
    try:
        place = place_of(room.town, room.rig)
        if place is None:
            return ""
        forge = place.forge()
        proposed = [branch_of(tested.request)] if tested.request else []
        found = (forge.find(each) for each in (tested.branch, *proposed))
        seen = next((each for each in found if each is not None and each.is_open), None)
        if seen is None:
            return ""
        mark = MARK.format(f"ci {tested.commit[:12]} {report.code}")
        if forge.said(seen, mark):
            return f"pull request {seen.number} has this comment already"
        forge.comment(seen, f"{forms.markdown(report)}\n{mark}")
    except GtError as error:
        return f"no comment could be written: {error.message}"
    return f"commented on pull request {seen.number}"
