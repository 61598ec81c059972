"""What is removed can be had back for a while."""

from gitgt.git import trash
from gitgt.git.repository import Repository

NOON = 1_795_348_800.0  # 2026-11-22T12:00:00Z
DAY = 86_400


def test_a_branch_in_the_trash_survives_a_gc(rig):
    lost = rig.commit("work")
    rig.git("branch", "polecat/toast/gt-abc12")
    rig.git("reset", "-q", "--hard", "HEAD^")
    repository = Repository.at(rig.path)
    (ref,) = trash.discard(repository, {"heads/polecat/toast/gt-abc12": lost}, now=NOON)
    rig.git("branch", "-D", "-q", "polecat/toast/gt-abc12")
    rig.git("reflog", "expire", "--expire=now", "--all")
    rig.git("gc", "-q", "--prune=now")

    assert ref.startswith("refs/gt/trash/20261122T120000Z-")
    assert rig.git("show", f"{ref}:work") == "work"


def test_the_trash_says_what_lies_in_it_and_since_when(rig):
    repository = Repository.at(rig.path)
    trash.discard(repository, {"wip/toast": rig.head, "heads/x": rig.head}, now=NOON + DAY)
    trash.discard(repository, {"heads/y": rig.head}, now=NOON)

    assert [(each.what, each.since) for each in trash.discarded(repository)] == [
        ("heads/y", NOON),
        ("heads/x", NOON + DAY),
        ("wip/toast", NOON + DAY),
    ]


def test_the_same_thing_twice_in_a_second_is_kept_twice(rig):
    repository = Repository.at(rig.path)
    for _ in range(2):
        trash.discard(repository, {"heads/x": rig.head}, now=NOON)

    assert len(trash.discarded(repository)) == 2


def test_only_what_is_old_goes(rig):
    repository = Repository.at(rig.path)
    trash.discard(repository, {"heads/old": rig.head}, now=NOON)
    trash.discard(repository, {"heads/new": rig.head}, now=NOON + 3 * DAY)

    gone = trash.expire(repository, before=NOON + 2 * DAY)

    assert [each.what for each in gone] == ["heads/old"]
    assert [each.what for each in trash.discarded(repository)] == ["heads/new"]
    assert trash.expire(repository, before=NOON + 2 * DAY) == []


def test_nothing_to_discard_is_fine(rig):
    assert trash.discard(Repository.at(rig.path), {}, now=NOON) == []
