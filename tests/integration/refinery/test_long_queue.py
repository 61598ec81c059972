"""Many requests wait in a real rig: what one look of the refinery costs."""

from __future__ import annotations

from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadStatus, BeadVerb, MergeStatus
from gitgt.model.queue.merge_facts import LIMIT
from gitgt.reactor.key import Key
from gitgt.roles.refinery import RefineryRole
from tests.support.deaths import announced, do
from tests.support.town import TESS

MANY = 160
AT = "2026-11-22T14:30:00Z"
_COMMIT = """\
commit refs/heads/crew/tess-{bead}
committer Tess Ter <tess@example.com> 1795357800 +0000
data 2
X

from {main}
M 644 inline list.txt
data {size}
{text}
"""


def wait_in_line(town, shop) -> None:
    """Let many requests wait, all of which write the same file."""
    ids = [f"sh-{number:05d}" for number in range(MANY)]
    repo = town.repo(shop)
    main = repo.git("rev-parse", "main")
    commits = (_COMMIT.format(bead=each, main=main, size=len(each), text=each) for each in ids)
    repo.git("fast-import", "--quiet", stdin="".join(commits))
    shown = repo.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/crew")
    heads = dict(row.split() for row in shown.splitlines())
    hook = f"{shop.name}/crew/tess"

    def opened(_: Snapshot) -> Change:
        made = (
            Bead(id=BeadId(each), type="task", title="X", status=BeadStatus.OPEN,
                 created_at=AT, created_by=TESS.address)
            for each in ids
        )  # fmt: skip
        return Change("begin", tuple(made), event="bead.created")

    def hooked(now: Snapshot) -> Change:
        made = (now.bead(BeadId(each)).after(BeadVerb.SLING, assignee=hook) for each in ids)
        return Change("sling", tuple(made), event="bead.slung")

    def submitted(now: Snapshot) -> Change:
        documents = []
        for number, each in enumerate(ids):
            branch = f"crew/tess-{each}"
            bead = now.bead(BeadId(each)).after(BeadVerb.BEGIN, assignee=hook)
            request = MergeRequest(
                id=BeadId(f"sh-mr-{number:05d}"), type="merge-request", title="X",
                status=MergeStatus.QUEUED, priority=2, source=each, branch=branch,
                head=heads[f"refs/heads/{branch}"], target="main", agent=hook,
                queued_at=AT, created_at=AT, created_by=TESS.address,
            )  # fmt: skip
            documents += [bead.replace(merge_request=str(request.id)), request]
        return Change("submit", tuple(documents), event="bead.submitted")

    for decide in (opened, hooked, submitted):
        town.town.ledger_at(shop).transact(decide, TESS)


def test_one_look_tries_so_many_however_many_wait(town, tmp_path):
    shop = town.rig()
    wait_in_line(town, shop)
    main = town.repo(shop).git("rev-parse", "main")
    journal = tmp_path / "acts"
    with announced(journal, 0):
        do(lambda: RefineryRole(town.town).reconcile(Key("refinery", shop.name)))
    merges = [row.split() for row in journal.read_text().splitlines() if " merge-tree " in row]
    alone = {row[-1] for row in merges if row[-2] == main}
    # The first of them, and those that do not fit behind it, each tried alone as well.
    assert len(alone) == 1 + 2 * LIMIT
    assert len(merges) < 8 * LIMIT
