"""What made a pipeline run, read from the environment that its product gives it.

Each product has its own words for the same few facts: something was pushed to a branch, from
one commit to another, or a time has come. Whatever else a pipeline may run for is no business
of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
_OID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Product(StrEnum):
    """What runs pipelines; ``generic`` is told by variables of ours."""

    GITHUB = "github"
    GITLAB = "gitlab"
    FORGEJO = "forgejo"
    GITEA = "gitea"
    GENERIC = "generic"

    @property
    def speaks_github(self) -> bool:
        """Tell whether it has GitHub's files, variables and commands."""
        return self in (Product.GITHUB, Product.FORGEJO, Product.GITEA)


class Kind(StrEnum):
    """What happened. Who starts a pipeline by hand wants what the clock would have done."""

    PUSH = "push"
    SCHEDULE = "schedule"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Happened:
    """What made a pipeline run; ``said`` is what the product calls it.

    ``old`` is empty where the branch is new, ``new`` where it is gone.
    """

    product: Product
    kind: Kind
    said: str
    branch: str = ""
    old: str = ""
    new: str = ""


# The first that is set tells the product: those that imitate another set its variables, too.
_SIGNS: Final = (
    ("FORGEJO_ACTIONS", Product.FORGEJO),
    ("GITEA_ACTIONS", Product.GITEA),
    ("GITHUB_ACTIONS", Product.GITHUB),
    ("GITLAB_CI", Product.GITLAB),
)
_KINDS: Final[Mapping[str, Kind]] = {
    "push": Kind.PUSH,
    "schedule": Kind.SCHEDULE,
    # by hand: GitHub and its like, GitLab
    "workflow_dispatch": Kind.SCHEDULE,
    "web": Kind.SCHEDULE,
}


def product_of(environ: Mapping[str, str]) -> Product:
    """Return what runs the pipeline that has this environment."""
    return next((found for name, found in _SIGNS if environ.get(name)), Product.GENERIC)


def recognize(environ: Mapping[str, str], payload: Mapping[str, Any]) -> Happened | None:
    """Return what happened; None if nobody says so.

    *payload* is what GitHub and its like write into a file: the only place that says where the
    branch stood before.

    Raises:
        RefusedError: what is said to be a commit's id is none.
    """
    product = product_of(environ)
    if product.speaks_github:
        new = payload.get("after") or environ.get("GITHUB_SHA", "")
        ref, old = environ.get("GITHUB_REF", ""), payload.get("before", "")
        return _happened(product, environ.get("GITHUB_EVENT_NAME", ""), ref, old, new)
    if product is Product.GITLAB:
        branch = environ.get(
            "CI_COMMIT_BRANCH", ""
        )  # of a tag and a merge request there is none
        said, ref = environ.get("CI_PIPELINE_SOURCE", ""), f"{_HEADS}{branch}" if branch else ""
        old, new = environ.get("CI_COMMIT_BEFORE_SHA", ""), environ.get("CI_COMMIT_SHA", "")
        return _happened(product, said, ref, old, new)
    ref = environ.get("GT_CI_REF", "")
    said = environ.get("GT_CI_EVENT") or ("push" if ref else "")
    old, new = environ.get("GT_CI_BEFORE", ""), environ.get("GT_CI_AFTER", "")
    return _happened(product, said, ref, old, new) if said else None


def _happened(product: Product, said: str, ref: str, old: object, new: object) -> Happened:
    kind = _KINDS.get(said, Kind.OTHER)
    branch = ref.removeprefix(_HEADS)
    if kind is Kind.PUSH and not ref.startswith(_HEADS):
        return Happened(product, Kind.OTHER, f"{said} of {ref}" if ref else said)
    if kind is not Kind.PUSH:
        return Happened(product, kind, said)
    return Happened(product, kind, said, branch, _commit(old), _commit(new))


def _commit(said: object) -> str:
    """Return a commit's id; none, where nothing or zeros stand for none."""
    if not said or not str(said).strip("0"):
        return ""
    if not isinstance(said, str) or not _OID.fullmatch(said):
        raise RefusedError(
            f"{str(said)[:80]!r} is no commit's id", hint="all of it, as git rev-parse tells it"
        )
    return said
