"""The door: bytes come in, documents that keep their schema go further, all else is refused.

What gitgt wrote itself is read by the strict fast reader and checked by the compiled schema.
For what a person wrote, and for whatever is wrong, the heavy parts are fetched: ruamel reads
it, jsonschema says what is not right with it, and the refusal names file, line and rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gitgt.ledger import codec, layout, schemas
from gitgt.ledger.fields import dump_fields
from gitgt.ledger.refusal import Problem, did_you_mean, refusal
from gitgt.model.documents import KINDS, Document, document_from, kind_of, type_of

if TYPE_CHECKING:
    from gitgt.ledger.handwritten import Written

_TYPES: Final = tuple(str(name) for kind in KINDS for name in kind.types)
# What a person need not write: it follows from the file's name, or ``complete`` fills it in.
_OPTIONAL: Final = frozenset({"id", "type", "status", "created_at", "created_by"})
_OPTIONAL_WITHIN: Final = {"comments": ("id", "at", "by"), "dependencies": ("type",)}


def load(content: bytes, source: str) -> Document:
    """Return the document that *content* is; *source* is what errors call it.

    Raises:
        InvalidDocumentError: it breaks a rule; the message says on which lines which ones.
    """
    fields = _canonical(content)
    if fields is None:
        written = _written(content, source)
        fields = _judged(written, source, written.value.get("type"), [], draft=False)
    return document_from(fields)


def load_draft(content: bytes, source: str, path: str) -> dict[str, Any]:
    """Return what a person wrote at *path*, with the id that follows from the path.

    It may miss what ``model.change.complete`` fills in: type, status, who made it and when.

    Raises:
        InvalidDocumentError: it breaks a rule that is not about leaving things out.
    """
    fields = _canonical(content)
    if fields is not None and not _misplaced(fields["id"], path, 1):
        return fields
    written = _written(content, source)
    bead_id = str(written.value.setdefault("id", str(layout.named_by(path) or "")))
    problems = _misplaced(bead_id, path, written.line_of(("id",)))
    given = written.value.get("type") or type_of(bead_id)
    return _judged(written, source, given, problems, draft=True)


def dump(document: Document) -> bytes:
    """Return the canonical file of *document*.

    Raises:
        InvalidDocumentError: it breaks a rule: what reading refuses is not written.
    """
    return dump_fields(document.fields(), document.kind, layout.path_of(document.id))


def check_path(document: Document, path: str) -> None:
    """Check that *document* lies where its id says.

    Raises:
        InvalidDocumentError: it does not; the message says where it belongs.
    """
    if problems := _misplaced(document.id, path, 1):
        raise refusal(path, problems)


def _canonical(content: bytes) -> dict[str, Any] | None:
    """Return the fields of a valid document in canonical form; None if it is anything else."""
    fields = codec.read_canonical(content) if len(content) <= codec.MAX_BYTES else None
    if fields is None or fields.get("type") not in _TYPES:
        return None
    return fields if schemas.accepts(kind_of(fields["type"]).kind, fields) else None


def _written(content: bytes, source: str) -> Written:
    """Read what a person may have written; a key without a value says nothing."""
    from gitgt.ledger import handwritten

    written = handwritten.read(content, source)
    for key in [key for key, value in written.value.items() if value in (None, "", [], {})]:
        del written.value[key]
    return written


def _judged(
    written: Written, source: str, given: object, problems: list[Problem], *, draft: bool
) -> dict[str, Any]:
    """Return the fields of *written* if they keep the schema of the type that is *given*."""
    problems = [*problems, *_type_problems(given, written)]
    name = kind_of(str(given)).kind if given in _TYPES else "bead"
    whole = {**_stand_ins(name), **written.value} if draft else written.value
    if not problems and schemas.accepts(name, whole):
        return written.value
    from gitgt.ledger import explain

    told = {problem.where for problem in problems}
    found = explain.explained(name, written, _may_miss if draft else lambda _: False)
    problems += [each for each in found if each.where not in told]
    if problems:
        raise refusal(source, problems)
    return written.value


def _stand_ins(name: str) -> dict[str, str]:
    """Return valid values for what a draft may miss."""
    kind = next(kind for kind in KINDS if kind.kind == name)
    return {
        "type": str(kind.types[0]),
        "status": kind.machine.beginning,
        "created_at": "2026-11-22T14:30:00Z",
        "created_by": "somebody",
    }


def _misplaced(bead_id: str, path: str, line: int) -> list[Problem]:
    """Return what is wrong with a document called *bead_id* at *path*."""
    named = layout.named_by(path)
    if named is None:
        what = f"{path.rpartition('/')[2]!r} is no bead id with .yaml after it"
        return [Problem(line, "id", what, "files are named like gt-abc12.yaml")]
    if bead_id != named:
        what = f"{bead_id!r} is not the name of the file"
        return [Problem(line, "id", what, f"id: {named}")]
    wanted = layout.path_of(named)
    if path == wanted:
        return []
    return [Problem(line, "id", f"{named} belongs in {wanted}", f"git mv {path} {wanted}")]


def _type_problems(given: object, written: Written) -> list[Problem]:
    if given in _TYPES:
        return []
    if given is None:
        return [Problem(1, "type", "is missing", f"types: {', '.join(_TYPES)}")]
    what = f"{given!r} is not one of {', '.join(_TYPES)}{did_you_mean(given, _TYPES)}"
    return [Problem(written.line_of(("type",)), "type", what)]


def _may_miss(path: tuple[str | int, ...]) -> bool:
    if len(path) == 3:
        return path[2] in _OPTIONAL_WITHIN.get(str(path[0]), ())
    return len(path) == 1 and path[0] in _OPTIONAL
