"""Which files a pipeline is, and what becomes of those that a project has already.

What people wrote is never replaced: a file of ours that they edited stays as it is, and into a
GitLab pipeline of theirs goes one entry, which is taken out again to the last byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.ci.event import Product

MARK: Final = b"# Written by git gt ci install,"
GITLAB: Final = ".gitlab-ci.yml"
_BESIDE: Final = ".gitlab/gitgt.yml"
PATHS: Final[Mapping[Product, str]] = {
    Product.GITHUB: ".github/workflows/gitgt.yml",
    Product.GITLAB: GITLAB,
    Product.FORGEJO: ".forgejo/workflows/gitgt.yml",
    Product.GITEA: ".gitea/workflows/gitgt.yml",
}
_ENTRY: Final = b"""
# Added by git gt ci install; git gt ci uninstall takes it out.
include:
  - local: .gitlab/gitgt.yml
"""
_INCLUDES: Final = re.compile(rb"^[\"']?include[\"']?\s*:", re.MULTILINE)
# What a host's name tells of what runs there.
_HOSTS: Final = (
    ("github", Product.GITHUB), ("gitlab", Product.GITLAB), ("codeberg", Product.FORGEJO),
    ("forgejo", Product.FORGEJO), ("gitea", Product.GITEA),
)  # fmt: skip

# What a tree holds at a path; None if it holds nothing there.
Present = Callable[[str], bytes | None]
Files = Mapping[str, bytes | None]  # None for one that goes


def product_at(host: str, kind: str = "") -> Product | None:
    """Return what runs pipelines at *host*, whose forge is of that *kind* if that is known."""
    if kind in (Product.GITHUB, Product.GITLAB):
        return Product(kind)
    found = next((product for sign, product in _HOSTS if sign in host.lower()), None)
    return found or (Product(kind) if kind in tuple(Product) else None)


def installed(product: Product, text: bytes, present: Present) -> Files:
    """Return what changes where *text* becomes the pipeline of *product*; nothing, if it is.

    Raises:
        RefusedError: a file of that name is somebody else's.
    """
    path = PATHS[product]
    there = present(path)
    if there is None:
        return {path: text}
    if there.startswith(MARK):
        return {}
    if product is not Product.GITLAB:
        raise RefusedError(
            f"{path} is there already, and not ours", hint=f"git mv {path} OTHER"
        )
    beside = {} if present(_BESIDE) is not None else {_BESIDE: text}
    if there.endswith(_ENTRY):
        return beside
    if _INCLUDES.search(there):
        raise RefusedError(
            f"{path} includes other files already",
            hint=f"add there by hand: - local: {_BESIDE}, and put the pipeline into that file",
        )
    return {**beside, path: there + (b"" if there.endswith(b"\n") else b"\n") + _ENTRY}


def uninstalled(present: Present) -> Files:
    """Return what changes where every pipeline of ours goes; what others wrote stays."""
    files: dict[str, bytes | None] = {
        path: None
        for path in (*PATHS.values(), _BESIDE)
        if (present(path) or b"").startswith(MARK)
    }
    theirs = present(GITLAB) or b""
    if theirs.endswith(_ENTRY):
        files[GITLAB] = theirs.removesuffix(_ENTRY)
    return files
