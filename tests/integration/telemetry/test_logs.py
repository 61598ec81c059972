"""What is logged: in full in the town's file, the serious part as a line."""

import logging

import pytest

from gitgt.telemetry import logs

LOG = logging.getLogger("gitgt.somewhere")


@pytest.fixture(autouse=True)
def _as_it_was():
    ours = logging.getLogger("gitgt")
    before = ours.handlers[:], ours.level
    yield
    for handler in ours.handlers:
        handler.close()
    ours.handlers[:], ours.level = before


def test_a_person_gets_a_line_and_the_file_the_traceback(tmp_path, capsys):
    logs.keep(tmp_path / "log")
    LOG.info("set aside", extra={"desk": "desk/tess"})
    try:
        raise ValueError("too bad")
    except ValueError as error:
        LOG.error("could not see to it", extra={"key": "desk/shop"}, exc_info=error)

    assert capsys.readouterr().err == "gt: could not see to it: key=desk/shop\n"
    first, second, *rest = (tmp_path / "log/town.log").read_text().splitlines()
    assert first.endswith(" INFO set aside: desk=desk/tess")
    assert second.endswith(" ERROR could not see to it: key=desk/shop")
    assert (rest[0], rest[-1]) == (
        "Traceback (most recent call last):",
        "ValueError: too bad",
    )


def test_the_last_town_gets_the_log(tmp_path, capsys):
    logs.keep(tmp_path / "one")
    logs.keep(tmp_path / "two")
    LOG.warning("refused")
    assert capsys.readouterr().err == "gt: refused\n"
    assert (tmp_path / "two/town.log").exists()
    assert not (tmp_path / "one/town.log").exists()


def test_what_cannot_be_logged_is_left_out(tmp_path, capsys):
    (tmp_path / "log").write_text("in the way")
    logs.keep(tmp_path / "log")
    LOG.warning("refused", extra={"why": "none"})
    assert capsys.readouterr().err == "gt: refused: why=none\n"
