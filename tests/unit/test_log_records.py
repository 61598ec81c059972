from gitgt.git.records import layout, records


def test_only_nuls_part_fields():
    assert layout(["%H", "%s"]) == "%H%x00%s%x00"

    printed = b"abc\0odd\x01 one\0\ndef\0two\nlines\0\n"

    assert list(records(printed, 2)) == [["abc", "odd\x01 one"], ["def", "two\nlines"]]
    assert list(records(b"", 2)) == []
