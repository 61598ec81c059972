"""The chronicle is a cache: it grows with the ledger, and anything may happen to its file."""

from gitgt.git.command import git
from gitgt.ledger.chronicle import Chronicle
from gitgt.services import beads, versions
from tests.support.town import TESS


def _said(town, bead):
    return [each.said for each in versions.of(town.town, bead.id)]


def test_it_goes_on_from_where_it_was(town):
    rig = town.rig("shop")
    bead = town.bead(rig, "Retry")
    assert _said(town, bead) == [f"create {bead.id}: Retry"]
    beads.comment(town.town, bead.id, TESS, "so")
    assert _said(town, bead) == [f"create {bead.id}: Retry", f"comment on {bead.id}"]


def test_a_torn_file_is_made_anew(town):
    bead = town.bead(town.rig("shop"), "Retry")
    before = _said(town, bead)
    ledger = town.town.ledger_of(bead.id)
    (ledger.repository.gt / "chronicle.sqlite").write_bytes(b"torn" * 1000)
    assert _said(town, bead) == before


def test_a_ledger_that_was_set_back_is_read_anew(town):
    bead = town.bead(town.rig("shop"), "Retry")
    ledger = town.town.ledger_of(bead.id)
    begun = ledger.head()
    beads.comment(town.town, bead.id, TESS, "so")
    assert len(_said(town, bead)) == 2
    git("update-ref", ledger.ref, begun, cwd=ledger.repository.common)
    assert len(_said(town, bead)) == 1


def test_it_knows_when_each_was_touched_last(town):
    bead = town.bead(town.rig("shop"), "Retry")
    ledger = town.town.ledger_of(bead.id)
    assert bead.id in Chronicle(ledger.repository).touched(ledger.head())
