"""Whatever others wrote, no form in which a judgement is told can be broken by it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gitgt.cli import output
from gitgt.cli.verify import pipelines, sarif
from gitgt.model.push.broken import RULES, Broken
from gitgt.services.verify.asking import Verified
from tests.support.outputs import validator
from tests.support.report_formats import GITLAB, SARIF, annotation

# What git lets be in a name or a file, and what runners, terminals and parsers trip over.
HOSTILE = st.sampled_from(
    (
        "::error::", "\n::set-output name=x::y", "##[group]", "##vso[task]", "%0A", "\r\n",
        "\x1b[2J", "\u2028", "\udcff", "\u202e", ",", ":", "]]>", "</script>", '"', "\\",
        "${{ secrets.X }}", "[here](http://x)",
    )
)  # fmt: skip
TEXT = st.lists(st.one_of(HOSTILE, st.text(max_size=8)), max_size=5).map("".join)
PATH = st.one_of(st.just(""), TEXT.map(lambda text: text.replace("\0", "") or "x"))
BROKEN = st.builds(
    Broken, PATH, st.integers(0, 10**6), st.sampled_from(tuple(RULES)), TEXT, TEXT,
    st.sampled_from(("", "1" * 40)),
)  # fmt: skip
VERIFIED = st.builds(
    Verified, st.just("refs/heads/beads"), st.just("1" * 40), st.just("2" * 40),
    st.lists(BROKEN, max_size=4).map(tuple), st.one_of(st.just(""), TEXT),
)  # fmt: skip


def told(value):
    """Return the JSON that is printed, as a strict parser reads it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        output.answer_json(value)
    text = printed.getvalue()
    assert text.count("\n") == 1
    read = json.loads(text.encode())
    assert json.dumps(read, ensure_ascii=False).encode()  # half a character would not do
    return read


@given(VERIFIED)
def test_json_and_what_forges_read_keep_their_schemas(found):
    validator("verified").validate(told(found.fields()))
    Draft202012Validator(GITLAB).validate(told(pipelines.gitlab(found)))
    log = told(sarif.log(found))
    Draft202012Validator(SARIF).validate(log)
    for each, result in zip(found.broken, log["runs"][0]["results"], strict=True):
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert "](" not in result["message"]["text"]
        path = (each.path or "ledger.yaml").encode(errors="surrogateescape")
        assert unquote_to_bytes(uri) == path


@given(VERIFIED)
def test_each_name_is_its_own(found):
    names = [each["fingerprint"] for each in pipelines.gitlab(found)]
    assert len({*names}) == len(names)


@given(VERIFIED)
def test_a_runner_reads_one_annotation_for_each(found):
    rows = pipelines.github(found)
    assert len(rows) == len(found.broken) + bool(found.unjudged)
    for each, row in zip(found.broken, rows, strict=False):
        words, text = annotation(row)
        assert words["title"] == f"gitgt: {each.rule}"
        assert words["file"] == output.clean(each.path or "ledger.yaml")
        assert words.get("line", "0") == str(each.line)
        assert text.startswith(output.clean(each.said))


@given(BROKEN)
def test_text_gives_no_orders(each):
    rows = each.text.split("\n")
    assert len(rows) == 1 + len(each.hint.splitlines())
    for row in rows:
        assert not row.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", row)
