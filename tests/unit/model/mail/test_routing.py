"""Where a message goes."""

import pytest

from gitgt.errors import AmbiguousError, GtError, NotFoundError, RefusedError
from gitgt.model.address import Address
from gitgt.model.mail.routing import (
    Directory,
    Route,
    check_members,
    parse_name,
    receiver,
    route,
)

TOWN = Directory(
    addresses=frozenset(
        Address.parse(each)
        for each in (
            "overseer", "mayor", "deacon", "shop/witness", "shop/polecats/toast",
            "shop/polecats/ann", "shop/crew/ann", "shop/crew/max",
        )
    ),
    groups={
        "friends": ("shop/max", "mayor/", "builders"),
        "builders": ("@polecats/shop", "shop/crew/gone"),
        "both": ("mayor",),
        "round": ("square",),
        "square": ("round",),
        "odd": ("queue:builds",),
        "empty": (),
    },
    queues=frozenset({"builds", "both"}),
    channels={"news": ("friends", "overseer"), "quiet": ()},
)  # fmt: skip
BUILDERS = ("shop/polecats/ann", "shop/polecats/toast")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("mayor/", Route(("mayor",))),
        ("shop/toast", Route(("shop/polecats/toast",))),
        ("shop/max", Route(("shop/crew/max",))),
        ("@polecats/shop", Route(BUILDERS)),
        ("builders", Route(BUILDERS)),
        ("group:builders", Route(BUILDERS)),
        ("list:builders", Route(BUILDERS)),
        ("friends", Route(("mayor", "shop/crew/max", *BUILDERS))),
        ("group:empty", Route()),
        ("builds", Route(queue="builds")),
        ("queue:both", Route(queue="both")),
        ("news", Route(("mayor", "overseer", "shop/crew/max", *BUILDERS), channel="news")),
        ("announce:quiet", Route(channel="quiet")),
    ],
)
def test_every_receiver_gets_one_copy(text, where):
    assert route(text, TOWN) == where


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("shop/ann", AmbiguousError,
         ("shop/ann could be shop/polecats/ann or shop/crew/ann", "say shop/polecats/ann")),
        ("both", AmbiguousError,
         ("both is several things", "say which: group:both, queue:both")),
        ("shop/polecats/taost", NotFoundError,
         ("there is nobody called 'shop/polecats/taost'",
          "perhaps shop/polecats/toast, shop/polecats/ann")),
        ("max", NotFoundError, ("there is nobody called 'max'", "perhaps shop/crew/max")),
        ("bilders", NotFoundError,
         ("there is nobody called 'bilders'", "perhaps builders, builds")),
        ("xyzzy", NotFoundError, ("there is nobody called 'xyzzy'", "git gt mail directory")),
        ("queue:x", NotFoundError,
         ("there is no queue 'x'", "git gt mail queue create NAME makes one")),
        ("@dogs", NotFoundError, ("@dogs fits nobody", "git gt mail directory")),
        ("box:x", RefusedError,
         ("box: leads nowhere",
          "group:NAME, queue:NAME, channel:NAME, list:NAME, announce:NAME")),
        ("round", RefusedError,
         ("groups go round in a circle: round -> square -> round",
          "git gt mail group remove square round")),
        ("odd", RefusedError, ("a queue cannot be in a group: queue:builds", "take it out")),
    ],
)  # fmt: skip
def test_nobody_guesses(text, kind, told):
    with pytest.raises(GtError) as caught:
        route(text, TOWN)
    assert type(caught.value) is kind
    assert (caught.value.message, caught.value.hint) == told


def test_a_group_is_checked_before_it_is_made():
    check_members("new", ["friends", "@crew"], TOWN)
    with pytest.raises(RefusedError, match="circle: builders -> friends -> builders"):
        check_members("builders", ["friends"], TOWN)
    with pytest.raises(NotFoundError, match="nobody called 'friend'"):
        check_members("new", ["friend"], TOWN)
    with pytest.raises(NotFoundError, match="nobody called 'shop/gone'"):
        check_members("new", ["shop/gone"], TOWN)


def test_one_receiver_is_one_address():
    assert receiver("shop/toast/", TOWN) == "shop/polecats/toast"
    with pytest.raises(RefusedError, match="no address"):
        receiver("builders", TOWN)


@pytest.mark.parametrize("text", ["", "a b", "-x", "mayor", "overseer", "a/b", "a:b", "x" * 65])
def test_a_list_is_not_called_like_somebody(text):
    with pytest.raises(RefusedError):
        parse_name(text)
