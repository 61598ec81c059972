import pytest

from gitgt.git import durable


@pytest.mark.parametrize(
    ("said", "wanted"),
    [(None, True), ("1", True), ("true", True), ("", False), ("0", False), ("No", False)],
)
def test_the_disk_is_waited_for_unless_git_is_told_not_to(monkeypatch, said, wanted):
    monkeypatch.delenv("GIT_TEST_FSYNC")
    if said is not None:
        monkeypatch.setenv("GIT_TEST_FSYNC", said)
    assert durable.is_wanted() is wanted
