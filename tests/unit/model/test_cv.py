"""A CV: sums of what is known, and never of what is not."""

from __future__ import annotations

from gitgt.model.cv import Job, Sitting, cv

NUX = "shop/polecats/nux"


def test_what_is_known_is_summed_and_what_is_not_stays_unknown():
    jobs = [
        Job(bead="sh-1", title="One", outcome="success", ended="2026-01-01", landed=True),
        Job(
            bead="sh-2", title="Two", outcome="success", ended="2026-01-03", landed=True,
            returns=3, conflicts=1,
        ),
        Job(bead="sh-3", title="Three", outcome="no-changes", ended="2026-01-02"),
        Job(bead="sh-4", title="Four", outcome="failure", ended="2026-01-01"),
        Job(bead="sh-5", title="Five"),
    ]  # fmt: skip
    sat = [Sitting(runtime="claude", seconds=60.0, tokens=5), Sitting(runtime="codex")]

    found = cv(NUX, jobs, sat, formerly=["shop/polecats/max"])

    assert (found.done, found.landed, found.first_time_right) == (3, 2, 1)
    assert (found.sent_back, found.conflicts, found.failures) == (3, 1, 2)
    assert [each.bead for each in found.jobs] == ["sh-2", "sh-3", "sh-4", "sh-1", "sh-5"]
    assert (found.sessions, found.runtimes, found.unknown) == (2, ("claude", "codex"), 1)
    assert (found.seconds, found.tokens, found.cost) == (60.0, 5, None)


def test_of_nothing_nothing_is_known():
    found = cv(NUX, [], [], formerly=())
    assert (found.done, found.seconds, found.tokens, found.unknown) == (0, None, None, 0)
