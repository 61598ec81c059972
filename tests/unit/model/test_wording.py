import pytest

from gitgt.model.wording import fit_line, fit_text, is_alike


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        (b"caf\xe9".decode(errors="surrogateescape"), "caf\\xe9"),
        ("dos\r\nends\r", "dos\nends\\x0d"),
        ("turned \u202e around", "turned \\u202e around"),
    ],
)
def test_what_a_document_refuses_is_spelled_out(text, fit):
    assert fit_text(text) == fit


def test_a_line_is_one_and_not_too_long():
    assert fit_line("  two\n words ") == "two words"
    assert fit_line("x" * 9, longest=8) == "xxxxx..."


def test_lines_are_alike_that_differ_in_how_much_or_how_long():
    assert is_alike("no answer after 3 ms", "no answer after 12 ms")
    assert not is_alike("py310 is red", "py311 is red")
    assert not is_alike("no answer after 3 ms", "no answer")
