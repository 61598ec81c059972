"""What was judged in the forms that forges' pipelines read from a job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from gitgt.cli import output
from gitgt.cli.verify import marks
from gitgt.model.ci import marks as forms
from gitgt.model.ci.report import Level, Row

if TYPE_CHECKING:
    from gitgt.services.verify.asking import Verified

UNJUDGED: Final = "unjudged"


def github(found: Verified) -> list[str]:
    """Return a command to GitHub's runner for each: an annotation at file and line."""
    return [*forms.commands(_rows(found, unjudged_at=""))]


def gitlab(found: Verified) -> list[dict[str, Any]]:
    """Return GitLab's report on code quality."""
    return forms.issues(_rows(found, unjudged_at=marks.NOWHERE))


def _rows(found: Verified, *, unjudged_at: str) -> Iterator[Row]:
    for each in found.broken:
        path = output.clean(marks.path_of(each))
        yield Row(each.rule, marks.said(each), Level.ERROR, path=path, line=each.line)
    if found.unjudged:
        said = output.clean(found.unjudged)
        yield Row(UNJUDGED, said, Level.ERROR, path=unjudged_at, line=0)
