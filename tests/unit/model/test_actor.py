"""Who somebody is, by what they signed with."""

import pytest

from gitgt.model.actor import Actor, Standing


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Tess Ter", "Tess Ter"),
        ("Jörg O'Neil (shop)", "Jörg O'Neil (shop)"),
        ('Anna "A/B" <x>', "Anna -A-B- -x-"),
        ("shop/polecats/toast", "shop-polecats-toast"),
        (" .-", "somebody"),
        ("a\tb\x1b[31m\u202ec", "a-b-[31m-c"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_person_is_called_by_their_name_as_far_as_it_can_be_an_address(name, called):
    assert Actor.signed(name, "p@example.com") == Actor(
        called, "p@example.com", Standing.PERSON
    )


def test_an_agent_is_known_by_its_email():
    toast = Actor.agent("shop/polecats/toast")
    assert Actor.signed("shop/polecats/toast", toast.email) == toast


@pytest.mark.parametrize(
    ("address", "standing"),
    [
        ("mayor", Standing.COORDINATOR),
        ("shop/crew/ann", Standing.COORDINATOR),
        ("shop/polecats/toast", Standing.AGENT),
        ("shop/witness", Standing.AGENT),
        ("deacon", Standing.AGENT),
    ],
)
def test_whom_people_talk_to_gives_out_work(address, standing):
    agent = Actor.agent(address)
    assert (agent.standing, standing.is_agent) == (standing, True)
    assert Actor.signed(address, agent.email) == agent
