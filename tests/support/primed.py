"""Facts for what an agent is told, as full as a test likes."""

from __future__ import annotations

from typing import Any, Final

from gitgt.model.documents import Escalation, Memory, MergeRequest
from gitgt.model.molecule import Member, Survey
from gitgt.model.prime.facts import Directive, Earlier, Facts, Letter, Steps, Unsaved, Who
from gitgt.services.prime import told
from tests.support.documents import NOW, bead, fresh

MARK: Final = "0badcafe"
TOAST: Final = "shop/polecats/toast"
ADDRESSES: Final = {
    "mayor": "mayor", "deacon": "deacon", "dog": "dogs/fido", "witness": "shop/witness",
    "refinery": "shop/refinery", "crew": "shop/crew/ann", "polecat": TOAST,
    "overseer": "Tess Ter",
}  # fmt: skip


def who(role: str = "polecat", **fields: Any) -> Who:
    """Return an agent of a role, in a usual place."""
    address = ADDRESSES[role]
    in_rig = address.startswith("shop/")
    given = {
        "address": address, "role": role, "rig": "shop" if in_rig else "",
        "name": address.rpartition("/")[2] if "/" in address else "",
        "worktree": f"/srv/gt/{address}", "town": "/srv/gt",
        "branch": "polecat/toast/gt-abc12" if role == "polecat" else "",
        "base": "main" if in_rig else "", "trunk": "main" if in_rig else "", **fields,
    }  # fmt: skip
    return Who(**given)


def sparse(role: str = "polecat", **fields: Any) -> Facts:
    """Return an agent to whom there is little to tell."""
    return Facts(who=who(role), role_text=told.prompt_of(role), **fields)


def full(role: str = "polecat", text: str = "Words that go on and on. ") -> Facts:
    """Return an agent to whom everything can be told, and much of it."""
    work = bead(id="gt-abc12", title=text[:400], description=text * 40, notes=text)
    return Facts(
        who=who(role),
        role_text=told.prompt_of(role),
        directives=tuple(
            Directive(f"{place}directives/{role}.md", text * 100)
            for place in ("", "shop/settings/")
        ),
        memories=tuple(_memory(number, text) for number in range(50)),
        beads=(work,),
        steps=steps(text),
        earlier={work.id: Earlier(back=_back(text), sessions=2, commits=3, stat=text)},
        unsaved=Unsaved(snapshot="1f2e3d4c5b6a", at=NOW),
        letters=tuple(Letter(f"hq-ms-aaa{n:02}", "mayor", text) for n in range(30)),
        escalations=tuple(_call(number, text) for number in range(30)),
        warnings=(f"GT_ROLE says mayor, and {ADDRESSES[role]} is a {role}.",),
    )


def steps(text: str = "Do it", count: int = 60) -> Steps:
    """Return where an agent stands in a molecule of *count* steps."""
    root = bead(id="gt-mol12", type="molecule", title="Bake a pie", formula="pie")
    members = tuple(
        Member(f"gt-mol12.{n}", "task", "closed" if n < 3 else "open", "", text[:80], ())
        for n in range(1, count + 1)
    )
    now = bead(id="gt-mol12.3", title=text[:80], description=text)
    return Steps(root, Survey(root.id, members), (now,))


def _memory(number: int, text: str) -> Memory:
    made = fresh(Memory, id=f"gt-mm-aaa{number:02}", title=f"key-{number}", description=text)
    assert isinstance(made, Memory)
    return made


def _call(number: int, text: str) -> Escalation:
    made = fresh(Escalation, id=f"gt-es-aaa{number:02}", title=text[:400])
    assert isinstance(made, Escalation)
    return made


def _back(text: str) -> MergeRequest:
    made = fresh(MergeRequest, id="gt-mr-abc12", findings=text * 10)
    assert isinstance(made, MergeRequest)
    return made.replace(status="rejected", reason=text[:400])
