"""The work that gates make by themselves: mend a flaky one, mend a target that is red.

Each is filed once: its id follows from what it is about, so whoever looks again, in another
process or after a crash, finds the bead that is there. One that comes back is opened again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Final

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Comment, Outcome, WorkType, in_order
from gitgt.model.flaky import Flakes
from gitgt.model.ids import SUFFIX_LENGTH, BeadId, base36
from gitgt.model.instant import exact_text_of
from gitgt.model.lifecycle import BeadStatus, BeadVerb
from gitgt.model.wording import fit_line, fit_text
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("refinery")
FLAKY: Final = "flaky-gate"
RED: Final = "red-target"
_URGENT: Final = 0
_LISTED: Final = 50
_LOG: Final = 8_000
_LONGEST_LABEL: Final = 64


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A bead that is to be there. ``since`` opens one again that was closed before that."""

    about: tuple[str, ...]
    label: str
    fields: Mapping[str, Any]
    since: str = ""


def flaky(town: Town, rig: Rig, gate: str, flakes: Flakes) -> None:
    """See to it that somebody is asked to mend a flaky gate, again if it errs again."""
    said = (
        f"{flakes.flakes} of {flakes.runs} runs of {gate} were red on a tree on which it "
        f"passed as well ({flakes.share:.1%}). Each costs runs, and sooner or later blames "
        f"somebody for nothing.\n\ngit gt gate log {rig.name} {gate}\n"
        f"git gt gate quarantine {rig.name} {gate} --reason '...'\n"
    )
    fields = {
        "title": f"Fix the flaky gate {gate}",
        "type": WorkType.BUG,
        "priority": 2,
        "labels": (FLAKY, _label("gate", gate)),
        "description": said,
    }
    _file(town, rig, _Wanted((FLAKY, gate), FLAKY, fields, since=flakes.last))


def red_target(
    town: Town, rig: Rig, branch: str, gate: str, failures: Iterable[str], log: str,
) -> None:  # fmt: skip
    """See to it that somebody is asked to mend *branch*, on which *gate* is red.

    While that is open, other failures of the same gate are added to it.
    """
    named = sorted(failures)
    failing = (
        "\n".join(f"- {fit_line(each)}" for each in named[:_LISTED]) or "It names no test."
    )
    more = f"\n- and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    what = f"Failing there:\n\n{failing}{more}"
    end = "\n".join(f"    {row}" for row in fit_text(log[-_LOG:]).splitlines())
    said = f"{gate} is red on {branch} itself. {what}\n\nIts log ends so:\n\n{end}\n"
    fields = {
        "title": fit_line(f"{gate} is red on {branch}", longest=200),
        "type": WorkType.BUG,
        "priority": _URGENT,
        "target": "" if branch == rig.branch else branch,
        "labels": (RED, _label("gate", gate), _label("branch", branch)),
        "description": said,
    }
    about = (RED, branch, gate, *named)
    live = _live(town.ledger_at(rig).snapshot(), branch, gate)
    if not live:
        _file(town, rig, _Wanted(about, RED, fields, since=town.now()))
    elif what not in live[0].description:
        _comment_once(town, rig, live[0].id, what)


def mended(town: Town, rig: Rig, branch: str, gates: Iterable[str]) -> None:
    """End what asked for *gates* to be mended on *branch*: they pass there again.

    Whoever is at it already is told, and decides.
    """
    ledger = town.ledger_at(rig)
    if not ledger.snapshot().index.labeled(ledger.head(), RED):
        return
    for gate in gates:
        said = f"{gate} passes on {branch} again"
        for bead in _live(ledger.snapshot(), branch, gate):
            if bead.status == BeadStatus.OPEN:
                _close(town, rig, bead.id, said)
            else:
                _comment_once(town, rig, bead.id, said)


def _live(now: Snapshot, branch: str, gate: str) -> list[Bead]:
    """Return the beads that ask for *gate* to be mended on *branch*, the oldest first."""
    wanted = {RED, _label("gate", gate), _label("branch", branch)}
    names = now.index.labeled(now.commit, RED)
    found = [each for name in names if isinstance(each := now.from_index(name), Bead)]
    mine = [each for each in found if wanted <= {*each.labels} and not each.is_closed]
    return sorted(mine, key=lambda each: (each.created_at, each.id))


def _label(what: str, name: str) -> str:
    return fit_line(f"{what}:{name}".replace(",", "-"), longest=_LONGEST_LABEL)


def _name(rig: Rig, about: tuple[str, ...], number: int) -> str:
    """Return the id of the bead about something; *number* is for ids that others have."""
    digest = hashlib.sha256("\0".join((*about, str(number))).encode(errors="replace"))
    return f"{rig.prefix}-{base36(int.from_bytes(digest.digest()), SUFFIX_LENGTH)}"


def _file(town: Town, rig: Rig, wanted: _Wanted) -> None:
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        name, old = _place(now, rig, wanted)
        if old is None:
            new = Bead(
                id=name, status=BeadStatus.OPEN, created_at=at, created_by=WHO.address,
                **wanted.fields,
            )  # fmt: skip
            return Change(f"create {name}: {new.title}", (new,), event="bead.created")
        if not _is_due(old, wanted):
            return None
        again = {"reason": "it is back", "closed_at": "", "closed_by": "", "merge_request": ""}
        said = {"description": wanted.fields["description"]}
        new = old.after(BeadVerb.REOPEN, **again, **said)
        return Change(f"reopen {name}: {new.title}", (new,), event="bead.reopened")

    _, old = _place(town.ledger_at(rig).snapshot(), rig, wanted)
    if old is None or _is_due(old, wanted):
        town.ledger_at(rig).transact(decide, WHO)


def _is_due(old: Bead, wanted: _Wanted) -> bool:
    """Tell whether what a bead was closed for has come back."""
    return old.status == BeadStatus.CLOSED and old.closed_at < wanted.since


def _place(now: Snapshot, rig: Rig, wanted: _Wanted) -> tuple[BeadId, Bead | None]:
    """Return the id of a bead, and the bead if it is there."""
    for number in count():
        name = BeadId(_name(rig, wanted.about, number))
        found = now.find(name)
        if found is None:
            return name, None
        if isinstance(found, Bead) and wanted.label in found.labels:
            return name, found
    raise AssertionError("there are more numbers than beads")


def _close(town: Town, rig: Rig, name: str, said: str) -> None:
    at = town.now()

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(name)
        if old.status != BeadStatus.OPEN:
            return None
        ends = {"outcome": Outcome.SUCCESS, "closed_at": at, "closed_by": WHO.address}
        new = old.after(BeadVerb.CLOSE, reason=said, **ends)
        return Change(f"close {name}: {said}", (new,), event="bead.closed")

    town.ledger_at(rig).transact(decide, WHO)


def _comment_once(town: Town, rig: Rig, name: str, text: str) -> None:
    """Say something about a bead, unless it was the last thing that we said."""
    at = exact_text_of(town.clock())
    said = Comment(base36(town.draw(36**8), 8), at, WHO.address, text)

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(name)
        ours = [each.text for each in old.comments if each.by == WHO.address]
        if ours[-1:] == [text]:
            return None
        new = old.replace(comments=in_order((*old.comments, said)))
        return Change(f"comment on {name}", (new,), event="bead.commented")

    town.ledger_at(rig).transact(decide, WHO)
