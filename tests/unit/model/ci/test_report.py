"""One report, in each product's own form; what others wrote ends none of them."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.ci.marks import commands, issues
from gitgt.model.ci.report import (
    Level,
    Report,
    Row,
    junit,
    lines,
    markdown,
)

REPORT = Report(
    "polecat/nux/sh-abc12 at 8a4155bfda00, merged with main: red: check",
    (
        Row("gate words", "passes, in 0.2 s", seconds=0.2),
        Row("gate check", "is red: it exited with 1", Level.ERROR, "1 < 2\n@all: ```no```"),
        Row("schema", "status: 'done' is no", Level.ERROR, path="items/a/b/c,1.yaml", line=3),
    ),
    1,
    "git merge origin/main",
)


def test_a_person_reads_lines():
    assert [*lines(REPORT)] == [
        "polecat/nux/sh-abc12 at 8a4155bfda00, merged with main: red: check",
        "gate words: passes, in 0.2 s",
        "gate check: is red: it exited with 1",
        "schema: items/a/b/c,1.yaml:3: status: 'done' is no",
    ]


def test_no_name_of_a_file_is_a_command_or_calls_somebody():
    row = Row("file", "its name\n::add-mask::a", path="items/a\n::error::b")
    assert [*lines(Report("::warning::done", (row,)))] == [
        "\\::warning::done",
        "file: items/a\\n::error::b: its name\n\\::add-mask::a",
    ]
    calls = Row("file", "no", path="items/`@all`")
    assert markdown(Report("done", (calls,))).endswith(
        "- file items/\\`@\N{ZERO WIDTH SPACE}all\\`: no\n"
    )


def test_github_is_told_by_commands():
    assert [*commands(REPORT.rows)] == [
        "::notice title=gitgt%3A gate words::passes, in 0.2 s",
        "::error title=gitgt%3A gate check::is red: it exited with 1%0A1 < 2%0A@all: ```no```",
        "::error file=items/a/b/c%2C1.yaml,line=3,title=gitgt%3A schema::status: 'done' is no",
    ]


def test_a_summary_shows_what_others_wrote_as_they_wrote_it():
    assert markdown(REPORT) == (
        "**polecat/nux/sh-abc12 at 8a4155bfda00, merged with main: red: check**\n\n"
        "- gate words: passes, in 0.2 s\n"
        "- gate check: is red: it exited with 1\n\n"
        "  ````\n  1 < 2\n  @all: ```no```\n  ````\n"
        "- schema `items/a/b/c,1.yaml:3`: status: 'done' is no\n\n"
        "```\ngit merge origin/main\n```\n"
    )


def test_gitlab_reads_two_files():
    suite = ElementTree.fromstring(junit(REPORT))
    assert suite.attrib == {"name": "gitgt", "tests": "3", "failures": "2"}
    assert [(each.get("name"), each.get("time")) for each in suite] == [
        ("gate words", "0.200"),
        ("gate check", "0.000"),
        ("schema: items/a/b/c,1.yaml", "0.000"),
    ]
    (failure,) = suite[1]
    assert failure.text == "is red: it exited with 1\n1 < 2\n@all: ```no```"
    (issue,) = issues(REPORT.rows)
    assert len(issue.pop("fingerprint")) == 64
    assert issue == {
        "description": "status: 'done' is no", "check_name": "gitgt/schema",
        "severity": "blocker",
        "location": {"path": "items/a/b/c,1.yaml", "lines": {"begin": 3}},
    }  # fmt: skip


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_form(title, said, more):
    report = Report(title, (Row(title, said, Level.ERROR, more),))
    assert all("\n" not in each and "\r" not in each for each in commands(report.rows))
    assert len(ElementTree.fromstring(junit(report).encode(errors="replace"))) == 1
    assert "@everyone" not in markdown(Report("@everyone: @everyone", ()))
