"""Output that may not grow."""

from pathlib import Path

import pytest

from gitgt.runtime.ring import Ring


def _written(folder, head, tail, chunks):
    ring = Ring(folder, head, tail)
    for chunk in chunks:
        ring.write(chunk)
    ring.close()
    assert ring.problem == ""
    return ring.path.read_bytes(), ring.total


@pytest.mark.parametrize(
    ("head", "tail", "chunks", "kept"),
    [
        (4, 4, [], b""),
        (4, 4, [b"abcd"], b"abcd"),
        (4, 4, [b"abcdefgh"], b"abcdefgh"),
        (4, 4, [b"ab", b"cd", b"ef", b"gh"], b"abcdefgh"),
        (4, 4, [b"abcdefghi"], b"abcd\n[... 1 bytes left out ...]\nfghi"),
        (4, 4, [b"a", b"bcdefg", b"hijk", b"l"], b"abcd\n[... 4 bytes left out ...]\nijkl"),
        (0, 4, [b"abcdef"], b"\n[... 2 bytes left out ...]\ncdef"),
        (4, 0, [b"abcdef"], b"abcd\n[... 2 bytes left out ...]\n"),
    ],
)  # fmt: skip
def test_beginning_and_end_are_kept(tmp_path, head, tail, chunks, kept):
    assert _written(tmp_path, head, tail, chunks) == (kept, sum(map(len, chunks)))
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def test_the_disk_never_holds_more_than_the_head_and_two_tails(tmp_path):
    ring = Ring(tmp_path, 100, 100)
    for _ in range(1000):
        ring.write(b"x" * 50)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 350
    ring.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told_and_stops_nothing(tmp_path):
    (tmp_path / "output").symlink_to("/dev/full")
    ring = Ring(tmp_path, 100, 100)
    ring.write(b"one")
    ring.write(b"two")
    ring.close()

    assert ring.problem == "the output cannot be kept: No space left on device"
    assert ring.total == 6
