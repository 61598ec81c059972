from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gitgt.errors import InvalidDocumentError
from gitgt.ledger import handwritten
from gitgt.ledger.codec import emit, read_canonical
from tests.support.documents import any_fields, documents

_ORDERS = st.sampled_from(((), ("title", "id"), ("id", "type", "title", "description")))


def spelled(value):
    """What tells true from 1 and 1 from 1.0, which are equal to Python."""
    if isinstance(value, dict):
        return {key: spelled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [spelled(each) for each in value]
    return type(value), repr(value)


def read_by(version, content):
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(content)


def judged(content):
    """Return what the suspicious reader reads, and what it says if it refuses."""
    try:
        return handwritten.read(content, "x.yaml").value, ""
    except InvalidDocumentError as error:
        return {}, error.message


@given(any_fields(), _ORDERS)
def test_05_what_is_written_is_read(fields, order):
    content = emit(fields, order)
    assert spelled(read_canonical(content, order)) == spelled(fields)


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@given(fields=any_fields())
def test_05_every_version_of_yaml_reads_the_same(version, fields):
    content = emit(fields)
    fields.pop("header", None)
    assert spelled(read_by(version, content)) == spelled(fields)


@given(any_fields())
def test_05_the_suspicious_reader_reads_the_same(fields):
    content = emit(fields)
    value, refusal = judged(content)
    assume(not refusal)
    assert value.pop("header", "") == fields.pop("header", "").strip("\n")
    assert spelled(value) == spelled(fields)


@given(documents(), st.data())
def test_05_equal_documents_are_equal_bytes(document, data):
    fields = document.fields()
    content = emit(fields)
    assert emit(dict(data.draw(st.permutations(list(fields.items()))))) == content
    assert type(document).from_fields(read_canonical(content)) == document


@st.composite
def damaged(draw):
    """A canonical file in which a few bytes were changed."""
    content = bytearray(emit(draw(any_fields())))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(content)))
        piece = draw(
            st.sampled_from(
                (
                    b"",
                    b" ",
                    b"\n",
                    b"  ",
                    b"- ",
                    b'"',
                    b"'",
                    b"#",
                    b": ",
                    b"|",
                    b"\\",
                    b"1",
                    b"{}",
                    b"\t",
                    b"&a ",
                    b"a\n",
                )
            )
        )
        content[at : at + draw(st.integers(0, 2))] = piece
    return bytes(content)


@given(damaged())
def test_05_it_never_misreads(content):
    fields = read_canonical(content)
    if fields is None:
        return
    assert emit(fields) == content
    fields.pop("header", None)
    assert spelled(read_by((1, 2), content)) == spelled(fields)


@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused(content):
    fields = read_canonical(content)
    assert fields is None or emit(fields) == content
    value, refusal = judged(content)
    assert not value if refusal else not refusal


@given(damaged())
def test_damage_is_read_or_refused(content):
    value, refusal = judged(content)
    assume(not refusal)
    value.pop("header", None)
    known = read_by((1, 2), content)
    assert len(value) == len(known or {})  # keys that are numbers are text to us
