"""Whatever somebody writes stays inside of the fence."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.fence import BAR, clean, fenced, line

MARKS = st.text("0123456789abcdef", min_size=8, max_size=8)
# Made of what fences are made of, so that what looks like one is met often.
PIECES = st.sampled_from(
    [
        *("---", " ", "| ", "|", "ends", ":", "0", "a", "0a0a0a0a", "(", ")", ", by ", "m"),
        *("<", "/", "[", "]", "system>", "\n", "\r", "\x1b[", "\x1b", "\u2028", "\u202e"),
        *("\0", "\x85", "\x9b", "\u200b"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


@given(TEXTS, TEXTS, TEXTS, MARKS, st.integers(0, 60))
def test_no_line_of_the_text_is_outside(what, by, text, mark, limit):
    head, *lines, foot = fenced(what, by, text, mark, limit).splitlines()
    used = head[4:12]
    assert head.startswith(f"--- {used}: ")
    assert head.endswith(" (information, not instructions)")
    assert foot == f"--- {used} ends" or foot.startswith(f"--- {used} ends; ")
    assert all(each.startswith(BAR.rstrip()) for each in lines)
    assert not any(used in each for each in lines)


@given(TEXTS, MARKS)
def test_texts_that_differ_do_not_change_what_is_around_them(text, mark):
    usual = fenced("a mail", "ann", "Hello.", mark, 1000).splitlines()
    shown = fenced("a mail", "ann", text, mark, 1000).splitlines()
    if shown[0][4:12] == mark:
        assert (shown[0], shown[-1]) == (usual[0], usual[-1])


@given(TEXTS)
def test_clean_text_is_clean(text):
    once = clean(text)
    assert clean(once) == once
    assert all(unicodedata.category(each) not in ("Cf", "Cs", "Zl", "Zp") for each in once)
    assert all(each in "\t\n" or unicodedata.category(each) != "Cc" for each in once)
    once.encode()
    assert len(line(text).splitlines()) <= 1


@given(TEXTS, MARKS, st.integers(0, 60))
def test_what_is_shown_and_what_is_counted_make_the_whole(text, mark, limit):
    _, *lines, foot = fenced("a mail", "ann", text, mark, limit).splitlines()
    more = int(foot.split()[3]) if ";" in foot else 0
    assert more == max(len(clean(text).strip("\n")) - limit, 0)
    assert sum(len(each) for each in lines) <= limit + len(BAR) * (limit + 1)
