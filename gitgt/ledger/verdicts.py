"""What gates have said of trees: small files under ``refs/gt/verdicts``.

One file for each tree and gate definition, ``<aa>/<rest of the tree>-<gate hash>``, moved by
compare-and-swap: git's notes lose concurrent writes. A run is recorded once, however often
it is reported, so a crash between recording and forgetting it counts no fail twice. Runs
that told nothing are no verdicts and are not kept here. Beside a file lie the logs of the
last run that was red (``.log``) and of the last that passed (``.pass.log``, its end).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from gitgt.git import side_ref
from gitgt.git.repository import Repository, Signature
from gitgt.model.event import Event
from gitgt.model.failures import NONE, Failures
from gitgt.model.gate import Evidence, Verdict
from gitgt.values import dataclass

REF: Final = "refs/gt/verdicts"
_WHO: Final = ("refinery", "refinery@gitgt.invalid")
_HEAD_OF_LOG: Final = 16 * 1024
_TAIL_OF_LOG: Final = 64 * 1024
_END_OF_PASS: Final = 8 * 1024
_SPOKEN: Final = (Verdict.PASS, Verdict.FAIL)
LOG: Final = {Verdict.FAIL: ".log", Verdict.PASS: ".pass.log"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One completed run of one gate on one tree, and what failed in it by name.

    ``seconds`` is how long it took. ``left`` are the programs that it left running, ``heads``
    what the tree was merged from, if that was for a queue.
    """

    run: str
    gate: str
    verdict: Verdict
    seconds: float
    at: str
    why: str = ""
    doubtful: bool = False
    left: tuple[str, ...] = ()
    failures: Failures = NONE
    heads: tuple[str, ...] = ()


class Verdicts:
    """The verdicts that are kept in one repository."""

    def __init__(
        self, repository: Repository, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._repository = repository
        self._clock = clock

    def evidence(self, tree: str, digest: str) -> Evidence:
        """Return all that the gate with the hash *digest* has said of *tree*."""
        found = Evidence()
        for each in self._runs(self._repository.ref(REF), tree, digest):
            found = found.after(
                Verdict(each["verdict"]),
                at=each["number"],
                doubtful=each.get("doubtful", False),
                failures=frozenset(each["failures"]) if each.get("whole") else None,
            )
        return found

    def log(self, tree: str, digest: str, verdict: Verdict = Verdict.FAIL) -> str:
        """Return what the latest run that failed printed, its beginning and its end.

        For a pass it is the end of what the latest run that passed printed.
        """
        head = self._repository.ref(REF)
        path = f"{path_of(tree, digest)}{LOG[verdict]}"
        content = head and self._repository.read(head, path)
        return (content or b"").decode(errors="replace")

    def records(self, tree: str, digest: str) -> list[dict[str, Any]]:
        """Return the recorded runs as plain values, the oldest first."""
        return self._runs(self._repository.ref(REF), tree, digest)

    def latest(self) -> int:
        """Return the number of the latest verdict; 0 if there is none."""
        return self._number(self._repository.ref(REF))

    def _number(self, head: str | None) -> int:
        return 0 if head is None else Event.parse(self._repository.message_of(head)).clock

    def put(
        self, tree: str, digest: str, record: Record, output: bytes = b"",
        *, kept: tuple[int, int] = (_HEAD_OF_LOG, _TAIL_OF_LOG),
    ) -> None:  # fmt: skip
        """Record a run; nothing happens if it is recorded already.

        Of the *output* of one that failed, beginning and end are *kept*.

        Raises:
            LedgerConflictError: others were faster again and again.
        """

        def decide(head: str | None) -> str | None:
            runs = self._runs(head, tree, digest)
            if any(each["run"] == record.run for each in runs):
                return None
            return self._written(head, tree, digest, runs, record, shortened(output, *kept))

        why = f"verdict of {record.gate}"
        side_ref.move(self._repository, REF, decide, why=why, what="the verdicts")

    def _runs(self, head: str | None, tree: str, digest: str) -> list[dict[str, Any]]:
        content = head and self._repository.read(head, path_of(tree, digest))
        runs: list[dict[str, Any]] = read(content)["runs"] if content else []
        return runs

    def _written(
        self, head: str | None, tree: str, digest: str, runs: list[dict[str, Any]],
        record: Record, output: bytes,
    ) -> str:  # fmt: skip
        number = 1 + self._number(head)
        said = {
            "run": record.run, "number": number, "gate": record.gate,
            "verdict": str(record.verdict), "at": record.at,
            "seconds": round(record.seconds, 3),
        }  # fmt: skip
        if record.why:
            said["why"] = record.why
        if record.doubtful:
            said["doubtful"] = True
        if record.left:
            said["left"] = record.left
        if record.heads:
            said["heads"] = record.heads
        if record.failures.names:
            said["failures"] = sorted(record.failures.names)
            said["whole"] = record.failures.whole
        path = path_of(tree, digest)
        text = _text({"tree": tree, "runs": [*runs, said]})
        blobs: dict[str, str | None] = {path: self._repository.write_blob(text)}
        log = output if record.verdict is Verdict.FAIL else ended(output)
        blobs[f"{path}{LOG[record.verdict]}"] = self._repository.write_blob(log)
        event = Event(
            f"{record.gate} {record.verdict} on {tree[:12]}", "gate.judged", clock=number
        )
        return self._repository.write_commit(
            self._repository.write_tree(head, blobs),
            [head] if head else [],
            event.message(),
            Signature(*_WHO, int(self._clock())),
        )


def join(repository: Repository, ours: str, theirs: str) -> str:
    """Return a commit with the verdicts of two clones: every run of both, once.

    It is made from its parents alone, so two clones that join the same pair make the same.
    """
    return side_ref.joined(repository, ours, theirs, partial(_of_pair, repository))


def _of_pair(repository: Repository, one: str, two: str) -> str:
    changes: dict[str, str | None] = {}
    for each in repository.differences(one, two):
        if each.old is None:
            changes[each.path] = each.new
        elif each.new is not None and not each.path.endswith(tuple(LOG.values())):
            both = _runs_of_both(repository.blob(each.old), repository.blob(each.new))
            changes[each.path] = repository.write_blob(both)
    clocks = [Event.parse(repository.message_of(each)).clock for each in (one, two)]
    seconds = [repository.committed(each)[0].seconds for each in (one, two)]
    event = Event("meet another clone's verdicts", "verdicts.joined", clock=1 + max(clocks))
    return repository.write_commit(
        repository.write_tree(one, changes), (one, two), event.message(),
        Signature(*_WHO, max(seconds)),
    )  # fmt: skip


def _runs_of_both(one: bytes, two: bytes) -> bytes:
    said, more = read(one), read(two)
    runs = {each["run"]: each for each in (*said["runs"], *more["runs"])}
    ordered = sorted(runs.values(), key=lambda each: (each["number"], each["run"]))
    return _text({**said, "runs": ordered})


def read(content: bytes) -> dict[str, Any]:
    """Return what a file says; what is no run in it was written by somebody else, and is none.

    Whoever may push may push anything there, which is to stop nobody's queue.
    """
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    found = said if isinstance(said, dict) else {}
    runs = found.get("runs")
    given = runs if isinstance(runs, list) else []
    return {**found, "runs": [each for each in given if _is_run(each)]}


def _is_run(said: object) -> bool:
    """Tell whether *said* has all that ``_written`` writes, as it writes it."""
    if not isinstance(said, dict):
        return False
    texts = ("run", "gate", "at", "verdict", *(["why"] if "why" in said else []))
    lists = [said.get(name, []) for name in ("failures", "left", "heads")]
    return (
        all(isinstance(said.get(name), str) for name in texts)
        and said["verdict"] in _SPOKEN
        and type(said.get("number")) is int
        and type(said.get("seconds")) in (int, float)
        and all(_are_texts(each) for each in lists)
        and (not said.get("whole") or "failures" in said)
    )


def _are_texts(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(each, str) for each in said)


def _text(found: Mapping[str, Any]) -> bytes:
    return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode()


def path_of(tree: str, digest: str) -> str:
    """Return where the verdicts of a gate on *tree* are kept."""
    return f"{tree[:2]}/{tree[2:]}-{digest}"


def shortened(
    output: bytes, head: int = _HEAD_OF_LOG, tail: int = _TAIL_OF_LOG
) -> bytes:  # fmt: skip
    """Return the beginning and the end of a log, which say the most."""
    if len(output) <= head + tail:
        return output
    left_out = len(output) - head - tail
    mark = f"\n[... {left_out} bytes left out ...]\n".encode()
    return output[:head] + mark + output[-tail:]


def ended(output: bytes) -> bytes:
    """Return the end of a log, which is all that is kept of a pass."""
    left_out = len(output) - _END_OF_PASS
    if left_out <= 0:
        return output
    return f"[... {left_out} bytes left out ...]\n".encode() + output[-_END_OF_PASS:]
