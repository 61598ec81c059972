"""What tokens cost, and caps on that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitgt.model import budget, work_note
from gitgt.model.budget import Budget, Cap, Then
from gitgt.model.money import Price, Sum, cost, grouped, items, price_of, shown, total
from gitgt.model.session_record import SessionRecord, Usage
from gitgt.model.work_note import WorkNote

OPUS = Price(input=5, output=25, cache_read=0.5, cache_write=6.25, since="2025-01-01")
GPT = Price(input=1.25, output=10, cache_read=0.125, since="2025-01-01")
PRICES = {"opus": [OPUS], "gpt-5": [GPT, Price(input=1, output=8, since="2026-06-01")]}
COUNTS = st.none() | st.integers(min_value=0, max_value=10**9)
USAGES = st.builds(Usage, input=COUNTS, output=COUNTS, cache_read=COUNTS, cache_write=COUNTS)


class TestPrices:
    @pytest.mark.parametrize(
        "name",
        ["opus", "anthropic/opus", "opus-20251101", "opus-2025-11-01", "opus@20251101"],
    )
    def test_a_model_has_many_names(self, name):
        assert price_of(PRICES, name, "2026-01-01") == OPUS

    @pytest.mark.parametrize("name", ["", "opus-2", "opusx", "<synthetic>"])
    def test_what_is_on_no_list_has_no_price(self, name):
        assert price_of(PRICES, name, "2026-01-01") is None

    def test_the_price_is_that_of_the_day(self):
        assert price_of(PRICES, "gpt-5", "2026-05-31") == GPT
        assert price_of(PRICES, "gpt-5", "2026-06-01").input == 1
        assert price_of(PRICES, "gpt-5", "2024-12-31") is None


class TestCost:
    @pytest.mark.parametrize(
        ("usage", "price", "dollars"),
        [
            (
                Usage(input=10**6, output=10**6, cache_read=10**6, cache_write=10**6),
                OPUS,
                36.75,
            ),
            (Usage(input=0, output=0, cache_read=0, cache_write=0), OPUS, 0.0),
            # Nobody charges for what is put into this one's cache.
            (Usage(input=10**6, output=0, cache_read=0, cache_write=5), GPT, 1.25),
            (Usage(input=10**6, output=0, cache_read=0), GPT, 1.25),
            # What is not known is not nothing.
            (Usage(input=10**6, output=0, cache_read=0), OPUS, None),
            (Usage(output=5), GPT, None),
            (Usage(input=1, output=1, cache_read=7), Price(input=1, output=1), None),
            (Usage(input=5), None, None),
        ],
    )
    def test_it_is_known_or_it_is_not(self, usage, price, dollars):
        assert cost(usage, price) == dollars

    @given(one=USAGES, two=USAGES)
    def test_two_cost_what_each_costs(self, one, two):
        apart = [cost(each, OPUS) for each in (one, two)]
        if None not in apart:
            assert cost(one.plus(two), OPUS) == pytest.approx(sum(apart))

    @pytest.mark.parametrize(
        ("dollars", "is_whole", "text"),
        [
            (12.345, True, "$12.35"),
            (0.01234, True, "$0.0123"),
            (0.0, True, "$0.00"),
            (0.0, False, "unknown"),
            (3.0, False, "$3.00+"),
        ],
    )
    def test_it_is_shown_to_people(self, dollars, is_whole, text):
        assert shown(dollars, is_whole=is_whole) == text


def record(name, **fields):
    return SessionRecord(
        **{"id": name, "session": name, "address": "shop/polecats/toast",
           "started": "2026-11-22T14:30:00.000Z", **fields}
    )  # fmt: skip


class TestSums:
    def test_sessions_are_summed_by_whatever_is_asked_for(self):
        full = Usage(input=10**6, output=0, cache_read=0, cache_write=0)
        kept = [
            record("a", bead="b1", usage={"opus": full, "own": Usage(input=3)}),
            record("b", bead="b2", usage={"opus": full}),
            record("c", bead="b2"),
        ]
        found = items(kept, PRICES)
        by_bead = grouped(found, None, "bead")

        assert [(each.key, each.sessions, each.dollars, each.is_whole) for each in by_bead] == [
            ("b1", 1, 5.0, False),
            ("b2", 2, 5.0, False),
        ]
        assert [each.key for each in grouped(found, None, "model")] == ["", "opus", "own"]
        assert grouped(found, {"b1": "cv", "b2": "cv"}, "convoy") == [total(found, "cv")]
        assert total(found).tokens == 2 * 10**6 + 3

    def test_nothing_is_nothing(self):
        assert total([]) == Sum()


class TestCaps:
    @pytest.mark.parametrize(
        ("cap", "said"),
        [
            (Cap(), ""),
            (Cap(usd=5), "$5.00 of $5.00 are spent"),
            (Cap(usd=5.01), ""),
            (Cap(tokens=1000), "1,200 of 1,000 tokens are used"),
            (Cap(usd=9, tokens=1200), "1,200 of 1,200 tokens are used"),
            (Cap(usd=0), "$5.00 of $0.00 are spent"),
        ],
    )
    def test_a_cap_is_reached_or_not(self, cap, said):
        assert cap.reached(Sum(dollars=5.0, usage=Usage(input=1000, output=200))) == said

    def test_what_a_rig_does_not_say_its_town_does(self):
        town = budget.parse({"bead": {"usd": 5}, "day": {"usd": 50}, "then": "stop"})
        rig = budget.parse({"convoy": {"tokens": 7}})

        assert budget.nearest(rig, town) == Budget(Cap(usd=5), Cap(tokens=7), Cap(), Then.TELL)
        assert budget.nearest(Budget(), town) == Budget(Cap(usd=5), Cap(), Cap(), Then.STOP)
        assert not Budget().is_set


@given(
    bead=st.from_regex(r"sh-[a-z0-9]{5}", fullmatch=True),
    runtime=st.sampled_from(["", "claude", "claude, codex"]),
    sessions=st.integers(min_value=0, max_value=50),
    usage=st.dictionaries(st.sampled_from(["", "opus", "anthropic/opus", "a: b"]), USAGES),
)
def test_a_note_says_what_it_was_made_of(bead, runtime, sessions, usage):
    note = WorkNote(
        bead=bead, agent="shop/polecats/toast", runtime=runtime, sessions=sessions,
        seconds=60 if sessions else 0, usage=usage,
    )  # fmt: skip
    assert work_note.parse(note.text()) == note


def test_what_somebody_else_noted_is_none():
    assert work_note.parse("Looks good.\n") is None


def test_a_note_is_made_of_the_sessions_of_its_bead():
    usage = Usage(input=1, output=2, cache_read=3, cache_write=4)
    kept = [
        record("a", bead="b1", runtime="claude", usage={"opus": usage},
               ended="2026-11-22T14:31:00.000Z"),
        record("b", bead="b1", runtime="codex", usage={"opus": usage}),
        record("c", bead="b2", runtime="pi"),
    ]  # fmt: skip
    assert work_note.of("b1", "toast", kept) == WorkNote(
        bead="b1", agent="toast", runtime="claude, codex", sessions=2, seconds=60,
        usage={"opus": usage.plus(usage)},
    )  # fmt: skip
