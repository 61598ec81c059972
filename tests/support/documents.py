"""Documents at random, and what people and agents do to them."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from gitgt.model.change import complete
from gitgt.model.documents import (
    KINDS,
    Bead,
    Comment,
    Dependency,
    DependencyType,
    Document,
    Outcome,
    document_from,
    empty,
    linked,
)
from gitgt.model.field_order import FIELD_ORDER
from gitgt.model.ids import BeadId

NOW: Final = "2026-11-22T14:30:00Z"
COMMIT: Final = "1f2e3d4c5b6a79880123456789abcdef01234567"

ADDRESSES: Final = ("shop/polecats/toast", "shop/polecats/nux", "shop/crew/max", "mayor")
OTHERS: Final = ("gt-x7k2m", "gt-q8w9e", "hq-cv-r5t6y")
_TIMES: Final = ("2026-11-22T15:00:00Z", "2026-11-23T09:00:00Z", "2026-11-24T10:00:00Z")
_LINES: Final = st.lists(st.sampled_from(("one", "two", "three", "four", "")), max_size=6)
_WORDS: Final = st.sampled_from(("fix it", "yes", "#1: go", "Über", "10", "a\tb"))
_CONDITIONS: Final[dict[str, tuple[str, ...]]] = {
    "conditional-blocks": ("", "success", "failure", "cancelled"),
    "waits-for": ("", "any-child"),
}
_FILLS: Final[dict[str, Any]] = {
    "assignee": st.sampled_from(ADDRESSES),
    "due_at": st.sampled_from(_TIMES),
    "findings": _WORDS,
    "landed": st.sampled_from((COMMIT, COMMIT[::-1])),
    "outcome": st.sampled_from(tuple(Outcome)),
    "reader": st.sampled_from(ADDRESSES),
    "reason": _WORDS,
    "session": st.sampled_from(("gt-abc12-1", "gt-abc12-2")),
}
_OWN: Final[dict[str, dict[str, Any]]] = {
    "bead": {},
    "merge-request": {
        "source": "gt-abc12", "branch": "polecat/toast/gt-abc12", "head": COMMIT,
        "target": "main", "agent": "shop/polecats/toast", "queued_at": NOW,
    },
    "convoy": {},
    "agent": {"title": "shop/polecats/toast", "role": "polecat"},
    "escalation": {"severity": "high"},
    "message": {"recipient": "mayor"},
    "mail-list": {"title": "builders"},
    "sling-context": {"source": "gt-abc12", "queued_at": NOW},
    "waiver": {"target": "main"},
    "memory": {"title": "run-the-linter", "topic": "project", "description": "make lint"},
    "warrant": {"about": "mayor"},
    "rig-identity": {"title": "shop"},
}  # fmt: skip


def fresh(kind: type[Document], **fields: Any) -> Document:
    """Return a document of *kind* as it begins."""
    given = {
        "id": "gt-abc12", "type": str(kind.types[0]), "title": "Retry the push",
        **_OWN[kind.kind], **fields,
    }  # fmt: skip
    return complete(None, given, now=NOW, by="ada")


def bead(**fields: Any) -> Bead:
    """Return a bead as it begins."""
    found = fresh(Bead, **fields)
    assert isinstance(found, Bead)
    return found


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return a document of any kind, somewhere in its life."""
    return draw(edited(fresh(draw(st.sampled_from(KINDS)))))


@st.composite
def edited(draw: st.DrawFn, document: Document) -> Document:
    """Return *document* after a few things happened to it."""
    for _ in range(draw(st.integers(0, 5))):
        if document.status == "tombstone":
            break
        edit = draw(st.sampled_from((_stepped, _stepped, _said, _linked, _reworded, _extended)))
        document = edit(draw, document)
    return document_from(document.fields())


def _stepped(draw: st.DrawFn, document: Document) -> Document:
    """Take a step of the lifecycle, with everything that belongs to it."""
    rows = [row for row in document.machine if row.source == document.status]
    if not rows:
        return document
    row = draw(st.sampled_from(rows))
    changes: dict[str, Any] = {name: empty(name) for name in row.drops}
    changes |= {name: draw(_FILLS[name]) for name in row.needs}
    after = document.replace(status=document.machine.statuses(row.target), **changes)
    if not after.is_closed:
        cleared = {"closed_at": "", "closed_by": "", "outcome": "", "landed": ""}
        return after.replace(**{name: "" for name in cleared if hasattr(after, name)})
    marks = {"closed_at": draw(st.sampled_from(_TIMES))}
    if isinstance(after, Bead):
        marks["closed_by"] = draw(st.sampled_from(ADDRESSES))
    return after.replace(**marks)


def _said(draw: st.DrawFn, document: Document) -> Document:
    known = {each.id: each for each in document.comments}
    name = draw(st.sampled_from(("c1", "c2", "c3")))
    if name in known and draw(st.booleans()):
        del known[name]
    else:
        at, by = draw(st.sampled_from(_TIMES)), draw(st.sampled_from(ADDRESSES))
        known[name] = Comment(name, at, by, draw(_WORDS))
    return document.replace(comments=tuple(known.values()))


def _linked(draw: st.DrawFn, document: Document) -> Document:
    label = draw(st.sampled_from(("net", "ui", "yes")))
    kind = draw(st.sampled_from(tuple(DependencyType)))
    when = draw(st.sampled_from(_CONDITIONS.get(kind, ("",))))
    edge = Dependency(kind, BeadId(draw(st.sampled_from(OTHERS))), when)
    edges = linked(document.dependencies, edge)
    return document.replace(
        labels=tuple(set(document.labels) ^ {label}),
        dependencies=tuple(set(edges) - ({edge} & {*document.dependencies})),
    )


def _reworded(draw: st.DrawFn, document: Document) -> Document:
    texts = [name for name in ("description", "notes", "design") if hasattr(document, name)]
    lines = draw(_LINES)
    said = "\n".join(lines) or ("something" if document.kind == "memory" else "")
    return document.replace(
        **{draw(st.sampled_from(texts)): said},
        title=document.title
        if document.kind in ("agent", "mail-list", "memory", "rig-identity")
        else f"Retry {draw(st.integers(0, 3))}",
    )


def _extended(draw: st.DrawFn, document: Document) -> Document:
    value = st.one_of(
        st.none(), st.booleans(), st.integers(0, 2), st.just(1.0), st.text("ab", max_size=2)
    )
    nested = st.recursive(
        value,
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.dictionaries(st.sampled_from("xyz"), inner, max_size=2),
        ),
        max_leaves=4,
    )
    ext = {**document.ext, draw(st.sampled_from("pqr")): draw(nested)}
    if draw(st.booleans()):
        ext.pop(draw(st.sampled_from(sorted(ext))))
    return document.replace(ext=ext)


_ANY_TEXT: Final = st.one_of(
    st.text(max_size=30),
    st.text("ab \n\t#:-|\"'\\", max_size=30),
    st.sampled_from(
        ("yes", "No", "~", "null", "1e3", "0x1f", "1:30", "a: b", "<<", "=", "a\n")
    ),
)
_ANY_VALUE: Final = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), _ANY_TEXT,
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_ANY_TEXT, inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip


def any_fields() -> st.SearchStrategy[dict[str, Any]]:
    """Return whatever a file could say, sense or nonsense, comments at its head too."""
    keys = st.one_of(
        st.sampled_from([name for name in FIELD_ORDER if name != "header"]), _ANY_TEXT
    )
    said = st.dictionaries(keys.filter(lambda key: key != "header"), _ANY_VALUE, max_size=6)
    comment = st.text("ab #:-\n\t", min_size=1, max_size=20)
    return st.builds(
        lambda fields, header: {**({"header": header} if header else {}), **fields},
        said,
        st.one_of(st.none(), comment),
    )
