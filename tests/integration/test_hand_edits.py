"""What people do to files and branches on a desk: each does what was meant, or says why not."""

from __future__ import annotations

import pytest

from gitgt.errors import RefusedError
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor, Standing
from gitgt.model.ids import BeadId
from gitgt.model.instant import text_of
from tests.support.handwork import Handwork, path_of, some

ONE, TWO = "gt-aaaa1", "gt-bbbb2"


@pytest.fixture
def hand(tmp_path):
    made = Handwork(tmp_path)
    made.give(some(ONE, labels=["red"]), some(TWO))
    return made


def refused(hand):
    """What is said about what lies on the desk; the ledger stays as it was."""
    before = hand.ledger.head()
    hand.desk.git("add", "-A")
    with pytest.raises(RefusedError) as told:
        hand.check()
    assert hand.ledger.head() == before
    return told.value.message


def edit(desk, name, old, new):
    text = desk.read(path_of(name))
    assert old in text
    desk.write(path_of(name), text.replace(old, new))


def test_a_bead_moved_to_another_folder_is_put_back_where_it_belongs(hand):
    (hand.desk.path / "items/done").mkdir()
    hand.desk.git("mv", path_of(ONE), f"items/done/{ONE}.yaml")
    hand.commit("Tidy up")
    assert set(hand.beads()) == {ONE, TWO}
    assert (hand.desk.path / path_of(ONE)).is_file()
    assert not (hand.desk.path / "items/done").exists()


def test_a_bead_moved_and_edited_is_edited(hand):
    edit(hand.desk, ONE, f"Title of {ONE}", "Another title")
    (hand.desk.path / "items/done").mkdir()
    hand.desk.git("mv", path_of(ONE), f"items/done/{ONE}.yaml")
    hand.commit()
    assert hand.beads()[ONE].title == "Another title"


def test_a_new_bead_may_be_saved_anywhere_below_items(hand):
    hand.desk.write("items/gt-cccc3.yaml", "title: Saved in a hurry\n")
    hand.commit()
    assert hand.beads()["gt-cccc3"].title == "Saved in a hurry"
    assert not (hand.desk.path / "items/gt-cccc3.yaml").exists()
    assert (hand.desk.path / path_of("gt-cccc3")).is_file()


def test_a_renamed_file_is_refused_for_an_id_is_for_ever(hand):
    new = path_of("gt-aaaa9")
    hand.desk.git("mv", path_of(ONE), new)
    assert refused(hand) == (
        f"{path_of(ONE)}: {ONE} is renamed to gt-aaaa9; "
        "an id is for ever, since others refer to it\n"
        f"  hint: git mv {new} {path_of(ONE)}, and leave its id as it was; "
        "for a second bead, copy the file\n"
        f"{new}:1: id: 'gt-aaaa1' is not the name of the file\n"
        "  hint: id: gt-aaaa9"
    )


def test_a_bead_renamed_inside_too_is_refused_as_well(hand):
    new = path_of("gt-aaaa9")
    edit(hand.desk, ONE, f"id: {ONE}", "id: gt-aaaa9")
    hand.desk.git("mv", path_of(ONE), new)
    assert f"{ONE} is renamed to gt-aaaa9" in refused(hand)


def test_a_bead_is_renamed_to_what_says_the_same_not_to_another_of_its_age(hand):
    hand.desk.write(path_of("gt-aaaa0"), hand.desk.read(path_of(TWO)).replace(TWO, "gt-aaaa0"))
    hand.desk.git("mv", path_of(ONE), path_of("gt-aaaa9"))
    assert f"{ONE} is renamed to gt-aaaa9" in refused(hand)


def test_a_copy_with_the_id_of_the_original_is_refused(hand):
    hand.desk.write(path_of("gt-aaaa9"), hand.desk.read(path_of(ONE)))
    assert refused(hand) == (
        f"{path_of('gt-aaaa9')}:1: id: 'gt-aaaa1' is not the name of the file\n"
        "  hint: id: gt-aaaa9"
    )


def test_a_copy_with_the_name_of_the_original_is_refused(hand):
    hand.desk.write(f"items/old/{ONE}.yaml", hand.desk.read(path_of(ONE)))
    assert refused(hand) == (
        f"items/old/{ONE}.yaml:1: {ONE} is in {path_of(ONE)} too: one id, one file\n"
        f"  hint: git rm --cached items/old/{ONE}.yaml; "
        "a copy needs a name and an id of its own"
    )


def test_a_copy_with_a_name_and_an_id_of_its_own_is_a_bead(hand):
    text = hand.desk.read(path_of(ONE)).replace(ONE, "gt-aaaa9")
    hand.desk.write(path_of("gt-aaaa9"), text)
    hand.commit("The same once more")
    assert hand.beads()["gt-aaaa9"].labels == ("red",)
    assert hand.beads()[ONE] == some(ONE, labels=["red"])


def test_a_deleted_bead_is_refused_with_the_way_to_do_it(hand):
    hand.desk.git("rm", "-q", path_of(ONE))
    assert refused(hand).startswith(f"{path_of(ONE)}: {ONE} is deleted")


def test_a_bead_is_deleted_by_its_status(hand):
    edit(hand.desk, ONE, "status: open", "status: tombstone")
    hand.commit("Away with it")
    now = hand.beads()[ONE]
    assert (now.status, now.outcome, now.title) == (
        "tombstone",
        "cancelled",
        f"Title of {ONE}",
    )


def test_several_in_one_commit_are_taken_together_or_not_at_all(hand):
    edit(hand.desk, ONE, f"Title of {ONE}", "First")
    edit(hand.desk, TWO, f"Title of {TWO}", "Second")
    hand.desk.write(path_of("gt-cccc3"), "title: Third\n")
    hand.commit()
    assert sorted(each.title for each in hand.beads().values()) == ["First", "Second", "Third"]

    edit(hand.desk, ONE, "First", "Fine")
    edit(hand.desk, TWO, "status: open", "status: finished")
    assert refused(hand).startswith(f"{path_of(TWO)}:4: status: 'finished' is not one of")
    assert hand.beads()[ONE].title == "First"


def test_what_the_folder_of_the_beads_is_called_is_no_file(hand):
    hand.desk.git("rm", "-rq", "items")
    hand.desk.write("items", "no folder\n")
    assert "items: this name is the folder's in which documents lie" in refused(hand)


def test_a_commit_on_an_old_desk_takes_nothing_back(hand):
    old = hand.another("eva")
    edit(hand.desk, ONE, f"Title of {ONE}", "Newer")
    hand.desk.git("add", "-A")
    hand.desk.git("commit", "-qm", "Newer")
    eva = old.head
    hand.take_in()
    old.git("reset", "-q", "--hard", eva)
    edit(old, TWO, f"Title of {TWO}", "Also newer")
    hand.commit(where=old)
    assert [hand.beads()[name].title for name in (ONE, TWO)] == ["Newer", "Also newer"]


def test_what_a_desk_displaces_is_kept_as_its_writer_s_and_of_its_time(hand):
    old = hand.another("eva")
    ada = Actor("Ada", "ada@example.com", Standing.PERSON)
    after = hand.ledger.transact(
        lambda now: Change("rename", (now.bead(BeadId(ONE)).replace(title="Ada's"),)), ada
    )
    who, _ = hand.ledger.repository.committed(after.commit)
    edit(old, ONE, f"Title of {ONE}", "Eva's")
    hand.commit(where=old)
    found = hand.beads()[ONE]
    (kept,) = found.comments
    assert found.title == "Eva's"
    assert (kept.by, kept.at, kept.text) == (
        "Ada",
        text_of(float(who.seconds)),
        "title, as it was before a merge:\nAda's",
    )


def test_an_amend_takes_back_what_it_no_longer_says(hand):
    edit(hand.desk, ONE, "  - red\n", "  - red\n  - blue\n")
    hand.commit("Blue as well")
    assert hand.beads()[ONE].labels == ("blue", "red")
    edit(hand.desk, ONE, "  - blue\n", "")
    hand.desk.git("add", "-A")
    hand.check()
    hand.desk.git("commit", "-q", "--amend", "-m", "Rather not")
    hand.take_in()
    assert hand.beads()[ONE].labels == ("red",)
    assert hand.desk.head == hand.ledger.head()


def test_a_commit_dropped_in_a_rebase_is_undone(hand):
    for name in (ONE, TWO):
        edit(hand.desk, name, f"Title of {name}", f"Better {name}")
        hand.commit(name)
    hand.desk.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")
    hand.take_in()
    assert hand.beads()[ONE].title == f"Title of {ONE}"
    assert hand.beads()[TWO].title == f"Better {TWO}"


def test_a_rebase_onto_the_ledger_brings_what_is_new_and_nothing_else(hand):
    old = hand.another("eva")
    edit(old, TWO, f"Title of {TWO}", "Late")
    old.git("commit", "-qam", "Late")
    hand.give(some(ONE, labels=["red"], title="By command"))
    old.git("rebase", "-q", "beads")
    hand.take_in()
    assert [hand.beads()[name].title for name in (ONE, TWO)] == ["By command", "Late"]


def test_a_merge_of_the_ledger_is_nothing_new(hand):
    old = hand.another("eva")
    edit(old, TWO, f"Title of {TWO}", "Mine")
    old.git("commit", "-qam", "Mine")
    hand.give(some(ONE, labels=["red"], title="By command"))
    old.git("merge", "-q", "--no-edit", "beads")
    hand.take_in()
    assert [hand.beads()[name].title for name in (ONE, TWO)] == ["By command", "Mine"]


def test_a_revert_undoes_a_commit_and_no_other(hand):
    edit(hand.desk, ONE, "status: open", "status: closed")
    hand.commit("Done")
    assert hand.beads()[ONE].is_closed
    edit(hand.desk, TWO, f"Title of {TWO}", "Between")
    hand.commit("Something else")
    hand.desk.git("revert", "--no-edit", "-m", "1", "HEAD~1")
    hand.take_in()
    assert not hand.beads()[ONE].is_closed
    assert hand.beads()[ONE].closed_at == ""
    assert hand.beads()[TWO].title == "Between"


def test_a_commit_is_picked_from_another_desk(hand):
    other = hand.another("eva")
    edit(other, ONE, f"Title of {ONE}", "Eva's")
    other.git("commit", "-qam", "Eva's")
    hand.desk.git("cherry-pick", other.head)
    hand.take_in()
    assert hand.beads()[ONE].title == "Eva's"


def test_what_is_stashed_waits_and_comes_back(hand):
    edit(hand.desk, ONE, f"Title of {ONE}", "Not yet")
    hand.desk.git("stash", "-q")
    hand.give(some(TWO, title="Meanwhile"))
    hand.desk.git("stash", "pop", "-q")
    hand.commit()
    assert [hand.beads()[name].title for name in (ONE, TWO)] == ["Not yet", "Meanwhile"]


def test_a_desk_set_back_is_brought_along_again(hand):
    hand.give(some(TWO, title="By command"))
    hand.desk.git("reset", "-q", "--hard", "HEAD~1")
    hand.take_in()
    assert hand.desk.head == hand.ledger.head()
    assert hand.beads()[TWO].title == "By command"


def test_comment_lines_at_the_head_stay_and_the_rest_becomes_canonical(hand):
    hand.desk.write(
        path_of("gt-cccc3"),
        "# why it is here\n#\n#   indented\n\nlabels: [b, 'a']\n"
        'title:   "Plain"\npriority: 0x1\n',
    )
    hand.commit()
    assert hand.desk.read(path_of("gt-cccc3")) == (
        "# why it is here\n#\n#   indented\nid: gt-cccc3\ntype: task\ntitle: Plain\n"
        'status: open\npriority: 1\ncreated_at: "2026-11-22T14:30:00Z"\n'
        "created_by: Tess Ter\nlabels:\n  - a\n  - b\n"
    )
    edit(hand.desk, "gt-cccc3", "title: Plain", "title: Fancy")
    hand.commit()
    assert hand.desk.read(path_of("gt-cccc3")).startswith("# why it is here\n#\n#   indented\n")


def test_a_file_that_nobody_could_read_may_be_removed(hand):
    repository = hand.ledger.repository
    head = hand.ledger.head()
    tree = repository.write_tree(
        head, {path_of("gt-dddd4"): repository.write_blob(b"\xff\xfe")}
    )
    who = repository._git.default_signature
    repository._git.create_commit("refs/heads/beads", who, who, "Vandalism", tree, [head])
    hand.follow()
    hand.desk.git("rm", "-q", path_of("gt-dddd4"))
    hand.commit("Garbage")
    assert hand.now().find("gt-dddd4") is None
    assert not (hand.desk.path / path_of("gt-dddd4")).exists()
