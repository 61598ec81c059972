"""What the commits of a landing say, and whom they credit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.queue.merge_message import (
    Author,
    Brought,
    Written,
    brought_by,
    co_authors,
    main_author,
    of_merge,
    of_replay,
    of_squash,
)

TESS, ANN, BO = (Author(n, f"{n.lower()}@example.com") for n in ("Tess", "Ann", "Bo"))
SHOES = Brought(
    request="gt-mr-abc12",
    bead="gt-abc12",
    title="Sell shoes",
    head="f" * 40,
    branch="tess/shoes",
)
TRAILERS = f"Bead: gt-abc12\nMerge-Request: gt-mr-abc12\nBranch: tess/shoes\nHead: {'f' * 40}\n"


def test_a_merge_names_whoever_wrote_the_branch_besides_its_author():
    commits = [Written(TESS, "One"), Written(ANN, "Two"), Written(ANN, "Three")]
    assert of_merge(SHOES, commits, by=TESS) == (
        f"Sell shoes (gt-abc12)\n\nCo-authored-by: Ann <ann@example.com>\n{TRAILERS}"
    )


def test_a_squash_of_one_commit_keeps_its_words_and_trailers():
    only = Written(TESS, "Sell shoes", "Red ones.\n\nAnd blue ones.", (("Fixes", "#7"),))
    assert of_squash(SHOES, [only], by=TESS) == (
        f"Sell shoes (gt-abc12)\n\nRed ones.\n\nAnd blue ones.\n\nFixes: #7\n{TRAILERS}"
    )
    other = Written(TESS, "Add a shelf")
    assert of_squash(SHOES, [other], by=TESS) == (
        f"Sell shoes (gt-abc12)\n\nAdd a shelf\n\n{TRAILERS}"
    )


def test_a_squash_of_several_is_a_list_and_merges_their_trailers():
    fixes, bo = ("Fixes", "#7"), ("Co-Authored-By", "Bo <BO@example.com>")
    commits = [
        Written(TESS, "Add a shelf", "Of wood.\n\nAnd iron.", (fixes, ("Bead", "gt-abc12"))),
        Written(ANN, "Paint it", "", (fixes, bo)),
        Written(TESS, "fixup! Add a shelf", "", (("Fixes", "#8"),)),
    ]  # fmt: skip
    assert of_squash(SHOES, commits, by=TESS) == (
        "Sell shoes (gt-abc12)\n\n"
        "* Add a shelf\n\n  Of wood.\n\n  And iron.\n\n"
        "* Paint it\n\n"
        "Fixes: #7\nFixes: #8\n"
        "Co-authored-by: Ann <ann@example.com>\nCo-authored-by: Bo <BO@example.com>\n"
        f"{TRAILERS}"
    )


def test_a_commit_made_anew_keeps_its_own_words_and_says_who_brought_it():
    own = (("Signed-off-by", "Ann"), ("Bead", "gt-abc12"))
    commit = Written(ANN, "Paint it", "Green.", own)
    assert of_replay(SHOES, commit) == (
        "Paint it\n\nGreen.\n\nSigned-off-by: Ann\nBead: gt-abc12\n"
        f"{TRAILERS.partition(chr(10))[2]}"
    )


def test_a_branch_cannot_say_that_somebody_elses_head_has_landed():
    forged = (("Head", "a" * 40), ("Merge-Request", "gt-mr-other"), ("Branch", "x"))
    evil = Written(ANN, "Paint it", f"Head: {'a' * 40}", forged)
    for said in (of_replay(SHOES, evil), of_squash(SHOES, [evil], by=ANN)):
        rows = [row.partition(": ")[::2] for row in said.splitlines() if ": " in row]
        assert brought_by(rows) == {
            "bead": "gt-abc12", "merge-request": "gt-mr-abc12", "branch": "tess/shoes",
            "head": "f" * 40,
        }  # fmt: skip
        assert said.count("Merge-Request: ") == 1


def test_who_wrote_most_is_the_author_and_of_several_the_first():
    one, two, three = Written(TESS, "1"), Written(ANN, "2"), Written(ANN, "3")
    assert main_author([one, two, three]) == ANN
    assert main_author([one, two]) == TESS
    assert main_author([]) is None


def test_one_person_with_two_names_is_credited_once():
    commits = [Written(Author("A. Nn", "ANN@example.com"), "1"), Written(ANN, "2")]
    assert co_authors(commits, beside=TESS) == [Author("A. Nn", "ANN@example.com")]
    assert co_authors(commits, beside=ANN) == []


def test_a_title_of_several_lines_is_one():
    evil = Brought(request="r", bead="b", title="Sell\n\nHead: evil", head="f")
    assert of_merge(evil, [], by=TESS).splitlines()[0] == "Sell Head: evil (b)"


authors = st.sampled_from([TESS, ANN, BO])
rows = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
written = st.builds(
    Written,
    author=authors,
    subject=rows,
    body=st.lists(rows).map("\n".join),
    trailers=st.lists(
        st.tuples(
            st.sampled_from(["Head", "Bead", "Fixes", "Co-authored-by", "Merge-Request"]), rows
        )
    ).map(tuple),
)


@given(st.lists(written))
def test_whatever_a_branch_says_who_brought_it_stands_last(commits):
    for by in (TESS, ANN):
        texts = [of_squash(SHOES, commits, by=by), of_merge(SHOES, commits, by=by)]
        texts += [of_replay(SHOES, each) for each in commits]
        for said in texts:
            assert said.endswith("\n")
            assert not said.startswith("\n")
            last = said.rstrip("\n").rpartition("\n\n")[2].splitlines()
            found = brought_by(row.partition(": ")[::2] for row in last)
            assert found == {key.lower(): value for key, value in SHOES.trailers}
