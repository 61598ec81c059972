"""What is said below an issue, and what words of strangers may not do."""

from dataclasses import replace

import pytest

from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.issues import harmless
from gitgt.model.issues.issue import Rules, Word
from gitgt.model.issues.trace import Trace
from gitgt.model.issues.words import is_to_close, mark_of, text_of, unsaid
from gitgt.model.lifecycle import BeadStatus, MergeStatus

AT, COMMIT = "2026-11-22T14:30:00Z", "abcdef0123456789" + "0" * 24
TRACE = Trace(number=7)
_BARE = Bead(
    id="sh-aaaa1", type="task", title="Apples", status=BeadStatus.OPEN, created_at=AT,
    created_by="bob at github.com",
)  # fmt: skip
BEAD = TRACE.on(_BARE)
LANDED = BEAD.replace(status=BeadStatus.CLOSED, landed=COMMIT)
BACK = MergeRequest(
    id="sh-mr-aaaa2", type="merge-request", title="Apples", status=MergeStatus.REJECTED,
    created_at=AT, created_by="tess", source="sh-aaaa1", branch="b", head=COMMIT,
    target="main", agent="tess", queued_at=AT, reason="secret: hunter2",
)  # fmt: skip


def told(bead, **trace):
    return replace(Trace.of(bead), **trace).on(bead)


@pytest.mark.parametrize(
    ("bead", "request_", "arrived", "words", "closes"),
    [
        (BEAD, None, False, (), False),
        (BEAD, BACK, False, (Word.RETURNED,), False),
        (BEAD, BACK.replace(status=MergeStatus.QUEUED), False, (), False),
        (told(BEAD, said={"returned": "yes"}), BACK, False, (), False),
        (BEAD.replace(status=BeadStatus.BLOCKED), None, False, (Word.BLOCKED,), False),
        (LANDED, None, False, (), False),
        (LANDED, None, True, (Word.LANDED,), True),
        (told(LANDED, said={"landed": COMMIT}), None, True, (), True),
        (told(LANDED, said={"landed": COMMIT}, closed=COMMIT), None, True, (), False),
        (told(LANDED, said={"landed": "f" * 40}, closed="f" * 40), None, True,
         (Word.LANDED,), True),
        (told(LANDED, parted="unlabelled"), None, True, (), False),
        (told(LANDED, told="gone"), None, True, (), False),
        (told(LANDED, told="closed"), None, True, (Word.LANDED,), True),
        (LANDED.replace(ext={}), None, True, (), False),
    ],
)  # fmt: skip
def test_what_is_due(bead, request_, arrived, words, closes):
    assert unsaid(bead, request_, Rules(), arrived=arrived) == words
    assert is_to_close(bead, Rules(), arrived=arrived) is closes


def test_a_rig_may_want_less():
    quiet = Rules(says=(), closes=False)
    assert unsaid(LANDED, None, quiet, arrived=True) == ()
    assert not is_to_close(LANDED, quiet, arrived=True)


def test_nothing_is_said_but_our_own_words():
    assert text_of(Word.LANDED, LANDED, "main") == f"Landed on `main` as {COMMIT} (sh-aaaa1)."
    assert mark_of(Word.LANDED, LANDED) == "sh-aaaa1 landed abcdef012345"
    assert mark_of(Word.RETURNED, BEAD) == "sh-aaaa1 returned"
    said = {text_of(word, BEAD, "main") for word in (Word.RETURNED, Word.BLOCKED)}
    assert said == {
        "What was handed in for this came back once, and is worked on again (sh-aaaa1).",
        "Work on this cannot go on for now (sh-aaaa1).",
    }


@pytest.mark.parametrize(
    ("text", "harmless_"),
    [
        ("Fixes #3: crash", "Fixes - #3: crash"),
        ("This closes: #3 and resolves  ada/shop#4",
         "This closes: - #3 and resolves - ada/shop#4"),
        ("fix https://github.com/ada/shop/issues/3", "fix - https://github.com/ada/shop/issues/3"),
        ("Closing issue #3, implements GH-4", "Closing - issue #3, implements - GH-4"),
        ("Fix the crash of #3", "Fix the crash of #3"),
        ("Prefixes #3", "Prefixes #3"),
    ],
)  # fmt: skip
def test_nothing_is_closed_by_words(text, harmless_):
    assert harmless.closes_nothing(text) == harmless_
    assert harmless.closes_nothing(harmless_) == harmless_


def test_nobody_is_called():
    assert harmless.line("Ask @everyone, fixes #3") == "Ask `@everyone`, fixes - #3"
    assert harmless.line("bob@example.com") == "bob@example.com"


def test_a_text_cannot_leave_its_block():
    text = "/merge\n@everyone\n```\n````\nFixes #3"
    assert harmless.quoted(text) == (
        "`````text\n/merge\n@everyone\n```\n````\nFixes - #3\n`````"
    )
    assert harmless.quoted("x") == "```text\nx\n```"
