from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.ledger import schemas
from gitgt.ledger.codec import emit
from gitgt.ledger.documents import dump, load
from gitgt.model.wording import fit_line, fit_text
from tests.support.documents import any_fields, documents

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 6),
    st.floats(allow_nan=False),
    st.text(max_size=10),
    st.sampled_from(
        (
            "",
            "gt-abc12",
            "gt-abc12\n",
            "task",
            "open",
            "main",
            "../x",
            "a\x1b[0m",
            "\ud800",
            "x" * 600,
        )
    ),
    st.lists(
        st.sampled_from(("net", "a,b", 1, {"type": "blocks", "on": "gt-x7k2m"})), max_size=2
    ),
    st.dictionaries(
        st.sampled_from(("a", "", "x" * 201)), st.sampled_from((1, "\x00", [[{}]]))
    ),
)


@st.composite
def nearly_documents(draw):
    """The fields of a document, some of them replaced by something else."""
    document = draw(documents())
    fields = document.fields()
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from((*schemas.order(document.kind), "unknown")))
        if draw(st.booleans()):
            fields[key] = draw(_VALUES)
        else:
            fields.pop(key, None)
    return document.kind, fields


@given(nearly_documents())
def test_the_quick_check_and_jsonschema_agree(nearly):
    name, fields = nearly
    assert schemas.accepts(name, fields) == (not list(schemas.complaints(name, fields)))


@given(st.sampled_from(schemas.names()), any_fields())
def test_they_agree_on_nonsense(name, fields):
    assert schemas.accepts(name, fields) == (not list(schemas.complaints(name, fields)))


@given(st.text(st.characters()))
def test_words_made_fit_are_accepted(text):
    for name, fit in (("text", fit_text(text)), ("line", fit_line(text))):
        assert not fit or schemas._compiled("base", f"/$defs/{name}")(fit)


@given(documents())
def test_what_is_dumped_is_loaded(document):
    content = dump(document)
    assert load(content, "x.yaml") == document
    assert content == emit(document.fields())
