"""Addresses and patterns of them."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.address import Address, Pattern, Role, is_address, is_pattern

EVERYBODY = [
    Address.parse(each)
    for each in (
        "overseer", "mayor", "deacon", "dogs/fido", "shop/witness", "shop/refinery",
        "shop/polecats/toast", "shop/crew/ann", "app/witness", "app/polecats/nux",
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mayor", Address(role=Role.MAYOR)),
        ("mayor/", Address(role=Role.MAYOR)),
        ("deacon/", Address(role=Role.DEACON)),
        ("overseer", Address(role=Role.OVERSEER)),
        ("dog/fido/", Address(role=Role.DOG, name="fido")),
        ("dogs/fido", Address(role=Role.DOG, name="fido")),
        ("deacon/dogs/fido", Address(role=Role.DOG, name="fido")),
        ("shop/witness", Address("shop", Role.WITNESS)),
        ("shop/refinery/", Address("shop", Role.REFINERY)),
        ("shop/polecat/toast", Address("shop", Role.POLECAT, "toast")),
        ("shop/polecats/toast", Address("shop", Role.POLECAT, "toast")),
        ("shop/crew/ann", Address("shop", Role.CREW, "ann")),
        ("shop/toast", Address("shop", None, "toast")),
    ],
)
def test_an_address_is_read_in_all_its_spellings(text, address):
    assert Address.parse(text) == address
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "/", "shop", "nobody", "shop/mayor", "mayor/mayor", "a/b/c", "a/crew/b/c", "../x",
     "shop/crew/", "shop/crew/..", "shop/crew/a b", "shop//ann", "@town", "shop/*"],
)  # fmt: skip
def test_anything_else_is_none(text):
    assert not is_address(text)


def test_a_short_one_may_be_either():
    assert Address.parse("shop/toast").spellings == ("shop/polecats/toast", "shop/crew/toast")
    assert Address.parse("shop/crew/ann/").spellings == ("shop/crew/ann",)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@town", [*map(str, EVERYBODY[1:])]),
        ("*", [*map(str, EVERYBODY[1:])]),
        ("@overseer", ["overseer"]),
        ("@mayor", ["mayor"]),
        ("@deacons", ["deacon"]),
        ("@dogs", ["dogs/fido"]),
        ("dogs/*", ["dogs/fido"]),
        ("@witnesses", ["shop/witness", "app/witness"]),
        ("@witnesses/app", ["app/witness"]),
        ("*/witness", ["shop/witness", "app/witness"]),
        ("@refineries", ["shop/refinery"]),
        ("@rig/app", ["app/witness", "app/polecats/nux"]),
        ("app/*", ["app/witness", "app/polecats/nux"]),
        ("@crew", ["shop/crew/ann"]),
        ("@crew/shop", ["shop/crew/ann"]),
        ("@crew/app", []),
        ("@polecats/shop", ["shop/polecats/toast"]),
        ("@polecats", ["shop/polecats/toast", "app/polecats/nux"]),
        ("@role/polecat", ["shop/polecats/toast", "app/polecats/nux"]),
        ("*/crew/*", ["shop/crew/ann"]),
        ("*/polecats/nux", ["app/polecats/nux"]),
    ],
)
def test_a_pattern_stands_for_all_whom_it_fits(text, meant):
    assert is_pattern(text)
    assert [str(each) for each in Pattern.parse(text).among(EVERYBODY)] == meant


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("@nobody", "patterns: @town"),
        ("@role/king", "patterns: @town"),
        ("@dogs/shop", "patterns: @town"),
        ("@rig/", "patterns: @town"),
        ("*/mayor/*", "such as */witness"),
        ("a/*/b/c", "such as */witness"),
    ],
)
def test_a_pattern_for_nobody_says_which_there_are(text, hint):
    with pytest.raises(RefusedError, match="stands for nobody") as caught:
        Pattern.parse(text)
    assert caught.value.hint.startswith(hint)
