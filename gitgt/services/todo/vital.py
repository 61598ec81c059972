"""What does not work here, as far as a quick look by the doctor tells."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.model.documents import Severity
from gitgt.model.todo import Entry
from gitgt.model.wording import fit_line
from gitgt.services.doctor import checkup
from gitgt.services.town import Town


def errors(town: Town) -> Iterator[Entry]:
    """Yield one entry for each check that has found an error in one place."""
    told: set[tuple[str, str]] = set()
    for each in checkup.make(town, checks=checkup.QUICK).errors:
        place = (each.check, each.where)
        if place in told:
            continue
        told.add(place)
        yield Entry(
            what=fit_line(f"{each.where}: {each.what}"),
            about=f"doctor/{each.where}/{each.check}",
            severity=Severity.HIGH,
            command="git gt doctor --fix" if each.mends else each.hint or "git gt doctor",
        )
