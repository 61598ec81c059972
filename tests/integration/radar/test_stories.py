"""What the radar sees of a town, whom it tells, and who waits for whom."""

from __future__ import annotations

import json
import shutil

import pytest

from gitgt.git import snapshot
from gitgt.model.radar.radar import MOST_PATHS
from gitgt.roles.radar import RadarRole
from gitgt.services.radar import radar_nudges
from gitgt.services.radar.radar import Radar, Radars
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.death import DEATH
from tests.support.outputs import validator
from tests.support.town import TownBuilder

PRICES = "apple 3\npear 4\nplum 5\n"


class Crew:
    """People of a rig who work on branches of their own."""

    def __init__(self, town: TownBuilder) -> None:
        self.town = town
        self.rig = town.rig()
        self.radar = Radar(town.town, self.rig)

    def person(self, name: str, start: str = "main") -> Checkout:
        path = self.town.folder / "crew" / name
        self.town.repo(self.rig).git(
            "worktree", "add", "-q", "-b", f"crew/{name}", str(path), start
        )
        return Checkout(path)

    def main(self) -> Checkout:
        path = self.town.folder / "main"
        self.town.repo(self.rig).git("worktree", "add", "-q", "--detach", str(path), "main")
        return Checkout(path)

    def move_main(self, to: str) -> None:
        self.town.repo(self.rig).git("update-ref", "refs/heads/main", to)

    def collisions(self) -> list[str]:
        seen = self.radar.look(limit=None)
        return [
            f"{each.severity} {each.one.branch} {each.other.branch}: "
            + ", ".join(f"{spot.path} {spot.kind}" for spot in each.spots)
            for each in seen.collisions
        ]

    def told(self) -> list[tuple[str, str]]:
        return [(each.agent, each.text) for each in radar_nudges.waiting(self.rig)]

    def radar_turn(self, role: RadarRole) -> None:
        (key,) = role.keys()
        role.reconcile(key)


@pytest.fixture
def crew(town):
    return Crew(town)


def test_two_who_change_one_line_collide_and_others_do_not(crew):
    crew.person("ada").commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    crew.person("bo").commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    crew.person("cy").commit("prices.txt", PRICES + "fig 9\n")
    crew.person("di").commit("other.txt", "x\n")
    assert crew.collisions() == ["medium crew/ada crew/bo: prices.txt contents"]
    (spot,) = crew.radar.look().collisions[0].spots
    assert (spot.ours, spot.theirs) == (((2, 2),), ((2, 2),))


def test_what_lines_cannot_settle_is_worse(crew):
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.git("rm", "-q", "prices.txt")
    ada.git("commit", "-qm", "No more prices")
    bo.commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    assert crew.collisions() == ["high crew/ada crew/bo: prices.txt modify/delete"]


def test_a_folder_that_moved_meets_what_somebody_puts_into_it(crew):
    base = crew.person("base")
    for name in ("a", "b"):
        base.commit(f"lists/{name}.txt", f"{name} is a list of its own\n" * 5)
    crew.move_main(base.head)
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.git("mv", "lists", "papers")
    ada.git("commit", "-qm", "Call it papers")
    bo.commit("lists/c.txt")
    assert crew.collisions() == [
        "high crew/ada crew/bo: "
        + ", ".join(f"{each}/c.txt directory rename suggested" for each in ("papers", "lists"))
    ]


def test_a_file_where_another_wants_a_folder(crew):
    crew.person("ada").commit("docs", "all of it\n")
    crew.person("bo").commit("docs/intro.md", "hello\n")
    (found,) = crew.collisions()
    assert found.startswith("high crew/ada crew/bo: docs")


def test_binary_files_and_submodules_are_told_as_what_they_are(crew):
    base = crew.person("base")
    base.commit("logo.png", b"\0\1\2")
    base.git("update-index", "--add", "--cacheinfo", f"160000,{base.head},lib")
    base.git("commit", "-qm", "Take in a library")
    crew.move_main(base.head)
    for name in ("ada", "bo"):
        person = crew.person(name)
        person.commit("logo.png", b"\0" + name.encode())
        other = person.git("commit-tree", "-m", name, "HEAD^{tree}")
        person.git("update-index", "--cacheinfo", f"160000,{other},lib")
        person.git("commit", "-qm", "Another library")
    assert crew.collisions() == [
        "high crew/ada crew/bo: lib submodule, logo.png binary"
    ]  # fmt: skip


def test_the_targets_own_doing_is_told_once(crew):
    ada = crew.person("ada")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    ada.commit("shared.txt", "ada\n")
    main = crew.main()
    main.commit("prices.txt", PRICES.replace("pear 4", "pear 9"))
    crew.move_main(main.head)
    bo = crew.person("bo")
    bo.commit("shared.txt", "bo\n")
    assert crew.collisions() == [
        "high crew/ada crew/bo: shared.txt add/add",
        "medium crew/ada main: prices.txt contents",
    ]


def test_the_targets_attributes_have_their_say(crew):
    main = crew.main()
    main.commit("CHANGES", "first\n")
    main.commit(".gitattributes", "CHANGES merge=union\n")
    crew.move_main(main.head)
    for name in ("ada", "bo"):
        crew.person(name).commit("CHANGES", f"first\n{name}\n")
    assert crew.collisions() == []
    assert crew.radar.look().tried == 1


def test_what_has_landed_by_its_content_drops_out(crew):
    ada = crew.person("ada")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    crew.person("bo").commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    main = crew.main()
    main.git("merge", "-q", "--squash", "crew/ada")
    main.git("commit", "-qm", "All of it in one")
    main.commit("more.txt")
    crew.move_main(main.head)
    assert crew.collisions() == ["medium crew/bo main: prices.txt contents"]
    assert [each.branch for each in crew.radar.look().landed] == ["crew/ada"]


def test_one_that_has_all_of_the_target_and_more_has_not_landed(crew):
    main, ada = crew.main(), crew.person("ada")
    for each in (main, ada):
        each.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    ada.commit("more.txt")
    crew.move_main(main.head)
    assert [each.branch for each in crew.radar.look().live] == ["crew/ada"]


def test_a_branch_that_is_gone_drops_out_and_a_strange_one_is_named(crew):
    ada, bo = crew.person("ada"), crew.person("bo")
    for each in (ada, bo):
        each.commit("prices.txt", f"{each.path.name} 1\n")
    assert crew.collisions() == ["medium crew/ada crew/bo: prices.txt contents"]
    crew.town.repo(crew.rig).git("update-ref", "-d", "refs/heads/crew/bo")
    empty = ada.git("commit-tree", "-m", "From nowhere", ada.git("mktree"))
    crew.town.repo(crew.rig).git("update-ref", "refs/heads/crew/cy", empty)
    assert crew.collisions() == []
    aside = [(each.branch, why) for each, why in crew.radar.look().aside]
    assert aside == [("crew/cy", "it has no history in common with main")]


def test_a_look_costs_what_has_moved(crew):
    people = [crew.person(f"p{number}") for number in range(6)]
    for each in people:
        each.commit("prices.txt", f"{each.path.name} 1\n")
    assert crew.radar.look().tried == 15
    assert crew.radar.look() is crew.radar.look()
    people[0].commit("prices.txt", "p0 2\n")
    assert crew.radar.look().tried == 5
    again = Radar(crew.town.town, crew.rig)
    seen = again.look()
    assert (seen.tried, seen.collisions) == (0, crew.radar.look().collisions)


def test_a_long_list_is_done_bit_by_bit(crew):
    for number in range(4):
        crew.person(f"p{number}").commit("prices.txt", f"{number}\n")
    seen = [crew.radar.look(limit=4) for _ in range(3)]
    assert [(each.tried, each.left, len(each.collisions)) for each in seen] == [
        (4, 2, 4), (2, 0, 6), (2, 0, 6)
    ]  # fmt: skip


def test_nothing_of_a_trial_is_kept(crew):
    for name in ("ada", "bo"):
        crew.person(name).commit("prices.txt", f"{name}\n")
    repo = crew.town.repo(crew.rig)
    before = repo.git("count-objects")
    assert len(crew.collisions()) == 1
    assert repo.git("count-objects") == before
    kept = sorted(each.name for each in (crew.rig.repository_path / "gt/radar").iterdir())
    assert kept == ["found.json"]


def test_what_was_remembered_may_be_lost_or_garbled(crew):
    for name in ("ada", "bo"):
        crew.person(name).commit("prices.txt", f"{name}\n")
    found = crew.collisions()
    path = crew.rig.repository_path / "gt/radar/found.json"
    for garbage in ("", "{", '{"format": 0}', '{"format": 1, "found": [[1]]}'):
        path.write_text(garbage)
        crew.radar = Radar(crew.town.town, crew.rig)
        assert crew.collisions() == found


def test_what_is_not_committed_may_collide(crew):
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    bo.commit("other.txt")
    bo.write("prices.txt", PRICES.replace("pear 4", "pear 7"))
    snapshot.snapshot(bo.path, "shop/crew/bo")
    assert crew.collisions() == ["low crew/ada crew/bo: prices.txt contents"]
    role = RadarRole(crew.town.town, Radars(crew.town.town))
    crew.radar_turn(role)
    assert crew.told() == []
    bo.git("commit", "-qam", "Pears are dear")
    assert crew.collisions() == ["medium crew/ada crew/bo: prices.txt contents"]
    crew.radar_turn(role)
    assert [agent for agent, _ in crew.told()] == ["shop/crew/ada", "shop/crew/bo"]


def _about(one: str, other: str) -> str:
    return (
        f"{one} collides with {other} of shop/{other} in prices.txt (2 against 2). "
        "Whoever lands second has to settle it: keep out of these, or agree."
    )


def test_both_are_told_once_and_no_more_when_it_is_settled(crew):
    role = RadarRole(crew.town.town, Radars(crew.town.town))
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    bo.commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    crew.radar_turn(role)
    assert crew.told() == [
        ("shop/crew/ada", _about("crew/ada", "crew/bo")),
        ("shop/crew/bo", _about("crew/bo", "crew/ada")),
    ]
    radar_nudges.delivered(crew.rig, radar_nudges.waiting(crew.rig, "shop/crew/ada"))
    bo.commit("more.txt")
    crew.radar_turn(role)
    assert [agent for agent, _ in crew.told()] == ["shop/crew/bo"]
    bo.git("revert", "--no-edit", "HEAD~1")
    crew.radar_turn(role)
    assert crew.told() == []


def test_the_pages(crew):
    cwd = crew.town.town.root
    assert gt("radar", "shop", cwd=cwd).stdout == "0 live branches of shop: nobody collides\n"
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    bo.commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    main = crew.main()
    main.commit("prices.txt", PRICES.replace("plum 5", "plum 6"))
    crew.move_main(main.head)
    assert gt("radar", cwd=cwd).stdout == (
        "             1  2  3\n"
        " 1 crew/ada     1  1\n"
        " 2 crew/bo   1     1\n"
        " 3 main      1  1\n"
        "\n"
        "medium  crew/ada  crew/bo  prices.txt (2 against 2)\n"
        "medium  crew/ada  main     prices.txt (2 against 3)\n"
        "medium  crew/bo   main     prices.txt (2 against 3)\n"
    )
    assert gt("radar", "--agent", "shop/bo", cwd=cwd).stdout == (
        "medium  crew/bo  crew/ada  prices.txt (2 against 2)\n"
        "medium  crew/bo  main      prices.txt (2 against 3)\n"
    )
    assert gt("radar", "--nudges", cwd=cwd).stdout == ""
    crew.radar_turn(RadarRole(crew.town.town, Radars(crew.town.town)))
    told = [text for _, text in crew.told() if text.startswith("crew/bo ")]
    assert gt("hook", "shop/bo", cwd=cwd).stdout == "".join(
        ["nothing is on the hook of shop/bo\n", *(f"\nradar: {text}\n" for text in told)]
    )
    for words, name in ([["shop"], "radar"], [["--nudges"], "nudges"]):
        answer = json.loads(gt("radar", *words, "--json", cwd=cwd).stdout)
        validator(name).validate(answer)
        assert answer


def test_check_on_the_spot(crew):
    cwd = crew.town.town.root
    ada, bo = crew.person("ada"), crew.person("bo")
    ada.commit("prices.txt", PRICES.replace("pear 4", "pear 6"))
    bo.commit("prices.txt", PRICES.replace("pear 4", "pear 7"))
    done = gt("radar", "check", "crew/ada", "--rig", "shop", cwd=cwd)
    assert (done.code, done.stdout) == (
        1, "medium  crew/ada  crew/bo  prices.txt (2 against 2)\n"
    )  # fmt: skip
    done = gt("radar", "check", "crew/ada", "main", "--rig", "shop", cwd=cwd)
    assert (done.code, done.stdout) == (0, "crew/ada merges with main\n")
    done = gt("radar", "check", "--json", cwd=bo.path)
    assert done.code == 1
    answer = json.loads(done.stdout)
    validator("collisions").validate(answer)
    assert [each["other"]["branch"] for each in answer] == ["crew/ada"]
    done = gt("radar", "check", "nosuch", "--rig", "shop", cwd=cwd)
    assert (done.code, done.stderr) == (
        1, "gt: shop has no branch 'nosuch'\nhint: git gt radar shop\n"
    )  # fmt: skip


def test_it_may_die_anywhere_and_two_may_do_it_at_once(crew):
    for name in ("ada", "bo"):
        crew.person(name).commit("prices.txt", f"{name}\n")
    folder = crew.rig.repository_path / "gt/radar"
    acts = 0
    for number in range(1, 100):
        shutil.rmtree(folder, ignore_errors=True)
        role = RadarRole(crew.town.town, Radars(crew.town.town))
        with DEATH.before(number):
            crew.radar_turn(role)
        after = [RadarRole(crew.town.town, Radars(crew.town.town)) for _ in range(2)]
        for each in after:
            crew.radar_turn(each)
        assert [agent for agent, _ in crew.told()] == ["shop/crew/ada", "shop/crew/bo"]
        if not DEATH.came:
            break
        acts = number
    assert acts > 3


def test_a_change_of_everything_is_merged_with_everybody(crew):
    base = crew.person("base")
    for number in range(MOST_PATHS + 1):
        base.write(f"many/f{number}", f"{number}\n")
    base.git("add", "-A")
    base.git("commit", "-qm", "Many files")
    crew.person("bo").commit("other.txt", "bo\n")
    crew.person("cy").commit("many/f7", "mine\n")
    assert crew.collisions() == ["high crew/base crew/cy: many/f7 add/add"]
    assert crew.radar.look().tried == 2
