"""Whether an agent's next session takes up the conversation of its last one.

It does when that was cut short and nothing was wrong with it: the machine went down, somebody
stopped it, the witness ended it. It does so once: where that helped nothing, the next one
begins with a fresh mind, and is told what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from gitgt.model.documents import Bead, Mode
from gitgt.model.session_record import SessionRecord
from gitgt.runtime.presets import Runtime
from gitgt.services.sessions import session_records, transcripts
from gitgt.services.town import Rig, Town

RESUMED: Final = "resumed"
BY_WITNESS: Final = "the witness ended it: "
_CUT_SHORT: Final = (
    session_records.VANISHED, "it was killed by signal", "it was stopped", BY_WITNESS,
)  # fmt: skip


def cut_short(
    town: Town, rig: Rig, bead: Bead, runtime: Runtime, *, attempt: int,
    folder_of: Callable[[str], Path],
) -> SessionRecord | None:  # fmt: skip
    """Return the last session of *bead*'s agent, if the next one goes on with what was said.

    *folder_of* says where a session is kept.
    """
    if not runtime.can_resume or bead.mode == Mode.RALPH:
        return None
    last = session_records.last(town, rig, bead.assignee)
    if last is None or (last.bead, last.attempt, last.runtime) != (
        bead.id, attempt, runtime.name,
    ):  # fmt: skip
        return None
    is_cut = last.how.startswith(_CUT_SHORT) and last.topic != RESUMED and not last.handoff
    if not is_cut or not last.conversation:
        return None
    is_there = transcripts.was_held(runtime, last, folder_of(last.session))
    return last if is_there else None
