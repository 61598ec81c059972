"""How far a session is, as its taps tell."""

from dataclasses import replace

from gitgt.runtime import progress
from gitgt.runtime.progress import Progress, Turn


def test_who_was_never_heard_of_is_starting(tmp_path):
    assert progress.read(tmp_path) == Progress(turn=Turn.STARTING)


def test_what_was_told_is_known_to_whoever_looks(tmp_path):
    told = Progress(turn=Turn.BUSY, at=7.0, conversation="c1", continued=1, said=("mail",))

    assert progress.change(tmp_path, lambda _: told) == told
    assert progress.read(tmp_path) == told


def test_each_change_sees_the_one_before(tmp_path):
    for _ in range(3):
        progress.change(tmp_path, lambda old: replace(old, continued=old.continued + 1))

    assert progress.read(tmp_path).continued == 3


def test_what_somebody_spoilt_was_never_told(tmp_path):
    for content in ("", "{", "[]", '{"turn": "asleep", "said": []}', '{"said": []}'):
        (tmp_path / progress.NAME).write_text(content)
        assert progress.read(tmp_path) == Progress()
