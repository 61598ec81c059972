from gitgt.model.replay.replay_course import next_up

NEEDS = [(), (), (0,), (1, 2), ()]


def test_the_earliest_ready_steps_come_first():
    assert next_up(NEEDS, landed=set(), in_hand=set(), free=2, room=9) == [0, 1]
    assert next_up(NEEDS, landed={0}, in_hand={1}, free=3, room=9) == [2, 4]
    assert next_up(NEEDS, landed={0, 1, 2}, in_hand=set(), free=1, room=9) == [3]


def test_nobody_is_asked_who_is_busy_or_would_only_wait():
    assert next_up(NEEDS, landed=set(), in_hand=set(), free=0, room=9) == []
    assert next_up(NEEDS, landed=set(), in_hand={0, 1}, free=5, room=2) == []
    assert next_up(NEEDS, landed=set(), in_hand=set(), free=-1, room=9) == []
