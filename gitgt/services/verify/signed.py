"""Which commits lack the signature that a policy asks for."""

from __future__ import annotations

from collections.abc import Iterator

from gitgt.git.by_git import ByGit
from gitgt.git.signatures import Signed, signatures
from gitgt.model.actor import Actor, Standing
from gitgt.model.push.broken import Broken
from gitgt.model.push.policy import Signatures


def unsigned(git: ByGit, old: str | None, new: str, asked: Signatures) -> Iterator[Broken]:
    """Yield the commits between *old* and *new* whose signature is none that counts."""
    if asked is Signatures.NONE:
        return
    for each in signatures(git, old, new):
        who = Actor.signed(each.name, each.email)
        if each.good or (asked is Signatures.PEOPLE and who.standing is not Standing.PERSON):
            continue
        yield Broken("", 0, "signature", _said(each), _HINT, each.commit)


_HINT = "git config commit.gpgSign true, and a key that the server knows"


def _said(each: Signed) -> str:
    return f"the commit of {each.name} {each.why}"
