"""The watcher's logs."""

from __future__ import annotations

from gitgt.daemon import logfiles


def test_the_end_of_a_log_is_shown_however_long_it_is(tmp_path):
    path = tmp_path / "log"
    path.write_text("".join(f"line {n} {'x' * 90}\n" for n in range(3000)))

    assert [line.split()[1] for line in logfiles.tail(path, 2)] == ["2998", "2999"]
    assert len(logfiles.tail(path, 2900)) == 2900
    assert len(logfiles.tail(path, 9999)) == 3000
    assert logfiles.tail(tmp_path / "none", 3) == []


def test_who_follows_goes_on_with_the_log_that_is_begun_anew(tmp_path):
    path = logfiles.log_of(tmp_path)
    path.parent.mkdir()
    path.write_text("old\n")
    seen = logfiles.follow(path)
    with path.open("a") as log:
        log.write("one\ntwo\n")
        log.flush()
        heard = [next(seen), next(seen)]
        began = logfiles.rotate(tmp_path, force=True)
        log.write("3\n")
        log.flush()
        heard.append(next(seen))

    assert heard == ["one", "two", "3"]
    assert began == [path]
    assert path.with_name("town.log.1").read_text() == "old\none\ntwo\n"
    assert path.read_text() == "3\n"
    seen.close()


def test_small_logs_are_left_and_two_old_ones_are_kept(tmp_path):
    path = logfiles.log_of(tmp_path, printed=True)
    path.write_text("1\n")
    assert logfiles.rotate(tmp_path) == []
    for n in (2, 3, 4):
        logfiles.rotate(tmp_path, force=True)
        path.write_text(f"{n}\n")

    assert [each.read_text() for each in sorted(tmp_path.glob("watch.log*"))] == [
        "4\n", "3\n", "2\n",
    ]  # fmt: skip
