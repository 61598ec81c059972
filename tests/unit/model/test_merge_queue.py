from __future__ import annotations

from gitgt.model.gate import Evidence
from gitgt.model.queue.merge_acts import (
    Cancel,
    Cause,
    Confirm,
    Eject,
    Freeze,
    Land,
    Run,
    Skip,
    Start,
    Stop,
    Wait,
)
from gitgt.model.queue.merge_chain import Base, Clash, Link, halfway
from gitgt.model.queue.merge_facts import Queue
from gitgt.model.queue.merge_odds import Finding, survival
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.queue_order import Request, in_order

GREEN = Evidence(passes=1, passed_at=1)
RED = Evidence(fails=1, failed_at=2)
RED_TWICE = Evidence(fails=2, failed_at=3)
STOPPED_TWICE = Evidence(fails=2, failed_at=3, doubtful=True)


def merging(members):
    return Link(members[-1], f"c-{''.join(members)}", f"t-{''.join(members)}")


def queue(names="abcde", *, said=None, **changes):
    evidence = {(tree, "test"): found for tree, found in (said or {}).items()}
    values = {
        "base": Base("c-", "t-"),
        "requests": tuple(Request(id=name, head=name) for name in names),
        "gates": ("test",),
        "evidence": evidence,
    }
    return Queue(**{**values, **changes})


def links(names):
    return tuple(merging(tuple(names[: length + 1])) for length in range(len(names)))


def run(names, place=None):
    return Run(f"t-{names}", "test", tuple(names if place is None else place), tuple(names))


def on_base(place):
    return Run("t-", "test", tuple(place))


def screen(names):
    return Run(f"t-{names}", "test", (), tuple(names))


def test_an_empty_queue_waits():
    assert plan(queue(""), merging) == (Wait(),)


def test_as_many_are_tested_at_once_as_are_well_together_in_half_of_all_cases():
    many = "abcdefghijklmnopqrstuvwxyz"
    assert plan(queue(many), merging) == (Start(run(many[:14]), f"c-{many[:14]}"),)
    assert plan(queue(many, rate=0.3), merging) == (Start(run("ab"), "c-ab"),)
    assert plan(queue(many, rate=0.001), merging) == (Start(run(many), f"c-{many}"),)
    assert plan(queue(many, limit=5), merging) == (Start(run("abcde"), "c-abcde"),)


def test_what_passed_lands_as_one():
    assert plan(queue(said={"t-abcde": GREEN}), merging) == (Land(links("abcde")),)


def test_the_longest_prefix_that_passed_lands():
    said = {"t-ab": GREEN, "t-abc": RED, "t-a": GREEN}
    assert plan(queue(said=said), merging) == (Land(links("ab")),)


def test_a_red_batch_is_halved():
    assert plan(queue(said={"t-abcde": RED}), merging) == (Start(run("ab"), "c-ab"),)
    assert plan(queue(said={"t-abcde": RED, "t-ab": RED}), merging) == (Start(run("a"), "c-a"),)


def test_a_spare_slot_screens_those_behind_on_the_target_alone():
    acts = plan(queue("abcdef", rate=0.2, slots=2), merging)
    assert acts == (Start(run("abc"), "c-abc"), Start(screen("def"), "c-def"))
    acts = plan(queue("abcdef", rate=0.2, slots=2, running=(run("abc"),)), merging)
    assert acts == (Start(screen("def"), "c-def"),)


def test_a_set_that_passed_is_trusted_and_never_lands_by_itself():
    green = Finding(tuple("def"), passed=True)
    acts = plan(queue("abcdef", rate=0.2, said={"t-def": GREEN}, findings=(green,)), merging)
    assert acts == (Start(run("abcd"), "c-abcd"),)


def test_a_red_set_is_halved_where_it_stands():
    red = Finding(tuple("def"), passed=False)
    acts = plan(
        queue("abcdef", rate=0.2, slots=2, said={"t-def": RED}, findings=(red,)), merging
    )
    assert acts == (Start(run("abc"), "c-abc"), Start(screen("d"), "c-d"))


def test_what_stands_behind_somebody_suspected_is_tried_without_it():
    told = (Finding(("a", "b"), passed=False), Finding(("b",), passed=False))
    acts = plan(queue("abcd", rate=0.1, slots=3, said={"t-ab": RED}, findings=told), merging)
    assert acts == (
        Start(run("a"), "c-a"), Start(run("acd", "abcd"), "c-acd"), Start(screen("cd"), "c-cd"),
    )  # fmt: skip


def test_a_frugal_queue_leaves_a_slot_idle_rather_than_guess():
    said = {"t-abcde": RED}
    acts = plan(queue(said=said, slots=3, rate=0.3), merging)
    assert acts == (
        Start(run("ab"), "c-ab"), Start(run("a"), "c-a"), Start(run("abc"), "c-abc"),
    )  # fmt: skip
    acts = plan(queue(said=said, slots=3, rate=0.3, frugal=True), merging)
    assert acts == (Start(run("ab"), "c-ab"),)


def test_a_red_head_is_tested_again_while_the_rest_is_planned_without_it():
    acts = plan(queue(said={"t-": GREEN, "t-a": RED}, slots=2), merging)
    assert acts == (Confirm(run("a"), "c-a"), Start(run("bcde", "abcde"), "c-bcde"))


def test_nobody_overtakes_a_head_that_is_being_confirmed():
    said = {"t-": GREEN, "t-a": RED, "t-bcde": GREEN}
    assert plan(queue(said=said), merging) == (Confirm(run("a"), "c-a"),)


def test_a_red_head_is_blamed_after_the_second_time():
    acts = plan(queue(said={"t-": GREEN, "t-a": RED_TWICE}), merging)
    assert acts == (Eject("a", Cause.RED, "t-a", "test"),)


def test_nobody_is_blamed_before_the_base_was_seen_to_pass():
    acts = plan(queue(said={"t-a": RED_TWICE}), merging)
    assert acts == (Start(on_base("a"), "c-"),)


def test_on_a_red_base_the_others_are_tried_in_turn():
    red = Freeze(Stop.BASE_RED, "test is red on the target itself")
    said = {"t-": RED_TWICE, "t-a": RED}
    assert plan(queue(said=said), merging) == (red, Start(run("bcde", "abcde"), "c-bcde"))
    assert plan(queue(said={**said, "t-bcde": GREEN}), merging) == (Land(links("bcde")),)


def test_on_a_red_base_whoever_was_red_once_is_tried_again_if_nothing_else_is_to_be():
    red = Freeze(Stop.BASE_RED, "test is red on the target itself")
    said = {"t-": RED_TWICE, "t-a": RED}
    assert plan(queue("a", said=said), merging) == (red, Confirm(run("a"), "c-a"))
    again = plan(queue("a", said=said, running=(run("a"),)), merging)
    assert again == (red,)
    assert plan(queue("a", said={**said, "t-a": RED_TWICE}), merging) == (red,)
    assert plan(queue("a", said={**said, "t-a": GREEN}), merging) == (Land(links("a")),)


def test_a_stopped_gate_is_believed_only_if_the_base_passes_afterwards():
    said = {"t-": GREEN, "t-a": STOPPED_TWICE}
    assert plan(queue(said=said), merging) == (Confirm(on_base("a"), "c-"),)
    said["t-"] = GREEN.after("pass", at=4)
    assert plan(queue(said=said), merging) == (Eject("a", Cause.RED, "t-a", "test"),)
    said["t-"] = GREEN.after("fail", at=4, doubtful=True)
    assert plan(queue(said=said), merging) == (Confirm(on_base("a"), "c-"),)
    said["t-"] = said["t-"].after("fail", at=5, doubtful=True)
    (freeze,) = plan(queue(said=said), merging)
    assert freeze.stop is Stop.COULD_NOT_RUN


def test_one_red_on_a_base_that_passed_stops_nobody_and_vouches_for_nobody_either():
    said = {"t-": GREEN.after("fail", at=2)}
    assert plan(queue(said=said), merging) == (Start(run("abcde"), "c-abcde"),)
    said["t-a"] = RED_TWICE
    assert on_base("a") in [each.run for each in plan(queue(said=said), merging)]
    said["t-"] = said["t-"].after("pass", at=4)
    assert plan(queue(said=said), merging) == (Eject("a", Cause.RED, "t-a", "test"),)
    said["t-"] = said["t-"].after("fail", at=5).after("fail", at=6)
    why = "test comes to no verdict on the target itself any more"
    assert plan(queue(said=said), merging) == (Freeze(Stop.COULD_NOT_RUN, why),)


def test_a_gate_that_could_not_run_stops_the_queue_until_it_is_tried_again():
    said = {"t-": GREEN, "t-a": RED_TWICE, "t-abcde": Evidence(trouble="pytest is not there")}
    why = Freeze(Stop.COULD_NOT_RUN, "test could not run: pytest is not there")
    assert plan(queue(said=said), merging) == (why,)
    again = plan(
        queue("bcde", said={"t-bcde": Evidence(trouble="no space")}, retry=True), merging
    )
    assert again == (
        Freeze(Stop.COULD_NOT_RUN, "test could not run: no space"),
        Start(run("bcde"), "c-bcde"),
    )


def test_what_passed_lands_even_while_another_gate_could_not_run():
    said = {"t-ab": GREEN, "t-abcde": Evidence(trouble="no space")}
    assert plan(queue(said=said), merging) == (Land(links("ab")),)


def test_a_rig_without_gates_lands_nothing_without_a_waiver():
    acts = plan(queue(gates=()), merging)
    assert acts == (
        Freeze(Stop.NO_GATES, "there is no gate, and no waiver covers its absence"),
    )
    assert plan(queue(gates=(), waiver=True), merging) == (Land(links("abcde")),)


def test_a_waived_tree_needs_no_gate():
    assert plan(queue(waived=frozenset({"t-ab"})), merging) == (Land(links("ab")),)
    said = {"t-": GREEN, "t-a": RED_TWICE}
    assert plan(queue(said=said, waived=frozenset({"t-a"})), merging) == (Land(links("a")),)


def test_two_gates_one_after_the_other():
    two = queue(gates=("lint", "test"))
    (first,) = plan(two, merging)
    assert first.run.gate == "lint"
    two = queue(gates=("lint", "test"), evidence={("t-abcde", "lint"): GREEN})
    (second,) = plan(two, merging)
    assert second.run.gate == "test"


def test_a_run_that_still_tells_something_goes_on():
    assert plan(queue(running=(run("abc"),)), merging) == (Wait(),)


def test_a_run_that_tells_nothing_any_more_is_stopped():
    gone = run("xy")
    acts = plan(queue(running=(gone,)), merging)
    assert acts == (Cancel(gone), Start(run("abcde"), "c-abcde"))


def test_a_newcomer_stands_behind_what_is_under_test_unless_urgent():
    early = Request(id="z", head="z", priority=1)
    late = queue(running=(run("ab"),))
    waiting = (*late.requests, early)
    order = [each.id for each in in_order(waiting, under_test=("a", "b"))]
    assert order == ["a", "b", "z", "c", "d", "e"]
    urgent = Request(id="z", head="z", priority=0)
    order = [each.id for each in in_order((*late.requests, urgent), under_test=("a", "b"))]
    assert order == ["z", "a", "b", "c", "d", "e"]


def test_order_is_priority_then_time_then_id_and_never_before_a_dependency():
    waiting = [
        Request(id="a", head="", priority=2, queued_at="2"),
        Request(id="b", head="", priority=2, queued_at="1"),
        Request(id="c", head="", priority=1, queued_at="3", after=("a",)),
        Request(id="d", head="", priority=1, queued_at="3", after=("gone",)),
        Request(id="e", head="", after=("f",)),
        Request(id="f", head="", after=("e",)),
    ]
    assert [each.id for each in in_order(waiting)] == ["b", "a", "c"]


def test_thousands_that_stand_on_each_other_are_no_trouble():
    stack = [
        Request(id=str(number), head="", after=(str(number - 1),) if number else ())
        for number in range(5000)
    ]
    assert [each.id for each in in_order(reversed(stack))] == [each.id for each in stack]


def test_a_conflict_with_the_base_goes_back_before_any_gate_runs():
    def b_conflicts(members):
        return Clash("b", ("README",)) if members[-1] == "b" else merging(members)

    assert plan(queue(), b_conflicts) == (Eject("b", Cause.CONFLICT, paths=("README",)),)


def test_a_conflict_with_one_ahead_keeps_its_place():
    def b_conflicts_with_a(members):
        return Clash("b") if members == ("a", "b") else merging(members)

    acts = plan(queue("abc"), b_conflicts_with_a)
    assert acts == (Start(run("ac", "abc"), "c-ac"),)


def test_what_changes_nothing_is_closed_without_a_test():
    def a_is_there_already(members):
        return Link("a", "c-a", "t-") if members == ("a",) else merging(members)

    assert plan(queue("ab"), a_is_there_already) == (Skip("a"),)


def test_a_held_queue_does_nothing():
    held = queue(said={"t-abcde": GREEN}, held="release week")
    assert plan(held, merging) == (Freeze(Stop.HELD, "release week"),)


def test_the_length_that_tells_most_is_nearest_to_an_even_chance():
    even = survival([0.2] * 5)
    assert halfway(even, 0, 5, red=False) == 3
    assert halfway(even, 0, 5, red=True) == 2
    assert halfway(survival([0.01] * 5), 0, 5, red=False) == 5
    assert halfway(survival([0.01, 0.01, 0.9, 0.01, 0.01]), 0, 5, red=True) == 2
    assert halfway(even, 2, 3, red=True) == 0
