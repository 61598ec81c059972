"""The event log, which never stands in anybody's way."""

import json
import threading

from gitgt.telemetry.events import NAME, EventLog, Visibility

NOON = 1_795_348_800.0  # 2026-11-22T12:00:00Z


def test_an_event_is_one_line(tmp_path):
    EventLog(tmp_path, clock=lambda: NOON).append(
        "session.started", "dispatcher", {"bead": "gt-abc12"}, visibility=Visibility.FEED
    )

    assert (tmp_path / NAME).read_text() == (
        '{"ts": "2026-11-22T12:00:00.000Z", "source": "gt", "type": "session.started", '
        '"actor": "dispatcher", "payload": {"bead": "gt-abc12"}, "visibility": "feed"}\n'
    )


def test_what_was_written_is_read(tmp_path):
    times = iter([NOON, NOON + 1.5, NOON + 3])
    log = EventLog(tmp_path, clock=lambda: next(times))
    for number in range(3):
        log.append("a.happened", "tess", {"number": number})

    assert [event.payload["number"] for event in log.read()] == [0, 1, 2]
    assert [event.payload["number"] for event in log.read(since=NOON + 1.5)] == [1, 2]


def test_a_line_torn_by_a_crash_is_sealed_and_skipped(tmp_path):
    log = EventLog(tmp_path, clock=lambda: NOON)
    log.append("one.happened", "tess")
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"ts": "2026-11-22T12:0')
    log.append("two.happened", "tess")

    assert [event.type for event in log.read()] == ["one.happened", "two.happened"]
    assert len((tmp_path / NAME).read_bytes().splitlines()) == 3


def test_what_is_no_event_is_skipped(tmp_path):
    lines = [
        "",
        "[]",
        "null",
        "{}",
        '{"ts": 1, "type": "x", "actor": "y", "payload": 3}',
        "\x00",
    ]
    (tmp_path / NAME).write_text("\n".join(lines) + "\n")

    assert list(EventLog(tmp_path).read()) == []


def test_no_log_is_an_empty_one(tmp_path):
    assert list(EventLog(tmp_path).read()) == []


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path):
    EventLog(tmp_path / "nowhere").append("it.happened", "tess")
    (tmp_path / NAME).mkdir()
    EventLog(tmp_path).append("it.happened", "tess", {"odd": {1, 2}})


def test_many_writers_tear_no_line(tmp_path):
    def write(who):
        log = EventLog(tmp_path)
        for number in range(50):
            log.append("it.happened", who, {"number": number, "long": "x" * 5000})

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcdefgh"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    lines = (tmp_path / NAME).read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 400
