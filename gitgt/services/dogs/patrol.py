"""The doctor's round, once a day: what does not work any more is told, and told once."""

from __future__ import annotations

from typing import Final

from gitgt.model.documents import Escalation, Severity
from gitgt.model.wording import fit_line
from gitgt.services import submit
from gitgt.services.doctor import checkup
from gitgt.services.doctor.finding import Finding
from gitgt.services.escalation import escalations
from gitgt.services.plugins.runs import WHO
from gitgt.services.town import Town

_ABOUT: Final = "doctor/"


def look(town: Town) -> str:
    """Make the usual checks, tell a person of errors, and take back what is good again."""
    errors = {_about(each): each for each in checkup.make(town).errors}
    calls = town.ledger.snapshot().all(Escalation, status=escalations.OPEN)
    told = {each.about for each in calls if each.about.startswith(_ABOUT)}
    for about, each in errors.items():
        if about not in told:
            submit.escalate(
                town, None, WHO, severity=Severity.MEDIUM, title=fit_line(each.what),
                about=about, description=each.hint,
            )  # fmt: skip
    for about in sorted(told - errors.keys()):
        escalations.settle(town, None, WHO, about=about)
    return f"{len(errors)} things do not work" if errors else "all is well"


def _about(found: Finding) -> str:
    return fit_line(f"{_ABOUT}{found.check}/{found.where}")
