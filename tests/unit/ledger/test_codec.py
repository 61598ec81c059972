import pytest

from gitgt.ledger.codec import emit, read_canonical

SCALARS = [
    ("Retry the push", "Retry the push"),
    ("shop/polecats/toast", "shop/polecats/toast"),
    ("it's 5 o'clock", "it's 5 o'clock"),
    ("a:b", "a:b"),
    ("a, [b] {c} & d", "a, [b] {c} & d"),
    ("a: b", '"a: b"'),
    ("a:", '"a:"'),
    ("a #b", '"a #b"'),
    ("a ", '"a "'),
    (" a", '" a"'),
    ("", '""'),
    ("yes", '"yes"'),
    ("No", '"No"'),
    ("oN", '"oN"'),
    ("y", '"y"'),
    ("null", '"null"'),
    ("~", '"~"'),
    ("2026-11-22T14:30:00Z", '"2026-11-22T14:30:00Z"'),
    ("1:30", '"1:30"'),
    ("010", '"010"'),
    ("0x1f", '"0x1f"'),
    (".inf", '".inf"'),
    ("<<", '"<<"'),
    ("=", '"="'),
    ("- a", '"- a"'),
    ("*a", '"*a"'),
    ("Über", '"Über"'),
    ("\U0001d538", '"\U0001d538"'),
    ("a\tb", '"a\\tb"'),
    ("a\\b", "a\\b"),
    ('say "a"', 'say "a"'),
    ('"a"', '"\\"a\\""'),
    ("\\ud83d", '"\\\\ud83d"'),
    ("a\r\n", '"a\\r\\n"'),
    ("a\x7f\x85\u2028\ufeff\uffff", '"a\\u007f\\u0085\\u2028\\ufeff\\uffff"'),
    ("a\u202eb", '"a\\u202eb"'),
    (7, "7"),
    (-7, "-7"),
    (10**30, "1" + 30 * "0"),
    (1.0, "1.0"),
    (1e22, "1.0e+22"),
    (-0.5, "-0.5"),
    (True, "true"),
    (None, "null"),
    ([], "[]"),
    ({}, "{}"),
]
TEXTS = [
    ("a\nb\n", "|\n  a\n  b\n"),
    ("a\nb", "|-\n  a\n  b\n"),
    ("a\n\n\n  b\n", "|\n  a\n\n\n    b\n"),
    ("a\n\tb\n \nc", "|-\n  a\n  \tb\n   \n  c\n"),
    ("a\n# b\n---\n...\n", "|\n  a\n  # b\n  ---\n  ...\n"),
    ("a\n\n", '"a\\n\\n"\n'),
    ("\na", '"\\na"\n'),
    (" a\nb", '" a\\nb"\n'),
    ("a\x1b\nb", '"a\\u001b\\nb"\n'),
    ("a\u2028\nb", '"a\\u2028\\nb"\n'),
]


@pytest.mark.parametrize(("value", "text"), SCALARS)
def test_a_value_has_one_form(value, text):
    content = f"title: {text}\n".encode()
    assert emit({"title": value}) == content
    assert read_canonical(content) == {"title": value}


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_lines_are_a_block_where_that_carries_them(value, text):
    content = f"notes: {text}".encode()
    assert emit({"notes": value}) == content
    assert read_canonical(content) == {"notes": value}


def test_keys_follow_the_order_and_the_rest_as_it_came():
    fields = {"zeta": 1, "status": "open", "alpha": 2, "id": "gt-abc12"}
    assert emit(fields) == b"id: gt-abc12\nstatus: open\nzeta: 1\nalpha: 2\n"
    assert emit(fields, ("alpha",)) == b"alpha: 2\nzeta: 1\nstatus: open\nid: gt-abc12\n"
    assert read_canonical(b"status: open\nid: gt-abc12\n") is None
    assert read_canonical(b"status: open\nid: gt-abc12\n", ()) is not None


def test_the_header_is_comment_lines():
    content = b"# One\n#\n#   two\ntitle: x\n"
    assert emit({"title": "x", "header": "One\n\n  two"}) == content
    assert read_canonical(content) == {"header": "One\n\n  two", "title": "x"}


def test_nothing_is_still_a_file():
    assert emit({}) == b"{}\n"
    assert read_canonical(b"{}\n") == {}
    assert read_canonical(emit({"header": "x"})) == {"header": "x"}


def test_maps_and_lists_nest():
    ext = {"a": [{"b": [1, [2, []]], "c": {}}, "d\ne\n"], "on": {"- f": None}}
    content = b"""\
ext:
  a:
    - b:
        - 1
        -
          - 2
          - []
      c: {}
    - |
      d
      e
  "on":
    "- f": null
"""
    assert emit({"ext": ext}) == content
    assert read_canonical(content) == {"ext": ext}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"title: x",
        b"title: x\r\n",
        b"title:  x\n",
        b"title: 'x'\n",
        b'title: "x"\n',
        b"title: x # y\n",
        b"title: x\n\n",
        b"title: x\ntitle: y\n",
        b"title:\n",
        b"title: yes\n",
        b"title: 010\n",
        b"title: +1\n",
        b"title: 1.\n",
        b'title: "\\x41"\n',
        b'title: "\\ud83d\\ude00"\n',
        b"title: |\n x\n",
        b"title: |+\n  x\n  y\n\n",
        b"labels:\n- a\n",
        b"labels: [a]\n",
        b"labels:\n    - a\n",
        b"ext: {a: 1}\n",
        b"title: &a x\n",
        b"title: !!str x\n",
        b"--- \ntitle: x\n",
        b"header: x\n",
        b"#x\ntitle: x\n",
        b"title: \xff\n",
        b"\xef\xbb\xbftitle: x\n",
        b"title: \x1b\n",
        b"- a\n",
    ],
)
def test_all_else_is_for_the_other_reader(content):
    assert read_canonical(content) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"a": float("inf")},
        {"a": float("nan")},
        {"a": object()},
        {"a": {"b": object()}},
        {"header": "a\x1b"},
        {"k" * 1000: 1},
    ],
)
def test_what_no_file_can_hold_is_not_written(fields):
    with pytest.raises(ValueError, match=r"cannot (stand|hold)|too long"):
        emit(fields)


def test_depth_has_an_end():
    deep: object = 1
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="deep"):
        emit({"ext": deep})
    content = "".join(f"{'  ' * i}a:\n" for i in range(100)) + "  " * 100 + "b: 1\n"
    assert read_canonical(content.encode()) is None


def test_brackets_in_brackets_are_left_to_whom_can_refuse_them():
    assert read_canonical(b"title: x\next: " + b"[" * 20_000 + b"]" * 20_000 + b"\n") is None
