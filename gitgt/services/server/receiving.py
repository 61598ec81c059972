"""What speaks against a push to a server: asked while its objects are in quarantine.

Read through git alone, and nothing is written. All that is wrong is told at once; one ref that
may not move so refuses the whole push, as git does for this hook.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from gitgt.errors import GtError
from gitgt.git.by_git import ByGit
from gitgt.git.repository import Repository
from gitgt.ledger import layout
from gitgt.ledger.documents import load
from gitgt.model import served
from gitgt.model.documents import MergeRequest
from gitgt.model.push.broken import Broken
from gitgt.model.push.policy import USUAL_MOST, Policy, Signatures
from gitgt.model.served import Moved, Rules
from gitgt.services.verify import judging

_PROTECTED: Final = "protected"


def judge(
    repository: Repository,
    rules: Rules,
    pushed: tuple[Moved, ...],
    environ: Mapping[str, str] | None = None,
) -> list[Broken]:
    """Return what is wrong with a push.

    *environ* is what git gave its hook, if not this process's own.

    Raises:
        CannotJudgeError: nothing wrong was seen, but not everything could be.
        NewerDataError: a later gitgt wrote the ledger.
        GitFailedError: git does not answer.
    """
    given = os.environ if environ is None else environ
    policy = Policy(Signatures(rules.signatures), rules.largest or USUAL_MOST)
    found: list[Broken] = []
    for each in pushed:
        if each.ref == rules.ledger:
            found += judging.judge(
                repository, each.ref, each.old or None, each.new or None,
                policy=policy, environ=given,
            )  # fmt: skip
    if found:
        return found
    with ByGit.opened(repository.common, given) as git:
        refused = served.judge_refs(
            pushed, rules,
            contains=lambda new, old: git.has(old) and git.is_ancestor(old, new),
            landed=dict(_landed(git, rules, pushed)),
        )  # fmt: skip
    return [Broken("", 0, _PROTECTED, each.why, each.hint) for each in refused]


def _landed(
    git: Repository, rules: Rules, pushed: tuple[Moved, ...]
) -> Iterator[tuple[str, str]]:
    """Yield what the ledger that is pushed says that landed since: commit and target."""
    if not any(rules.is_closed(each.ref) for each in pushed):
        return
    for move in pushed:
        if move.ref != rules.ledger or not move.new:
            continue
        for change in git.differences(move.old or None, move.new):
            if change.new is None or layout.id_of(change.path) is None:
                continue
            try:
                document = load(git.blob(change.new), change.path)
            except GtError:
                continue  # somebody may have mended it since; it lands nothing
            if isinstance(document, MergeRequest) and document.landed:
                yield document.landed, document.target
