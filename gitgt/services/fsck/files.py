"""What lies in the ledger's tree: which files are documents, and which are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gitgt.errors import GitFailedError, InvalidDocumentError
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.ledger import codec, editors, layout
from gitgt.ledger.documents import load
from gitgt.model.change import flaws
from gitgt.model.documents import Document, WorkType, type_of
from gitgt.services.fsck.finding import Finding
from gitgt.values import dataclass

_STRANGE: Final = {"120000": "a symbolic link", "160000": "a submodule"}
_MEND: Final = "mend the file on a desk and commit it"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the tree, as git lists it."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(slots=True)
class Tree:
    """What was found: the documents by id, and the files that no document is read from."""

    documents: dict[str, Document] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    strays: dict[str, str] = field(default_factory=dict)  # path to where it belongs
    loose: dict[str, Document] = field(default_factory=dict)  # path to what is to be rewritten


def files(repository: Repository, commit: str) -> Iterator[File]:
    """Yield the files of *commit*, whatever they are called."""
    answer = git("ls-tree", "-r", "-z", "-l", "--full-tree", commit, cwd=repository.common)
    for row in answer.split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        yield File(
            path.decode(errors="surrogateescape"),
            mode,
            blob,
            int(size) if size.isdigit() else 0,
        )


def look(repository: Repository, commit: str, prefix: str) -> Tree:
    """Read every file of the ledger at *commit*."""
    tree = Tree()
    try:
        found = {each.path: each for each in files(repository, commit)}
    except GitFailedError as error:
        said = (error.stderr.strip() or "git cannot list it").splitlines()[-1]
        tree.findings.append(Finding("object", commit, said, "git fsck says more"))
        return tree
    for each in found.values():
        if each.mode in _STRANGE:
            what = f"{_STRANGE[each.mode]} has no place in a ledger"
            tree.findings.append(Finding("no-file", each.path, what, "git rm it on a desk"))
    documents = [
        each for each in found.values() if layout.is_item(each.path) and _is_plain(each)
    ]
    contents = _contents(repository, documents, tree)
    for each in documents:
        if each.blob in contents:
            _file(tree, each, contents[each.blob], found, prefix)
    tree.findings += _schemas(repository, found)
    return tree


def _is_plain(each: File) -> bool:
    return each.mode not in _STRANGE


def _contents(repository: Repository, wanted: list[File], tree: Tree) -> dict[str, bytes]:
    """Return the contents by blob; of what is too long for a document, as much as tells so."""
    short = {each.blob for each in wanted if each.size <= codec.MAX_BYTES}
    long = {
        each.blob: b" " * (codec.MAX_BYTES + 1)
        for each in wanted
        if each.size > codec.MAX_BYTES
    }
    there = dict(repository.readable(sorted(short)))
    for each in wanted:
        if each.blob not in there and each.blob not in long:
            tree.unread.add(str(layout.named_by(each.path)))
            what = f"its content, {each.blob}, is missing or damaged"
            tree.findings.append(Finding("object", each.path, what, "fetch it from a clone"))
    return {**there, **long}


def _file(tree: Tree, each: File, content: bytes, found: dict[str, File], prefix: str) -> None:
    """Judge one file below ``items``."""
    named = layout.named_by(each.path)
    if named is None:
        what = "is no bead id with .yaml after it"
        tree.findings.append(
            Finding("no-bead", each.path, what, "git mv or git rm it on a desk")
        )
        return
    home = layout.path_of(named)
    if each.path != home and home in found:
        what = f"{named} is in {home}, and only that is read"
        tree.findings.append(
            Finding("doubled", each.path, what, "compare the two, and git rm one on a desk")
        )
        return
    if each.size > codec.MAX_BYTES:
        content = b" " * each.size if each.size < 1 << 20 else content
    try:
        document = load(content, each.path)
    except InvalidDocumentError as error:
        tree.unread.add(str(named))
        where, _, what = error.message.partition(": ")
        tree.findings.append(Finding("unreadable", where, what, error.hint or _MEND))
        return
    if document.id != named:
        tree.unread.add(str(named))
        what = f"its id is {document.id}, which is not its name"
        tree.findings.append(Finding("unreadable", f"{each.path}:1", what, f"id: {named}"))
        return
    if each.path != home:
        what = f"{named} belongs in {home}"
        tree.findings.append(Finding("misplaced", each.path, what, mends=True))
        tree.strays[each.path] = home
    _document(tree, document, each.path, content, prefix)


def _document(tree: Tree, document: Document, path: str, content: bytes, prefix: str) -> None:
    tree.documents[document.id] = document
    if document.id.prefix != prefix:
        what = f"ids here begin with {prefix}-"
        tree.findings.append(Finding("foreign", path, what, "write it in its own ledger"))
    if type_of(document.id) not in (WorkType.TASK, document.type):
        what = f"such an id is a {type_of(document.id)}'s, not a {document.type}'s"
        tree.findings.append(Finding("invariant", path, what, _MEND))
    for what, hint in flaws(document):
        tree.findings.append(Finding("invariant", path, what, hint))
    if codec.emit(document.fields()) != content:
        tree.loose[path] = document
        what = "is not in the canonical form"
        tree.findings.append(Finding("form", path, what, mends=True))


def _schemas(repository: Repository, found: dict[str, File]) -> Iterator[Finding]:
    published = editors.published()
    known = {path: found[path].blob for path in published if path in found}
    contents = dict(repository.readable(sorted(set(known.values()))))
    stale = [path for path in published if contents.get(known.get(path, "")) != published[path]]
    if stale:
        what = f"{len(stale)} of {len(published)} published files are of another version"
        yield Finding("schemas", stale[0].rpartition("/")[0] or stale[0], what, mends=True)
