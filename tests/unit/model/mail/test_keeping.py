"""What is forgotten, and when."""

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.documents import MailList, Message
from gitgt.model.instant import seconds_of, text_of
from gitgt.model.mail import keeping
from tests.support.documents import NOW, fresh

AT = float(seconds_of(NOW))
CHANNEL = fresh(MailList, id="hq-ch-abc12", type="channel", title="news")


def held(ages, *, pinned=()):
    return [
        fresh(
            Message, id=f"hq-ms-{number:05}", recipient="", channel="news",
            created_at=text_of(AT - age), labels=["pinned"] if number in pinned else [],
        )
        for number, age in enumerate(ages)
    ]  # fmt: skip


@given(
    st.integers(0, 8), st.lists(st.integers(0, 9000), max_size=12), st.sets(st.integers(0, 11))
)
def test_a_channel_keeps_what_it_says(count, ages, pinned):
    channel = CHANNEL.replace(retain_count=count, retain_hours=1)
    messages = held(sorted(ages, reverse=True), pinned=pinned)
    gone = keeping.surplus(channel, messages, AT)
    left = [each for each in messages if each not in gone]
    loose = [each for each in left if "pinned" not in each.labels]
    assert all("pinned" not in each.labels for each in gone)
    assert all(AT - seconds_of(each.created_at) < 3600 for each in loose)
    assert not count or not loose or len(left) <= count
    assert gone == messages[: len(gone)] or pinned


def test_a_channel_without_limits_keeps_all():
    assert keeping.surplus(CHANNEL, held([10**9, 1]), AT) == []
    assert not keeping.is_full(CHANNEL, 10**6)
    assert keeping.is_full(CHANNEL.replace(retain_count=10), 11)
    assert not keeping.is_full(CHANNEL.replace(retain_count=10), 10)


def test_what_was_archived_passes_after_a_week_and_what_was_deleted_at_once():
    def done(**fields):
        return fresh(Message, recipient="mayor").replace(
            status="archived", closed_at=NOW, **fields
        )

    week = 7 * 86_400
    assert [keeping.has_passed(done(), AT + age) for age in (0, week - 1, week)] == [
        False, False, True,
    ]  # fmt: skip
    assert keeping.has_passed(done(reason="deleted"), AT)
    assert not keeping.has_passed(done(labels=("permanent",)), AT + week)
    assert not keeping.has_passed(fresh(Message, recipient="mayor"), AT + week)
    assert keeping.next_passing([done(), done(labels=("pinned",))]) == AT + week
    assert keeping.next_passing([]) is None
