"""Prompts are templates: blocks, values, what nobody knows; and what a leg is told."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.formula import template
from tests.support.formulas import Kitchen

REVIEW = '''
formula = "review"
description = "Look at it."
type = "convoy"

[inputs.pr]
type = "number"
required_unless = ["files", "branch"]
[inputs.files]
required_unless = ["pr", "branch"]
[inputs.branch]
required_unless = ["pr", "files"]

[prompts]
base = """
# {{.formula_name}}: {{.leg.title}} of {{.target_description}}
{{if .pr -}}
PR #{{.pr}}
{{range .changed_files -}}
- {{.path}}
{{end -}}
{{else -}}
{{range .files -}}
- {{.}}
{{end -}}
{{end}}
{{.leg.description}} Write to {{.output_path}}, {{.reader}}."""

[output]
directory = ".reviews/{{.review_id}}"
leg_pattern = "{{.leg.id}}-findings.md"
synthesis = "summary.md"

[[legs]]
id = "style"
title = "Style"
description = "Is it like the rest?"

[synthesis]
description = "From {{.output.directory}}/ make {{.output.directory}}/{{.output.synthesis}}"
depends_on = ["style"]
'''


def said(text, **values):
    return template.rendered(template.parse(text), values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{if .files}}files {{range .files}}<{{.}}>{{end}}{{end}}!", "files <a><b c>!"),
        ("{{if .none}}x{{else}}{{if .one}}y{{end}}{{end}}", "y"),
        ("{{if .none}}x{{else if .one}}y{{else}}z{{end}}", "y"),
        ("{{if .none}}x{{else if .empty}}y{{else}}z{{end}}", "z"),
        ("{{range .none}}x{{else}}nothing{{end}}", "nothing"),
        ("{{with .one}}<{{.}}>{{end}}{{with .none}}x{{end}}", "<1>"),
        (
            "{{if not .none}}a{{end}}{{if and .one .none}}b{{end}}{{if or .none .one}}c{{end}}",
            "ac",
        ),
        ('{{if eq .one "1"}}a{{end}}{{if ne .one "1"}}b{{end}}', "a"),
        ("a \n{{- .one -}}\n b {{/* no\nword */}}c", "a1b c"),
        ("{{.none}} {{ one }} {{len .one}} {{.}}", "{{.none}} 1 {{len .one}} {{.}}"),
        ("no {{ end", "no {{ end"),
    ],
)
def test_a_template_says(text, told):
    assert said(text, one="1", empty="", files="a, b c") == told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{if .a}}x", "{{if ...}} has no {{end}}"),
        ("x{{end}}", "{{end}} is no block's"),
        ("{{else}}", "{{else}} is no block's"),
        ("{{if .a}}{{else}}{{else}}{{end}}", "{{else}} is no block's"),
        ("{{if gt .a 3}}x{{end}}", "{{if gt .a 3}} is not understood"),
        ("{{if}}x{{end}}", "{{if }} is not understood"),
        ("{{range $i, $x := .a}}x{{end}}", "{{range $i, $x := .a}} is not understood"),
        ("{{if .a}}" * 40, "blocks go deeper than 32"),
    ],
)
def test_blocks_that_cannot_be_read_are_refused(text, why):
    with pytest.raises(RefusedError) as caught:
        template.parse(text)
    assert caught.value.message == why


def test_a_leg_is_told_what_it_works_on_and_where_to_write():
    cooked = Kitchen(REVIEW).cook("review", {"files": "a,b"})
    [leg] = cooked.legs
    assert leg.description == (
        "# review: Style of files a,b\n- a\n- b\n\n"
        "Is it like the rest? Write to .reviews/files-a-b/style-findings.md, {{.reader}}."
    )
    assert cooked.synthesis.description == (
        "From .reviews/files-a-b/ make .reviews/files-a-b/summary.md"
    )
    [leg] = Kitchen(REVIEW).cook("review", {"pr": "12"}).legs
    assert leg.description == (
        "# review: Style of pr 12\nPR #12\n\n"
        "Is it like the rest? Write to .reviews/pr-12/style-findings.md, {{.reader}}."
    )


def test_a_leg_whose_words_do_not_name_its_file_is_told_it():
    text = REVIEW.replace("Write to {{.output_path}}, {{.reader}}.", "Go.")
    [leg] = Kitchen(text).cook("review", {"pr": "12"}).legs
    assert leg.description.endswith(
        "Go.\n\nWrite what you find to .reviews/pr-12/style-findings.md"
    )


def test_what_nobody_knows_is_told_by_cook_and_by_the_linter():
    kitchen = Kitchen(REVIEW)
    told = [
        ("warning", "prompts.base", f"{{{{{name}}}}} is known to nobody: {what}")
        for name in ("changed_files", "reader")
        for what in ["it stays as it is, and no if holds"]
    ]
    for found in (kitchen.cook("review").findings, kitchen.lint("review")):
        assert [(str(each.severity), each.where, each.what) for each in found] == told
    assert kitchen.findings == []
    broken = Kitchen(REVIEW.replace("{{end -}}\n{{end}}", "{{end -}}"))
    assert [each.what for each in broken.cook("review").findings] == [
        "{{if ...}} has no {{end}}"
    ]
    assert "{{range .files -}}" in broken.cook("review", {"pr": "1"}).legs[0].description


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["pr", "files", "branch"]),
        ({"files": ""}, ["pr", "files", "branch"]),
        ({"branch": "main"}, []),
        ({"pr": "1", "files": "a"}, []),
    ],
)
def test_one_of_those_that_excuse_each_other_is_enough(given, missing):
    assert Kitchen(REVIEW).cook("review", given).missing == missing


def test_what_is_to_excuse_must_be_there():
    text = REVIEW.replace('["files", "branch"]', '["files", "twig"]')
    assert [each.what for each in Kitchen(text).lint("review")] == [
        "there is no variable 'twig'"
    ]
