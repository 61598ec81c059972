"""The runners of the forge for tests: a push of a probe's branch runs a command for real.

Each commit is checked out in a clean clone of its own, and what the command ends with is told:
as a check of GitHub, a job of GitLab, a status of Gitea, or as a record in the verdicts ref.
What may go wrong there goes wrong on request, commit by commit, in the order of ``faults``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gitgt.git.repository import Repository
from gitgt.ledger.verdicts import REF, Record, Verdicts
from gitgt.model.gate import Gate, Verdict, gate_hash
from gitgt.services.gates.gate_keys import RUNNERS
from gitgt.services.gates.probe_branch import probed

_AT = "2026-11-22T09:00:00Z"
_THEN = "2026-11-22T09:00:07Z"


class Fault(StrEnum):
    """What goes wrong with one run."""

    NONE = "none"
    LOST = "lost"  # nobody ever answers
    SLOW = "slow"  # it is at work until somebody lets it end
    CANCELLED = "cancelled"
    VANISHED = "vanished"  # its machine went away: it failed, says the forge
    FLAKY = "flaky"  # red for no reason


@dataclass
class Job:
    """One run of one check on one commit."""

    id: int
    commit: str
    branch: str
    name: str
    by: str
    fault: Fault
    code: int | None = None
    output: str = ""
    cancelled: bool = False

    @property
    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.cancelled or self.code is not None or self.fault is Fault.CANCELLED


@dataclass
class Runners:
    """The runners of a forge over a bare repository."""

    repository: Path
    command: tuple[str, ...]
    name: str = "check"
    app: str = "github-actions"
    records: Gate | None = None  # then they record what it says, and set no status
    faults: list[Fault] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        hook = self.repository / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ncat >>pushes\n")
        hook.chmod(0o755)

    # --- what they do

    def look(self) -> None:
        """Run what was pushed since the last look: each push of a probe once."""
        rows = self._pushes()
        for row in rows[self.seen :]:
            _, commit, ref = row.split()
            if commit == probed(ref):
                self._take(ref.removeprefix("refs/heads/"), commit)
        self.seen = len(rows)

    def _pushes(self) -> list[str]:
        try:
            return (self.repository / "pushes").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _take(self, branch: str, commit: str) -> None:
        fault = self.faults.pop(0) if self.faults else Fault.NONE
        job = Job(1000 + len(self.jobs), commit, branch, self.name, self.app, fault)
        self.jobs.append(job)
        if fault in (Fault.NONE, Fault.FLAKY):
            self.run(job)
        elif fault is Fault.VANISHED:
            job.code = 1

    def run(self, job: Job) -> None:
        """Run the command in a clean clone, on exactly the commit of a job."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "work")
            self._git("clone", "-q", "--no-checkout", str(self.repository), str(place))
            self._git("checkout", "-q", "--detach", job.commit, cwd=place)
            done = subprocess.run(self.command, cwd=place, capture_output=True, check=False)
            job.output = (done.stdout + done.stderr).decode()
            job.code = 1 if job.fault is Fault.FLAKY else done.returncode
            if self.records is not None:
                self._record(job, place)
            shutil.rmtree(place)

    def _record(self, job: Job, place: Path) -> None:
        """Write the verdict as a runner does who has nothing but a clone: fetch, add, push."""
        assert self.records is not None
        clone = Repository(place / ".git")
        self._git("fetch", "-q", "origin", f"+{REF}*:{REF}*", cwd=place)
        verdict = Verdict.FAIL if job.code else Verdict.PASS
        record = Record(
            run=f"runner-{job.id}", gate=self.records.name, verdict=verdict, seconds=7.0,
            at=_THEN,
        )  # fmt: skip
        tree = clone.tree_of(job.commit)
        digest = gate_hash(self.records, RUNNERS)
        Verdicts(clone, clock=lambda: 1_795_357_800.0).put(
            tree, digest, record, job.output.encode()
        )
        self._git("push", "-q", "origin", REF, cwd=place)

    def _git(self, *argv: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *argv], cwd=cwd or self.repository, capture_output=True, check=True
        )
        return done.stdout.decode()

    def says(self, commit: str, by: str, *, code: int = 0, name: str = "") -> None:
        """Let somebody who has not run anything say something of a commit."""
        job = Job(1000 + len(self.jobs), commit, "", name or self.name, by, Fault.NONE, code)
        self.jobs.append(job)

    @property
    def ran(self) -> list[str]:
        """The commits that were handed to a runner, once for each time."""
        return [each.commit for each in self.jobs if each.branch]

    def of(self, commit: str) -> list[Job]:
        """Return what is known of a commit, the newest first; who is lost tells nothing."""
        mine = [each for each in self.jobs if each.commit == commit]
        told = [each for each in mine if each.fault is not Fault.LOST]
        return [] if self.records else told[::-1]

    def cancel(self, number: str) -> None:
        """End a job that is at work."""
        (job,) = (each for each in self.jobs if each.id == int(number))
        job.cancelled = job.cancelled or not job.ended


Answer = Callable[..., tuple[int, Any]]


def github(runners: Runners, here: str) -> Iterator[tuple[str, str, Answer]]:
    """Yield what GitHub answers about them."""

    def checks(commit: str, **_: object) -> tuple[int, Any]:
        newest = {(each.name, each.by): each for each in reversed(runners.of(commit))}
        mine = [each for each in newest.values() if "[" not in each.by and each.by != "mallory"]
        return 200, {"total_count": len(mine), "check_runs": [check(each) for each in mine]}

    def check(job: Job) -> dict[str, Any]:
        how = "cancelled" if job.code is None else "failure" if job.code else "success"
        return {
            "id": job.id, "name": job.name, "app": {"slug": job.by},
            "html_url": f"https://github.com/ada/shop/runs/{job.id}",
            "status": "completed" if job.ended else "in_progress",
            "conclusion": how if job.ended else None,
            "started_at": _AT, "completed_at": _THEN if job.ended else None,
            "output": {"title": None, "summary": job.output or None, "text": None},
        }  # fmt: skip

    def notes(number: str, **_: object) -> tuple[int, Any]:
        (job,) = (each for each in runners.jobs if each.id == int(number))
        lost = "The hosted runner lost communication with the server. Anything in your workflow"
        said = lost if job.fault is Fault.VANISHED else "Process completed with exit code 1."
        return 200, [{"path": ".github", "annotation_level": "failure", "message": said}]

    def statuses(commit: str, **_: object) -> tuple[int, Any]:
        mine = [each for each in runners.of(commit) if each.by == "mallory"]
        return 200, [
            {"id": each.id, "context": each.name, "creator": {"login": each.by},
             "state": "failure" if each.code else "success", "description": "all is well",
             "target_url": None}
            for each in mine
        ]  # fmt: skip

    def runs(**_: object) -> tuple[int, Any]:
        return 200, {
            "workflow_runs": [
                {"id": each.id, "head_branch": each.branch, "head_sha": each.commit,
                 "status": "completed" if each.ended else "in_progress"}
                for each in runners.jobs
            ]
        }  # fmt: skip

    def cancel(number: str, **_: object) -> tuple[int, Any]:
        runners.cancel(number)
        return 202, {}

    yield "GET", f"{here}/commits/([0-9a-f]+)/check-runs", checks
    yield "GET", f"{here}/check-runs/(\\d+)/annotations", notes
    yield "GET", f"{here}/commits/([0-9a-f]+)/statuses", statuses
    yield "GET", f"{here}/actions/runs", runs
    yield "POST", f"{here}/actions/runs/(\\d+)/cancel", cancel


def gitlab(runners: Runners, here: str) -> Iterator[tuple[str, str, Answer]]:
    """Yield what GitLab answers about them: a pipeline for each job."""

    def pipelines(*, query: str, **_: object) -> tuple[int, Any]:
        asked = dict(each.split("=") for each in query.split("&"))
        branch = asked["ref"].replace("%2F", "/")
        mine = [each for each in runners.of(asked["sha"]) if each.branch == branch]
        assert asked["source"] == "push"
        return 200, [
            {"id": each.id, "sha": each.commit, "ref": each.branch, "source": "push",
             "status": "success" if each.ended else "running"}
            for each in mine
        ]  # fmt: skip

    def jobs(number: str, **_: object) -> tuple[int, Any]:
        return 200, [job(each) for each in runners.jobs if each.id == int(number)]

    def job(each: Job) -> dict[str, Any]:
        status = "failed" if each.code else "success"
        lost = "runner_system_failure" if each.fault is Fault.VANISHED else "script_failure"
        return {
            "id": each.id, "name": each.name, "allow_failure": False, "duration": 7.5,
            "status": "running" if not each.ended else
                      "canceled" if each.code is None else status,
            "failure_reason": lost if each.code else None,
            "web_url": f"https://gitlab.com/ada/shop/-/jobs/{each.id}",
            "author": {"username": each.by}, "target_url": None, "description": None,
        }  # fmt: skip

    def statuses(commit: str, **_: object) -> tuple[int, Any]:
        return 200, [job(each) for each in runners.of(commit)]

    def cancel(number: str, **_: object) -> tuple[int, Any]:
        runners.cancel(number)
        return 200, {}

    yield "GET", f"{here}/pipelines", pipelines
    yield "GET", f"{here}/pipelines/(\\d+)/jobs", jobs
    yield "GET", f"{here}/repository/commits/([0-9a-f]+)/statuses", statuses
    yield "POST", f"{here}/pipelines/(\\d+)/cancel", cancel


def gitea(runners: Runners, here: str) -> Iterator[tuple[str, str, Answer]]:
    """Yield what Gitea answers about them: each change of a job is a status of its own."""

    def statuses(commit: str, **_: object) -> tuple[int, Any]:
        return 200, [row for each in runners.of(commit) for row in rows(each)]

    def rows(job: Job) -> Iterator[dict[str, Any]]:
        def row(number: int, status: str, said: str) -> dict[str, Any]:
            return {
                "id": number, "context": job.name, "status": status, "description": said,
                "creator": {"login": job.by}, "target_url": f"https://gitea.com/jobs/{job.id}",
            }  # fmt: skip

        if job.ended:
            said = "Failing after 7s" if job.code else "Successful in 7s"
            how = "failure" if job.code or job.code is None else "success"
            yield row(2 * job.id + 1, how, "Has been cancelled" if job.code is None else said)
        yield row(2 * job.id, "pending", "Has started running")

    yield "GET", f"{here}/commits/([0-9a-f]+)/statuses", statuses
