"""A dataclass that is finished later is the standard library's, to the last method."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import pickle
import pkgutil
import re
import subprocess
import sys
from typing import ClassVar

import pytest

import gitgt
from gitgt import values
from tests.support.world import ROOT

PLAIN = {"frozen": True, "slots": True}


class Base:
    """What both are made of."""

    __slots__ = ()

    def twice(self) -> int:
        return 2 * self.number


def made(dataclass, **wishes):
    """Return the same two classes, made by *dataclass*."""

    @dataclass(**PLAIN, **wishes)
    class Part(Base):
        """A part."""

        number: int
        label: str = "none"
        many: tuple[int, ...] = dataclasses.field(default_factory=lambda: (1, 2), repr=False)
        unseen: int = dataclasses.field(default=0, compare=False)

    @dataclass(**PLAIN, **wishes)
    class Whole(Part):
        more: int = 3
        kind: ClassVar[str] = "whole"

        def __post_init__(self):
            if self.number < 0:
                raise ValueError(self.number)

        def __repr__(self):
            return f"whole {self.number}"

    return Part, Whole


def refused(call, *words, **more):
    try:
        return call(*words, **more)
    except (AttributeError, TypeError, ValueError) as error:
        return [type(error), str(error)]


def seen(part, whole):
    """Return what can be seen of such classes and of their values."""
    one, two = part(number=1), part(number=1, label="two", unseen=9)
    other = whole(number=1, more=4)
    return [
        repr([one, two, other]),
        [one == two, one == part(number=1, unseen=5), one == other, hash(one) == hash(two)],
        [one.twice(), other.twice(), other.kind, other.many],
        [dataclasses.asdict(other), repr(dataclasses.replace(two, label="three"))],
        [[each.name for each in dataclasses.fields(kind)] for kind in (part, whole)],
        [part.__match_args__, whole.__match_args__, part.__slots__, whole.__slots__],
        [part.__doc__, part.__qualname__, part.__module__],
        [refused(setattr, one, "number", 3), refused(delattr, one, "number")],
        [refused(part), refused(part, 1, 2, 3, 4, 5), refused(whole, number=-1)],
        refused(lambda: one < two),
    ]


@pytest.mark.parametrize("wishes", [{}, {"kw_only": True}, {"order": True}], ids=str)
def test_it_is_what_the_standard_library_makes(wishes):
    assert seen(*made(values.dataclass, **wishes)) == seen(
        *made(dataclasses.dataclass, **wishes)
    )


def test_an_own_equality_leaves_the_hash_to_the_fields():
    @values.dataclass(**PLAIN)
    class Loud:  # noqa: PLW1641 - the decorator does
        word: str

        def __eq__(self, other):
            return self.word.upper() == other.word.upper()

    assert Loud("a") == Loud("A")
    assert hash(Loud("a")) == hash(("a",))


@pytest.mark.parametrize("wishes", [{}, {"slots": True}, {"frozen": True}], ids=str)
def test_others_are_finished_at_once(wishes):
    @values.dataclass(**wishes)
    class Open:
        number: int = 1

    assert "__init__" in vars(Open)
    assert Open() == Open(1)
    assert ("__dict__" in dir(Open())) is not wishes.get("slots", False)


@values.dataclass(frozen=True, slots=True)
class Packed:
    number: int
    label: str = "none"


def test_a_value_is_packed_and_unpacked_where_nobody_has_made_one():
    asked = [
        sys.executable,
        "-c",
        f"import pickle; print(pickle.loads({pickle.dumps(Packed(3))}))",
    ]
    packed = subprocess.run(asked, check=True, capture_output=True, text=True)
    assert packed.stdout == "Packed(number=3, label='none')\n"
    assert copy.deepcopy(Packed(3)) == Packed(3)


def test_every_class_of_ours_can_be_finished():
    names = [each.name for each in pkgutil.walk_packages(gitgt.__path__, "gitgt.")]
    modules = [importlib.import_module(name) for name in names if name != "gitgt.__main__"]
    classes = [
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type)
        and each.__module__.startswith("gitgt.")
        and dataclasses.is_dataclass(each)
    ]
    assert len(classes) > 400
    for each in classes:
        assert dataclasses.fields(each) is not None
        assert type(vars(each)["__init__"]).__name__ == "function"


def test_every_class_of_ours_waits_for_its_first_use():
    theirs = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    found = [each for each in (ROOT / "gitgt").rglob("*.py") if theirs.search(each.read_text())]
    assert [each.name for each in found if each.name != "values.py"] == [], (
        "gitgt.values has it"
    )
