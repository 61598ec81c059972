"""What a bead of a certain type should say, so that somebody else can do it.

A warning only: a bead without it is as valid. A section is there if a field of that name is
filled, or a heading in the description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gitgt.model.documents import WorkType

if TYPE_CHECKING:
    from gitgt.model.documents import Bead

_ACCEPTANCE: Final = "Acceptance Criteria"
SECTIONS: Final = {
    WorkType.TASK: (_ACCEPTANCE,),
    WorkType.FEATURE: (_ACCEPTANCE,),
    WorkType.BUG: ("Steps to Reproduce", _ACCEPTANCE),
    WorkType.EPIC: ("Success Criteria",),
    WorkType.DECISION: ("Decision", "Rationale", "Alternatives Considered"),
}
# The field that says the same as a section.
_FIELDS: Final = {
    _ACCEPTANCE: "acceptance",
    "Success Criteria": "acceptance",
    "Rationale": "design",
}


def missing(bead: Bead) -> tuple[str, ...]:
    """Return the sections that *bead* should have and has not."""
    wanted = SECTIONS.get(WorkType(bead.type), ())
    return tuple(each for each in wanted if not _has(bead, each))


def _has(bead: Bead, section: str) -> bool:
    if getattr(bead, _FIELDS.get(section, ""), ""):
        return True
    first = section.partition(" ")[0]  # "Acceptance" is enough, and "Alternatives"
    heading = rf"(?im)^\s*(?:#+\s*|\*\*){first}\b[^\n]*$"
    return re.search(heading, bead.description) is not None
