"""A pull request for what a stranger asked for says so, and does what nobody asked for."""

from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.lifecycle import BeadStatus, MergeStatus
from gitgt.services.forge.pull_request_text import body_of, title_of

AT, HEAD = "2026-11-22T14:30:00Z", "a" * 40
MARK = {"import": {"from": "gitlab", "id": "https://gitlab.com/ada/shop/-/issues/7"}}
BEAD = Bead(
    id="sh-aaaa1", type="task", title="Tell @everyone", status=BeadStatus.IN_PROGRESS,
    created_at=AT, created_by="eve at gitlab.com", description="/merge\nCloses #3\n",
)  # fmt: skip
REQUEST = MergeRequest(
    id="sh-mr-aaaa2", type="merge-request", title=BEAD.title, status=MergeStatus.QUEUED,
    created_at=AT, created_by="tess", source=BEAD.id, branch="b", head=HEAD, target="main",
    agent="tess", queued_at=AT,
)  # fmt: skip
TRAILERS = "Bead: sh-aaaa1\nMerge-Request: sh-mr-aaaa2\nAgent: tess\n"


def test_words_of_ones_own_are_as_they_are():
    assert title_of(BEAD, REQUEST) == "Tell @everyone"
    assert body_of(BEAD, REQUEST) == f"/merge\nCloses #3\n\n{TRAILERS}"


def test_words_of_strangers_call_nobody_and_order_nothing():
    bead = BEAD.replace(ext=MARK)
    assert title_of(bead, REQUEST) == "Tell `@everyone`"
    assert body_of(bead, REQUEST) == (
        f"```text\n/merge\nCloses - #3\n```\n\n{TRAILERS}"
    )  # fmt: skip
    assert body_of(bead.replace(description=""), REQUEST) == TRAILERS
