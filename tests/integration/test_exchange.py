"""Work from other trackers: brought over once, known again, and taken out as it went in."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import RefusedError
from gitgt.model.documents import Convoy, Dependency, Outcome
from gitgt.services import fsck
from gitgt.services.exchange import bring, sources, take
from gitgt.services.exchange.plan import changes
from tests.support.handwork import Handwork, some
from tests.support.town import TESS
from tests.support.world import ROOT

BD = (ROOT / "fixtures/exchange/bd.jsonl").read_bytes()
NOW = "2026-11-22T14:30:00Z"


class Place:
    """As much of a town as an import asks for."""

    def __init__(self, folder, prefix="gt"):
        self.hand = Handwork(folder, prefix=prefix)
        self.ledger = self.hand.ledger

    def ledger_at(self, _):
        return self.ledger

    def ledger_of(self, bead):
        raise RefusedError(f"no ledger for {bead}")

    def rigs(self):
        return {}

    def bring(self, content, name="issues.jsonl", **options):
        read = sources.read(content, name, at=NOW)
        plan = bring.bring(self, None, read.records, TESS, said=name, **options)
        plan.problems[:0] = read.problems
        return plan

    def out(self):
        return [json.loads(line) for line in take.jsonl(self, None)]

    def beads(self):
        return self.hand.beads()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def records(content):
    found = [json.loads(line) for line in content.decode().splitlines()]
    return sorted(found, key=lambda each: each["id"])


def lines(*found):
    return "".join(f"{json.dumps(each)}\n" for each in found).encode()


def test_bds_beads_come_over_with_all_that_they_say(place):
    plan = place.bring(BD)
    assert (len(plan.new), plan.changed, plan.same, plan.problems) == (10, [], 0, [])
    found = place.beads()
    one = found["gt-a1b2"]
    assert (one.type, one.priority, one.assignee, one.estimate) == ("bug", 0, "ada", 90)
    assert (one.parent, one.blockers) == ("gt-e5f6", ("gt-c3d4",))
    assert one.created_at == "2025-11-22T22:30:00.123456Z"
    assert [each.text for each in one.comments] == ["Thanks", "Me too"]
    assert (found["gt-e5f6.1"].status, found["gt-e5f6.1"].reason) == ("closed", "Done")
    assert (found["gt-g7h8"].status, found["gt-g7h8"].assignee) == ("open", "")
    assert (found["gt-h8i9"].status, found["gt-h8i9"].assignee) == ("in_progress", "ada")
    assert found["gt-i9j0"].outcome == Outcome.CANCELLED
    assert found["gt-k1l2"].title == r"Control \x1b[31mcharacters\x1b[0m and a half \ud800"
    [foreign] = set(found) - {each["id"] for each in records(BD)}
    assert found[foreign].external == ""
    assert found[foreign].dependencies[0].on == "gt-a1b2"
    assert sorted(plan.notes) == [
        "issues.jsonl:1: gt-a1b2: blocks external:shop:login, which is nowhere",
        "issues.jsonl:8: gt-j0k1: tracks gt-none9, which is nowhere",
    ]
    # Which is so: it is a gate that bd's data have nothing wait for.
    [odd] = fsck.fsck(place, None)
    assert (odd.rule, odd.where) == ("formula-gate", "items/k/1/gt-k1l2.yaml")


def test_what_was_imported_is_exported_as_it_was(place):
    place.bring(BD)
    assert place.out() == records(BD)


def test_a_second_import_changes_nothing(place):
    place.bring(BD)
    before = place.ledger.head()
    plan = place.bring(BD)
    assert (plan.documents, plan.same) == ([], 10)
    assert place.ledger.head() == before


def test_an_import_from_another_prefix_keeps_what_people_know_of_the_ids(tmp_path):
    place = Place(tmp_path, prefix="sh")
    place.bring(BD)
    found = place.beads()
    assert {"sh-a1b2", "sh-c3d4", "sh-e5f6", "sh-e5f6.1"} <= set(found)
    assert found["sh-a1b2"].parent == "sh-e5f6"
    assert found["sh-a1b2"].blockers == ("sh-c3d4",)
    assert place.out() == records(BD)
    assert place.bring(BD).documents == []


def test_what_changed_at_the_source_changes_here_and_what_changed_here_stays(place):
    one = {"id": "gt-aaaa1", "title": "Old", "notes": "n", "created_at": NOW, "created_by": "A"}
    place.bring(lines({**one, "status": "open", "priority": 1}))
    here = place.beads()["gt-aaaa1"]
    place.hand.give(here.replace(notes="changed here", labels=("mine",)))

    plan = place.bring(lines({**one, "title": "New", "status": "open", "priority": 0}))

    now = place.beads()["gt-aaaa1"]
    assert (now.title, now.notes, now.priority) == ("New", "changed here", 0)
    assert now.labels == ("mine",)
    assert len(plan.changed) == 1
    [out] = place.out()
    assert (out["title"], out["notes"], out["labels"]) == ("New", "changed here", ["mine"])


def test_an_unchanged_source_takes_nothing_back(place):
    place.bring(BD)
    here = place.beads()["gt-c3d4"]
    place.hand.give(here.replace(title="Better here"))
    assert place.bring(BD).documents == []
    assert place.beads()["gt-c3d4"].title == "Better here"
    out = {each["id"]: each for each in place.out()}["gt-c3d4"]
    assert (out["title"], out["status"]) == ("Better here", "in_review")


def blocked(name, *on, **more):
    edges = [{"depends_on_id": each, "type": "blocks", "issue_id": name} for each in on]
    return {**made(name, **more), "dependencies": edges}


def made(name, **more):
    own = {"status": "open", "priority": 2, "issue_type": "task", "created_by": "Ada"}
    return {"id": name, "title": name, "created_at": NOW, **own, **more}


def test_what_waited_for_a_bead_that_came_later_hangs_on_it_at_the_next_import(place):
    one = blocked("gt-aaaa1", "gt-bbbb2", "gt-none9")
    one["dependencies"].append(
        {"depends_on_id": "gt-cccc3", "type": "parent-child", "issue_id": "gt-aaaa1"}
    )
    rest = made("gt-bbbb2"), made("gt-cccc3")
    first = place.bring(lines(one))
    assert sorted(first.notes) == [
        "issues.jsonl:1: gt-aaaa1: blocks gt-bbbb2, which is nowhere",
        "issues.jsonl:1: gt-aaaa1: blocks gt-none9, which is nowhere",
        "issues.jsonl:1: gt-aaaa1: parent-child gt-cccc3, which is nowhere",
    ]
    place.bring(lines(*rest))
    assert place.beads()["gt-aaaa1"].blockers == ()
    place.hand.give(place.beads()["gt-aaaa1"].replace(title="Better here"))

    plan = place.bring(lines(one, *rest))

    [(before, after)] = plan.changed
    assert list(changes(before, after)) == ["parent", "dependencies"]
    assert plan.same == 2
    now = place.beads()["gt-aaaa1"]
    assert (now.blockers, now.parent) == (("gt-bbbb2",), "gt-cccc3")
    assert now.title == "Better here"
    assert place.out()[0] == {**one, "title": "Better here"}
    assert place.bring(lines(one, *rest)).documents == []


def test_an_edge_that_was_taken_away_here_does_not_come_back_with_another(place):
    one = blocked("gt-aaaa1", "gt-bbbb2", "gt-cccc3")
    place.bring(lines(one, made("gt-bbbb2")))
    place.hand.give(place.beads()["gt-aaaa1"].replace(dependencies=()))
    place.bring(lines(made("gt-cccc3")))
    place.bring(lines(one))
    assert place.beads()["gt-aaaa1"].blockers == ("gt-cccc3",)
    assert place.out()[0] == blocked("gt-aaaa1", "gt-cccc3")


def test_an_edge_that_somebody_made_here_meanwhile_is_theirs(place):
    one = blocked("gt-aaaa1", "gt-bbbb2")
    place.bring(lines(one))
    place.bring(lines(made("gt-bbbb2")))
    edge = Dependency("blocks", "gt-bbbb2")
    place.hand.give(place.beads()["gt-aaaa1"].replace(dependencies=(edge,)))
    place.bring(lines(one))
    assert place.beads()["gt-aaaa1"].dependencies == (edge,)
    assert place.out() == [one, made("gt-bbbb2")]
    place.hand.give(place.beads()["gt-aaaa1"].replace(dependencies=()))
    assert place.bring(lines(one)).documents == []


def test_a_bead_that_was_deleted_here_gets_no_edge(place):
    one = blocked("gt-aaaa1", "gt-bbbb2")
    place.bring(lines(one))
    here = place.beads()["gt-aaaa1"]
    gone = here.replace(status="tombstone", outcome="cancelled", closed_at=NOW)
    place.hand.give(gone)
    place.bring(lines(made("gt-bbbb2")))
    assert place.bring(lines(one)).documents == []


def test_of_several_edges_of_one_type_to_one_bead_the_first_counts_and_all_go_out(place):
    def edge(metadata, on="gt-bbbb2", kind="conditional-blocks"):
        told = {"depends_on_id": on, "type": kind, "issue_id": "gt-aaaa1"}
        return {**told, "metadata": json.dumps(metadata)} if metadata else told

    several = [edge({"when": "success"}), edge(None), edge({"when": "cancelled"})]
    one = {**made("gt-aaaa1"), "dependencies": [*several, *several[:1]]}
    plan = place.bring(lines(one, made("gt-bbbb2")))
    assert (len(plan.new), plan.problems) == (2, [])
    again = "gt-aaaa1: conditional-blocks gt-bbbb2 stands again, and the first one counts"
    assert plan.notes == 2 * [f"issues.jsonl:1: {again}"]
    here = place.beads()["gt-aaaa1"]
    assert here.dependencies == (Dependency("conditional-blocks", "gt-bbbb2", "success"),)
    assert place.out() == [one, made("gt-bbbb2")]
    assert place.bring(lines(one, made("gt-bbbb2"))).documents == []

    more = Dependency("blocks", "gt-bbbb2")
    place.hand.give(here.replace(dependencies=(more, *here.dependencies)))
    assert place.out()[0]["dependencies"] == [*one["dependencies"], edge(None, kind="blocks")]

    place.hand.give(here.replace(dependencies=(more,)))
    assert place.out()[0]["dependencies"] == [edge(None, kind="blocks")]


def test_what_hangs_on_a_record_that_cannot_come_waits_until_it_is_mended(place):
    huge = blocked("gt-aaaa1", "gt-cccc3", notes="x" * 300_000)
    child = {"depends_on_id": "gt-aaaa1", "type": "parent-child", "issue_id": "gt-bbbb2"}
    rest = {**made("gt-bbbb2"), "dependencies": [child]}, blocked("gt-cccc3", "gt-aaaa1")
    plan = place.bring(lines(huge, *rest))
    assert [each.where for each in plan.problems] == ["issues.jsonl:1"]
    assert plan.notes == [
        "issues.jsonl:2: gt-bbbb2: parent-child gt-aaaa1, which is nowhere",
        "issues.jsonl:3: gt-cccc3: blocks gt-aaaa1, which is nowhere",
    ]
    found = place.beads()
    assert (found["gt-bbbb2"].parent, found["gt-cccc3"].dependencies) == ("", ())
    assert place.out() == [*rest]
    again = place.bring(lines(huge, *rest))
    assert [each.where for each in again.problems] == ["issues.jsonl:1"]
    assert (again.documents, again.same) == ([], 2)

    mended = blocked("gt-aaaa1", "gt-cccc3", notes="x")
    plan = place.bring(lines(mended, *rest))

    assert (len(plan.new), len(plan.changed), plan.problems) == (1, 2, [])
    found = place.beads()
    assert (found["gt-bbbb2"].parent, found["gt-cccc3"].blockers) == ("gt-aaaa1", ("gt-aaaa1",))
    assert place.out() == [mended, *rest]
    assert place.bring(lines(mended, *rest)).documents == []


def test_an_item_of_a_checklist_whose_parent_cannot_come_finds_it_once_it_is_mended(place):
    text = "- [ ] Paint the fence\n  {}\n  - [ ] Buy paint\n"
    huge, mended = (text.format("x" * length).encode() for length in (300_000, 3))
    plan = place.bring(huge, "todo.md")
    [child] = place.beads().values()
    assert (len(plan.problems), child.title, child.parent) == (1, "Buy paint", "")
    assert place.bring(huge, "todo.md").documents == []

    place.bring(mended, "todo.md")

    found = {each.title: each for each in place.beads().values()}
    assert found["Buy paint"].parent == found["Paint the fence"].id
    assert place.bring(mended, "todo.md").documents == []


def test_what_was_made_here_goes_to_another_ledger_and_comes_back_the_same(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    here, there = Place(tmp_path / "one"), Place(tmp_path / "two")
    mine = some("gt-aaaa1", labels=["x"], header="mine", ext={"ticket": 1}, notes="n\n")
    here.hand.give(mine)
    text = "".join(f"{line}\n" for line in take.jsonl(here, None)).encode()
    assert here.bring(text).documents == [here.beads()["gt-aaaa1"]]  # now it is known
    there.bring(text)
    found = there.beads()["gt-aaaa1"]
    assert found.replace(ext={"ticket": 1}) == mine
    assert "".join(f"{line}\n" for line in take.jsonl(there, None)).encode() == text


def test_bad_lines_are_told_and_the_others_come(place):
    content = (
        lines({"id": "gt-aaaa1", "title": "Good", "created_at": NOW})
        + b"{not json\n"
        + lines({"id": "gt-aaaa2"}, {"title": "No id"}, ["list"], {"_type": "memory"})
        + lines({"id": "gt-aaaa3", "title": "Huge", "notes": "x" * 300_000, "created_at": NOW})
        + b"[" * 100_000
    )
    plan = place.bring(content)
    assert list(place.beads()) == ["gt-aaaa1"]
    assert sorted(each.place[1] for each in plan.problems) == [2, 3, 4, 5, 7, 8]
    before = place.ledger.head()
    with pytest.raises(RefusedError, match="nothing was imported"):
        place.bring(content.replace(b"Good", b"Better"), strict=True)
    assert place.ledger.head() == before


def test_a_line_that_is_not_utf8_is_told_and_the_others_come(place):
    content = (
        b"\xef\xbb\xbf"
        + lines({"id": "gt-aaaa1", "title": "One"})
        + b'{"id": "gt-aaaa2", "title": "caf\xe9"}\n'
        + lines({"id": "gt-aaaa3", "title": "Three"})
    )
    plan = place.bring(content)
    assert sorted(place.beads()) == ["gt-aaaa1", "gt-aaaa3"]
    assert [str(each) for each in plan.problems] == ["issues.jsonl:2: this is not UTF-8"]
    for whole, name in ((b'[\n{"title": "\xe9"}]', "gh.json"), (b"\n- [ ] \xe9\n", "todo.md")):
        with pytest.raises(RefusedError, match=rf"{name}:2: this is not UTF-8"):
            place.bring(whole, name)


def test_of_two_records_of_one_name_the_last_counts_and_the_first_is_told(place):
    one, two = ({"id": "gt-aaaa1", "title": title} for title in ("Old", "New"))
    plan = place.bring(lines(one, {"id": "gt-aaaa2", "title": "Else"}, two))
    assert [each.title for each in plan.new] == ["New", "Else"]
    assert (plan.problems, plan.notes) == (
        [], ["issues.jsonl:1: gt-aaaa1 stands again at issues.jsonl:3, which counts"],
    )  # fmt: skip


def test_what_is_no_work_is_told_and_left_out(place):
    """An agent, a message or a wisp of Gas Town's must not become work that is ready."""
    one = {"title": "Mine", "created_at": NOW}
    content = lines(
        {**one, "id": "gt-aaaa1"},
        {**one, "id": "gt-shop-polecat-nux", "issue_type": "agent",
         "description": "Polecat nux\n\nrole_type: polecat\nrig: shop\nhook_bead: null"},
        {**one, "id": "gt-shop-witness", "labels": ["gt:agent"],
         "description": "role_type: witness\nrig: shop"},
        {**one, "id": "gt-mail1", "issue_type": "message"},
        {**one, "id": "gt-aaaa2", "ephemeral": True, "wisp_type": "patrol"},
        {"_type": "memory", "key": "build", "value": "make"},
    )  # fmt: skip
    read = sources.read(content, "issues.jsonl", at=NOW)
    assert [each.name for each in read.records] == ["gt-aaaa1"]
    assert read.problems == []
    assert [str(each) for each in read.left] == [
        "issues.jsonl:2: left out: an agent is an identity, and no work",
        "issues.jsonl:3: left out: an agent is an identity, and no work",
        "issues.jsonl:4: left out: mail has no place here",
        "issues.jsonl:5: left out: it is ephemeral, and wisps never reach a ledger",
        "issues.jsonl:6: left out: a memory has no place in a ledger of beads",
    ]
    assert read.agents == ["shop/polecats/nux"]


CONVOYS = (
    {"id": "hq-cv-a1b2c", "title": "Ship it", "status": "open", "priority": 2,
     "issue_type": "convoy", "created_at": NOW, "created_by": "mayor", "updated_at": NOW,
     "labels": ["gt:owned"], "dependencies": [
         {"issue_id": "hq-cv-a1b2c", "depends_on_id": "external:hq:hq-aaaa1", "type": "tracks"},
     ]},
    {"id": "hq-cv-d3e4f", "title": "Shipped", "status": "closed", "priority": 2,
     "issue_type": "convoy", "created_at": NOW, "closed_at": NOW, "close_reason": "done"},
)  # fmt: skip


def test_convoys_come_over_as_convoys_and_go_out_as_they_came(tmp_path):
    place = Place(tmp_path, prefix="hq")
    content = lines({"id": "hq-aaaa1", "title": "Work", "created_at": NOW}, *CONVOYS)
    plan = place.bring(content)
    assert (plan.problems, plan.notes) == ([], [])
    one, two = sorted(place.ledger.snapshot().all(Convoy), key=lambda each: each.id)
    assert (one.id, one.status, one.members) == ("hq-cv-a1b2c", "open", ("hq-aaaa1",))
    assert (two.id, two.status, two.closed_at, two.reason) == (
        "hq-cv-d3e4f", "closed", NOW, "done",
    )  # fmt: skip
    assert list(place.beads()) == ["hq-aaaa1"]
    assert place.out() == records(content)
    assert place.bring(content).documents == []
    assert fsck.fsck(place, None) == []


def test_a_convoy_lives_in_the_towns_ledger_alone(place):
    plan = place.bring(lines(*CONVOYS))
    assert plan.documents == []
    assert [str(each) for each in plan.problems] == [
        "issues.jsonl:1: hq-cv-a1b2c is a convoy, and convoys live in the town's ledger",
        "issues.jsonl:2: hq-cv-d3e4f is a convoy, and convoys live in the town's ledger",
    ]


GITHUB = [
    {
        "number": 7, "title": "Crash on start", "body": "It crashes\r\nat once",
        "state": "OPEN",
        "labels": [{"name": "bug"}, {"name": "priority: high"}],
        "assignees": [{"login": "ada"}, {"login": "eve"}], "author": {"login": "bob"},
        "milestone": {"number": 1, "title": "Spring", "dueOn": "2026-03-01T00:00:00Z"},
        "createdAt": "2025-11-22T14:30:00Z", "closedAt": None,
        "url": "https://github.com/o/r/issues/7",
        "comments": [
            {"id": "IC_1", "author": {"login": "eve"}, "body": "Same",
             "createdAt": "2025-11-22T15:30:00Z"},
        ],
    },
    {
        "number": 8, "title": "Never", "body": None, "state": "closed",
        "state_reason": "not_planned", "labels": [], "user": {"login": "bob"},
        "created_at": "2025-11-22T14:30:00Z", "closed_at": "2025-11-23T14:30:00Z",
        "html_url": "https://github.com/o/r/issues/8", "comments": 3,
    },
    {"number": 9, "title": "A pull request", "pull_request": {}},
]  # fmt: skip


def test_issues_of_github_in_both_shapes(place):
    content = json.dumps(GITHUB, indent=1).encode()
    read = sources.read(content, "gh.json", at=NOW)
    assert [str(each) for each in read.left] == [
        "gh.json:60: left out: #9 is a pull request, not an issue"
    ]
    assert place.bring(content, "gh.json").problems == []
    one, two = sorted(place.beads().values(), key=lambda each: each.external)
    assert (one.type, one.priority, one.owner, one.status) == ("bug", 1, "ada", "open")
    assert (one.description, one.created_by) == ("It crashes\nat once", "bob at github.com")
    assert one.labels == ("bug", "priority: high")
    assert [(each.by, each.text) for each in one.comments] == [("eve at github.com", "Same")]
    assert one.due_at == "2026-03-01T00:00:00Z"
    assert one.ext["import"]["kept"] == {"milestone": "Spring", "assignees": ["ada", "eve"]}
    assert "kept" not in two.ext["import"]
    assert (two.status, two.outcome) == ("closed", "cancelled")
    assert two.closed_at == "2025-11-23T14:30:00Z"
    assert place.bring(json.dumps(GITHUB).encode(), "gh.json").documents == []


@pytest.mark.parametrize(
    "between", ["][", "]\n[", " ] \n\n [ "], ids=["together", "a line each", "apart"]
)
def test_pages_that_an_api_hands_out_one_after_the_other(place, between):
    """As ``glab api --paginate`` writes them."""
    issues = [
        {"iid": n, "title": f"Number {n}", "web_url": f"https://x/{n}"} for n in (1, 2, 3)
    ]
    one, two, three = (json.dumps(each, indent=1) for each in issues)
    content = f"[{one},\n{two}{between}{three}]\n[]\n".encode()
    plan = place.bring(content, "gl.json")
    assert plan.problems == []
    assert [each.title for each in plan.new] == ["Number 1", "Number 2", "Number 3"]
    assert [each.where for each in sources.read(content, "gl.json", at=NOW).records] == [
        "gl.json:1", "gl.json:6", f"gl.json:{10 + between.count(chr(10))}",
    ]  # fmt: skip


def test_a_page_that_is_broken_costs_no_other_page(place):
    page = json.dumps([{"iid": 1, "title": "One"}, {"iid": 2, "title": "Two"}])
    plan = place.bring(f"{page}\n[{{\n{page.replace('1', '3')}\n".encode(), "gl.json")
    assert [each.title for each in plan.new] == ["One", "Two", "One"]
    assert [each.where for each in plan.problems] == ["gl.json:2"]


def test_a_list_in_an_envelope_among_others(place):
    content = b'{"errors": [1], "issues": [\n{"id": "gt-aaaa1", "title": "One"},\n2]}\n'
    plan = place.bring(content)
    assert [each.id for each in plan.new] == ["gt-aaaa1"]
    assert [str(each) for each in plan.problems] == [
        "issues.jsonl:3: a record is expected here: {...}"
    ]


def test_issues_of_gitlab(place):
    issue = {
        "iid": 3, "title": "Slow", "description": "Very", "state": "opened",
        "labels": ["type::feature", "priority::low"], "milestone": {"title": "Spring"},
        "assignees": [{"username": "ada"}, {"username": "eve"}], "weight": 3,
        "author": {"username": "bob"}, "created_at": "2025-11-22T14:30:00.000+02:00",
        "due_date": "2025-12-24", "web_url": "https://gitlab.com/o/r/-/issues/3",
        "time_stats": {"time_estimate": 7200}, "issue_type": "issue",
    }  # fmt: skip
    place.bring(json.dumps([issue]).encode(), "gl.json")
    [one] = place.beads().values()
    assert (one.type, one.priority, one.owner, one.estimate) == ("feature", 3, "ada", 120)
    assert (one.due_at, one.created_at) == ("2025-12-24T00:00:00Z", "2025-11-22T12:30:00Z")
    assert one.ext["import"]["kept"] == {
        "milestone": "Spring", "assignees": ["ada", "eve"], "weight": 3,
    }  # fmt: skip
    issue |= {"state": "closed", "closed_at": "2025-12-01T00:00:00Z"}
    place.bring(json.dumps([issue]).encode(), "gl.json")
    [one] = place.beads().values()
    assert (one.status, one.outcome, one.closed_at) == (
        "closed", "success", "2025-12-01T00:00:00Z",
    )  # fmt: skip


CHECKLIST = """\
# Spring

Some words.

- [ ] Paint the fence
  With two coats.
  - [x] Buy paint
  - [ ] Buy a brush
    1. [ ] Compare prices
- [ ] Sow
- [ ] Sow

```
- [ ] no item
```
- an ordinary item
"""


def test_a_checklist_becomes_beads_and_their_children(place):
    place.bring(CHECKLIST.encode(), "todo.md")
    found = {each.title: each for each in place.beads().values() if each.title != "Sow"}
    assert set(found) == {"Paint the fence", "Buy paint", "Buy a brush", "Compare prices"}
    assert found["Paint the fence"].description == "With two coats."
    assert found["Buy paint"].parent == found["Paint the fence"].id
    assert found["Compare prices"].parent == found["Buy a brush"].id
    assert (found["Buy paint"].status, found["Buy a brush"].status) == (
        "closed", "open",
    )  # fmt: skip
    assert len(place.beads()) == 6
    later = CHECKLIST.replace("[ ] Buy a brush", "[x] Buy a brush")
    read = sources.read(later.encode(), "todo.md", at="2026-12-01T00:00:00Z")
    plan = bring.bring(place, None, read.records, TESS, said="todo.md")
    assert [after.title for _, after in plan.changed] == ["Buy a brush"]
    assert plan.new == []


def test_a_table_for_a_spreadsheet(place):
    place.hand.give(some("gt-aaaa1", title="=1+1", labels=["a", "b"], description='x,"y"\nz'))
    head, *rows = take.csv(place, None)
    assert head.startswith("id,type,status,priority,title")
    [row] = rows
    assert row.startswith("gt-aaaa1,task,open,2,'=1+1,,,,a b,,0,2026-11-22T14:30:00Z,ada,")
    assert row.endswith(',"x,""y""\nz"')
