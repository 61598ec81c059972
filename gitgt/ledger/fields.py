"""Files that keep a schema and are no documents: settings, and what a ledger says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitgt.errors import NewerDataError
from gitgt.ledger import codec, schemas


def load_fields(content: bytes, schema: str, source: str) -> dict[str, Any]:
    """Return what the file *content* says; it is to keep *schema*, and may be hand-written.

    Raises:
        InvalidDocumentError: it breaks a rule; the message says on which lines which ones.
        NewerDataError: a later gitgt wrote it.
    """
    if len(content) <= codec.MAX_BYTES:
        fields = codec.read_canonical(content, schemas.order(schema))
        if fields is not None and schemas.accepts(schema, fields):
            return fields
    from gitgt.ledger import explain, handwritten
    from gitgt.ledger.refusal import refusal

    written = handwritten.read(content, source)
    _refuse_newer(schema, written.value, source)
    if problems := explain.explained(schema, written):
        raise refusal(source, problems)
    return written.value


def dump_fields(fields: Mapping[str, Any], schema: str, source: str) -> bytes:
    """Return the canonical file that says *fields*, which are to keep *schema*.

    Raises:
        InvalidDocumentError: they do not.
    """
    plain = dict(fields)
    if not schemas.accepts(schema, plain):
        from gitgt.ledger import explain
        from gitgt.ledger.handwritten import Written
        from gitgt.ledger.refusal import refusal

        if problems := explain.explained(schema, Written(plain, {})):
            raise refusal(source, problems)
    content = codec.emit(plain, schemas.order(schema))
    if len(content) > codec.MAX_BYTES:
        from gitgt.ledger.refusal import refusal, too_big

        raise refusal(source, [too_big(len(content))])
    return content


def _refuse_newer(schema: str, fields: Mapping[str, Any], source: str) -> None:
    """Say so if a later gitgt wrote this: nothing else about it can be judged."""
    known = schemas.schema(schema)["properties"].get("format", {}).get("const")
    given = fields.get("format")
    if isinstance(known, int) and isinstance(given, int) and given > known:
        raise NewerDataError(
            f"{source} has format {given}; this gitgt knows {known}", hint="update gitgt"
        )
