"""What is told of a conflict: its regions, in so many words and no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.conflict import (
    LINES,
    PATHS,
    Brought,
    Dispute,
    Disputed,
    Region,
    Side,
    regions,
)

TIP, HEAD, BASE = "a" * 40, "b" * 40, "c" * 40


def marked(parts):
    """Return a file as git marks it; a part is a line, or a region."""
    rows = []
    for part in parts:
        if isinstance(part, Region):
            rows += [f"<<<<<<< {TIP}", *part.ours, "||||||| ccccccc", *part.base]
            rows += ["=======", *part.theirs, f">>>>>>> {HEAD}"]
        else:
            rows.append(part)
    return "".join(f"{row}\n" for row in rows)


def read(text):
    return regions(text, ours=TIP, theirs=HEAD)


# Lines as they stand in texts about git, too; a base that has a bare row of seven signs is
# git's own ambiguity.
_LINE = st.sampled_from(["", "a", "b = 1", "<<<<<<< HEAD", ">>>>>>> main", "<<<<<<<"])
_LINES = st.lists(_LINE, max_size=3).map(tuple)
_REGION = st.builds(Region, line=st.just(0), base=_LINES, ours=_LINES, theirs=_LINES)


@given(st.lists(_LINE | _REGION, max_size=6))
def test_every_region_is_found_where_it_stands_in_the_targets_file(parts):
    expected, line = [], 1
    for part in parts:
        if isinstance(part, Region):
            expected.append(Region(line, part.base, part.ours, part.theirs))
            line += len(part.ours)
        else:
            line += 1
    assert read(marked(parts)) == tuple(expected)


def test_longer_marks_and_renamed_paths_are_read_as_well():
    text = f"<<<<<<<<< {TIP}:old\nx\n||||||||| ccccccc:old\ny\n=========\n"
    text += f"z\n>>>>>>>>> {HEAD}:new\n"
    assert read(text) == (Region(1, ("y",), ("x",), ("z",)),)


def test_lines_that_end_as_on_windows_are_lines():
    region = Region(2, ("x\x0cx",), ("y",), ())
    assert read(marked(["a", region]).replace("\n", "\r\n")) == (region,)


def test_half_a_region_is_none():
    whole = marked([Region(1, ("x",), ("y",), ("z",))])
    assert read(whole.rpartition(">>>>>>>")[0]) == ()


def dispute(*paths, **more):
    facts = {"target": "main", "branch": "work", "tip": TIP, "head": HEAD, "base": BASE}
    return Dispute(**{**facts, **more}, paths=paths)


def sides(*stages):
    return {stage: Side("100644", str(stage) * 40) for stage in stages}


def test_who_deleted_and_who_changed_is_told_in_words():
    kinds = [(1, 2, 3), (2, 3), (1, 2), (1, 3), (2,), (3,), (1,), ()]
    paths = [Disputed(path=f"f{n}", sides=sides(*each)) for n, each in enumerate(kinds)]
    told = dispute(*paths)
    assert [row for row in told.text().splitlines() if row.startswith("f")] == [
        "f0: both changed it",
        "f1: both added it",
        "f2: main changed it, the branch deleted it",
        "f3: main deleted it, the branch changed it",
        "f4: main put it there",
        "f5: the branch put it there",
        "f6: neither has it any more",
        "f7: in conflict",
    ]
    assert told.line == "conflict with main in f0, f1, f2, f3, f4, f5, f6, f7"
    assert [each["kind"] for each in told.fields()["paths"]][-2:] == [
        "deleted-by-both", "unclear"
    ]  # fmt: skip


def test_histories_that_have_nothing_in_common_have_a_reason():
    told = dispute(base="", reasons=("refusing to merge unrelated histories",))
    assert told.line == "conflict with main in its history"
    assert told.text().splitlines()[:2] == [
        "work (bbbbbbbbbbbb) has no commit in common; main is at aaaaaaaaaaaa.",
        "refusing to merge unrelated histories",
    ]
    assert told.fields()["base"] is None


def test_what_is_told_is_bounded():
    long = tuple(f"{number} {'x' * 500}" for number in range(3 * LINES))
    region = Region(1, long, long, long)
    brought = Brought(TIP, "Dearer" * 90, "ada", "gt-abc12")
    one = Disputed(
        path="p", sides=sides(1, 2, 3), regions=(region,), more=7, brought=(brought,)
    )
    text = dispute(*[one] * (2 * PATHS)).text()
    assert len(text) < 16_000
    assert text.count("... and 40 lines more") == 3 * text.count("p: both changed it")
    assert "and 7 more\n" in text
    assert "(gt-abc12), ada\n" in text
    assert "\nand in: p, p, " in text
    assert text.endswith("  git gt mq submit")
    short = Disputed(path="p", sides=sides(2, 3), reasons=("CONFLICT (rename/add): p",))
    told = dispute(*[short] * (PATHS + 2)).text()
    assert told.count("p: both added it\n  CONFLICT (rename/add): p\n") == PATHS
    assert "\nand in: p, p\n" in told
