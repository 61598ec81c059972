from gitgt.model.replay.replay_order import Departure, dependencies, shares


def needs(*steps, departures=()):
    return dependencies([frozenset(each.encode().split()) for each in steps], departures)


def test_a_step_waits_for_the_last_one_on_each_of_its_paths():
    assert needs("a", "b", "a c", "b", "a b") == [(), (), (0,), (1,), (2, 3)]


def test_what_follows_from_others_is_left_out():
    assert needs("a", "a b", "a b") == [(), (0,), (1,)]


def test_a_folder_that_becomes_a_file_waits_for_all_that_was_in_it():
    assert needs("d/x", "d/y", "e/z", "d") == [(), (), (), (0, 1)]


def test_a_file_that_becomes_a_folder_comes_first():
    assert needs("d", "d/x/y", "d/z") == [(), (0,), (0,)]


def test_names_that_only_begin_alike_have_nothing_to_do_with_each_other():
    assert needs("d", "dd/x", "d.txt", "d") == [(), (), (), (0,)]


def test_attributes_and_submodules_concern_all():
    assert needs("a", "b", "deep/.gitattributes", "c", "d", ".gitmodules", "e") == [
        (), (), (0, 1), (2,), (2,), (3, 4), (5,),
    ]  # fmt: skip


def test_an_empty_commit_waits_for_nothing():
    assert needs("a", "", "a") == [(), (), (0,)]


def test_what_a_branch_was_built_upon_lands_before_what_it_does_not_know():
    branch = Departure(left=1, merged=4, paths=frozenset([b"a", b"b"]))

    assert needs("a", "x", "b", "y", "a b", departures=[branch]) == [(), (), (0,), (), (2,)]
    assert needs("a", "x", "b", "y", "a b") == [(), (), (), (), (0, 2)]


def test_a_merge_brings_what_nobody_brought_before():
    parents = {
        "r": (),
        "a": ("r",),
        "s": ("r",),
        "t": ("s",),
        "b": ("a", "s"),
        "o": (),
        "c": ("b", "t", "o", "s"),
    }

    assert shares(["r", "a", "b", "c"], parents) == [
        (),
        (),
        (("s",),),
        (("t",), ("o",), ()),
    ]


def test_what_lies_before_the_range_is_nobodys():
    assert shares(["b"], {"s": ("old",), "b": ("older", "s")}) == [(("s",),)]
