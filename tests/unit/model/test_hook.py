"""How a hook stands, and that nothing happens to one which its table does not know."""

from __future__ import annotations

import itertools

import pytest

from gitgt.model.actor import Standing
from gitgt.model.hook import Work, status_of
from gitgt.model.lifecycle import BEAD_MACHINE, HOOK_MACHINE, BeadStatus, HookStatus

HELD = (BeadStatus.HOOKED, BeadStatus.IN_PROGRESS)
FLAGS = (False, True)


@pytest.mark.parametrize(
    ("work", "status"),
    [
        (None, "created"),
        (Work(status=BeadStatus.HOOKED), "suspended"),
        (Work(status=BeadStatus.HOOKED, at_it=True), "active"),
        (Work(status=BeadStatus.IN_PROGRESS), "suspended"),
        (Work(status=BeadStatus.IN_PROGRESS, at_it=True), "active"),
        (Work(status=BeadStatus.HOOKED, watched=False), "suspended"),
        (Work(status=BeadStatus.IN_PROGRESS, watched=False), "active"),
        (Work(status=BeadStatus.IN_PROGRESS, submitted=True, at_it=True), "completed"),
        (Work(status=BeadStatus.CLOSED, submitted=True), "archived"),
        (Work(status=BeadStatus.TOMBSTONE), "archived"),
    ],
)
def test_a_hook_stands_as_its_work_does(work, status):
    assert status_of(work) == status


def works():
    """All that may hang on a hook, and nothing."""
    yield None
    for status, submitted, at_it, watched in itertools.product(
        (*HELD, BeadStatus.CLOSED), FLAGS, FLAGS, FLAGS
    ):
        if submitted and status is not BeadStatus.IN_PROGRESS:
            continue
        yield Work(status=status, submitted=submitted, at_it=at_it, watched=watched)


def after(work):
    """What may become of it in one step: of the bead's lifecycle, or of a session.

    What was closed and is opened again hangs on nobody's hook.
    """
    if work and work.status is BeadStatus.CLOSED:
        return
    for other in works():
        if work is None:
            if other and other.status in HELD and not other.submitted:
                yield other
        elif other is None:
            if BeadStatus.OPEN in leads_to(work.status):
                yield other
        elif other.watched == work.watched and is_step(work, other):
            yield other


def leads_to(status):
    """Where a bead may go from *status*."""
    return {row.target for row in BEAD_MACHINE if row.source == status}


def is_step(one, two):
    """Whether one thing changes: the bead with its request, or the session."""
    if (one.status, one.submitted) == (two.status, two.submitted):
        return one.at_it != two.at_it
    if one.at_it != two.at_it or one.status is BeadStatus.CLOSED:
        return False
    if one.status is two.status:
        return not one.submitted  # submitted just now
    return two.status in leads_to(one.status)


@pytest.mark.parametrize("work", [*works()], ids=str)
def test_whatever_happens_is_a_row_of_the_table(work):
    for other in after(work):
        before, now = status_of(work), status_of(other)
        HOOK_MACHINE.between(before, now, Standing.TOWN)


def test_every_row_of_the_table_happens():
    seen = {(status_of(work), status_of(other)) for work in works() for other in after(work)}
    assert {(row.source, row.target) for row in HOOK_MACHINE} <= seen
    assert not HOOK_MACHINE.verbs_from(HookStatus.ARCHIVED)
