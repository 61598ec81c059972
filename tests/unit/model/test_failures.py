"""What runners of tests print, as they print it, and what is named by it."""

from __future__ import annotations

import pytest

from gitgt.model.failures import MOST, Failures, of_output, stopped_early
from tests.support.world import ROOT

_FOLDER = ROOT / "fixtures/gate-output"
PYTEST, UNITTEST, GO, CARGO, JEST, VITEST, TAP = (
    (_FOLDER / f"{name}.txt").read_text()
    for name in ("pytest", "unittest", "go", "cargo", "jest", "vitest", "tap")
)
MARK = "1 failed, 2 passed"


@pytest.mark.parametrize(
    ("command", "code", "text", "names"),
    [
        (
            ("python3", "-m", "pytest", "-q", "-rf"), 1, PYTEST,
            {"tests/test_shop.py::test_pear[a]", "tests/test_shop.py::test_plum (error)"},
        ),
        (
            ("python3", "-m", "unittest"), 1, UNITTEST,
            {
                "test_pear (test_shop.Shop.test_pear)",
                "test_plum (test_shop.Shop.test_plum) (error)",
            },
        ),
        (
            ("go", "test", "./..."), 1, GO,
            {"example.com/shop.TestPear", "example.com/shop.TestPear/green"},
        ),
        (
            ("cargo", "test", "--no-fail-fast"), 101, CARGO,
            {"src/lib.rs: tests::pear", "shop: src/lib.rs - price (line 3)"},
        ),
        (("npx", "jest"), 1, JEST, {"src/shop.test.js: Shop \u203a sells pears"}),
        (("npx", "vitest", "run"), 1, VITEST, {"src/shop.test.ts > Shop > sells pears"}),
        (("./check",), 2, TAP, {"pears", "quinces"}),
    ],
)  # fmt: skip
def test_what_failed_is_named_and_is_all_of_it(command, code, text, names):
    assert of_output(text, command, code) == Failures(frozenset(names), whole=True)


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        # Nobody knows what a script would have done after them.
        (("sh", "-c", "pytest && true"), 1, PYTEST),
        (("make", "pytest"), 1, PYTEST),
        (("./pytest-and-more",), 1, PYTEST),
        (("pytest",), 1, PYTEST + "make: *** [test] Error 1\n"),
        # It stopped before it had tried all.
        (("pytest", "-x"), 1, PYTEST),
        (("pytest", "-qx"), 1, PYTEST),
        (("pytest", "--maxfail=1"), 1, PYTEST),
        (("pytest",), 1, PYTEST.replace(MARK, f"!!!! stopping after 2 failures !!!!\n{MARK}")),
        (("pytest",), 2, PYTEST),
        (("python3", "-m", "unittest", "-f"), 1, UNITTEST),
        (("cargo", "test"), 101, CARGO.partition("   Doc-tests")[0]),
        (("jest", "--bail"), 1, JEST),
        (("jest",), 1, JEST.replace("2 total\nTests", "1 of 2 total\nTests")),
        # It counts others than it names.
        (("pytest",), 1, PYTEST.replace("1 failed", "2 failed")),
        (("python3", "-m", "unittest"), 1, UNITTEST.replace("failures=1", "failures=2")),
        (("vitest",), 1, VITEST.replace("1 failed |", "2 failed |")),
        (("./check",), 1, TAP.replace("1..4", "1..5")),
        # Something else went wrong.
        (("go", "test", "./..."), 1, GO.replace("ok  \t", "FAIL\t")),
        (("go", "test"), 1, "panic: oh\n" + GO),
        (("jest",), 1, JEST.replace("Shop \u203a sells", "Test suite failed to run: sells")),
        (("vitest",), 1, VITEST.replace("Failed Tests", "Failed Suites")),
        (("./check",), 1, TAP + "Bail out! no plums\n"),
        (("./check",), 1, TAP + "\n[... 5 bytes left out ...]\n"),
    ],
)
def test_of_what_is_doubtful_the_names_are_told_and_not_that_they_are_all(command, code, text):
    found = of_output(text, command, code)
    assert found.names
    assert not found.whole


@pytest.mark.parametrize("text", ["", "FIXME\n", "2 failed\n", "ok\n", "1..0\n"])
def test_what_names_nothing_says_nothing(text):
    assert of_output(text, ("./check",), 1) == Failures()


def test_of_very_many_some_are_kept_and_it_is_not_called_all():
    rows = "".join(f"not ok {n} - test {n}\n" for n in range(1, 1001))
    found = of_output(f"1..1000\n{rows}", ("./check",), 1)
    assert len(found.names) == MOST
    assert not found.whole
    long = of_output(f"1..1\nnot ok 1 - {'x' * 1000}\n", ("./check",), 1)
    assert (len(*long.names), long.whole) == (300, False)


def test_names_of_pytest_that_hold_a_dash_are_told_apart():
    said = (
        "FAILED t.py::t[a - b] - assert x == [1]\nFAILED t.py::t[a - c] - no\n2 failed in 1s\n"
    )
    names = frozenset({"t.py::t[a - b]", "t.py::t[a - c]"})
    assert of_output(said, ("pytest",), 1) == Failures(names, whole=True)


@pytest.mark.parametrize(
    ("command", "text", "early"),
    [
        (("pytest", "--junitxml=r.xml"), PYTEST, False),
        (("pytest", "-x", "--junitxml=r.xml"), PYTEST, True),
        (("bash", "-x", "test.sh"), PYTEST, False),
        (("sh", "test.sh"), f"!!!! stopping after 1 failures !!!!\n{MARK}\n", True),
    ],
)
def test_a_run_that_went_no_further_than_its_first_failures_is_known(command, text, early):
    assert stopped_early(text, command) is early
