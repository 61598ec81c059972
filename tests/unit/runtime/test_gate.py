from __future__ import annotations

from pathlib import Path

import pytest

from gitgt.errors import SettingsError
from gitgt.model.gate import Evidence, Gate, Verdict, gate_hash
from gitgt.runtime.gate import Judgment, for_gate, judge, kept_of, seen_by
from gitgt.runtime.process import Ended

PYTEST = Gate(name="test", command=("python", "-m", "pytest", "-q"), timeout=60)
SHELL = Gate(name="test", command=("sh", "-c", "pytest -q tests"))
MAKE = Gate(name="test", command=("make", "test"))
COUNTED = Gate(name="test", command=("make", "test"), minimum=10)

PASS = Judgment(Verdict.PASS)


def could_not(why):
    return Judgment(Verdict.COULD_NOT_RUN, why)


def fail(why):
    return Judgment(Verdict.FAIL, why)


def doubted(why):
    return Judgment(Verdict.FAIL, why, doubtful=True)


TOO_LONG = doubted("it took longer than 60 s")
FEW, FULL = "== 9 passed in 1s ==", "OSError: No space left on device"


@pytest.mark.parametrize(
    ("gate", "end", "said", "judgment"),
    [
        (MAKE, {"code": 0}, "", PASS),
        (MAKE, {"code": 1}, "", fail("it exited with 1")),
        (MAKE, {"code": 125}, "", fail("it exited with 125")),
        (MAKE, {"code": 126}, "", could_not("its program cannot be executed (exit code 126)")),
        (MAKE, {"code": 127}, "", could_not("its program was not found (exit code 127)")),
        (MAKE, {"code": 75}, "", could_not("it asks to be tried later (exit code 75)")),
        (MAKE, {"error": "no such folder"}, "", could_not("no such folder")),
        (MAKE, {"stopped": True, "signal": 9}, "", could_not("it was stopped")),
        (MAKE, {"code": 5}, "", fail("it exited with 5")),
        (PYTEST, {"code": 5}, "", could_not("it found no test")),
        (SHELL, {"code": 5}, "", could_not("it found no test")),
        (COUNTED, {"code": 0}, FEW, could_not("it ran 9 tests, fewer than 10")),
        (COUNTED, {"code": 0}, "Ran 10 tests in 1s", PASS),
        (COUNTED, {"code": 0}, "1..12\nok 1\n", PASS),
        (COUNTED, {"code": 0}, "nothing", could_not("it ran 0 tests, fewer than 10")),
        (COUNTED, {"code": 1}, "9 passed, 1 failed", fail("it exited with 1")),
        (PYTEST, {"timed_out": True, "signal": 15}, "", TOO_LONG),
        (PYTEST, {"timed_out": True, "code": 0}, "", TOO_LONG),
        (MAKE, {"signal": 11}, "", doubted("it was killed by SIGSEGV")),
        (MAKE, {"code": 1}, FULL, doubted("it exited with 1")),
        (MAKE, {"code": 0}, "No space left on device: handled", PASS),
    ],
)  # fmt: skip
def test_what_an_end_means(tmp_path, gate, end, said, judgment):
    output = tmp_path / "output"
    output.write_text(said)
    assert judge(gate, ended(output, **end)) == judgment


def ended(output, **end):
    said = {
        "code": None, "signal": None, "timed_out": False, "stopped": False, "seconds": 1.0,
        "bytes": 0, "error": "", "output": output,
    }  # fmt: skip
    return Ended(**{**said, **end})


def test_a_full_disk_is_nobodys_fault(tmp_path):
    output = tmp_path / "output"
    output.write_text("No space left on device")
    found = judge(MAKE, ended(output, code=1), room=1024**2)
    assert found == could_not("the disk is full: 1 MiB are left")


def test_a_gate_that_changed_the_tree_has_tested_something_else(tmp_path):
    said = "it modified the tree that it was to test"
    output = tmp_path / "output"
    assert judge(MAKE, ended(output, code=0), tampered=True) == fail(said)


def test_a_gate_sees_an_allow_list():
    ours = {
        "PATH": "/bin", "HOME": "/homes/tess", "LANG": "C.UTF-8", "GITHUB_TOKEN": "secret",
        "GIT_DIR": "/elsewhere", "SSH_AUTH_SOCK": "/agent", "AWS_SECRET_ACCESS_KEY": "secret",
    }  # fmt: skip
    seen = for_gate(
        MAKE, ours, slot=1, place=Path("/rig/refinery/slot-1"), temporary=Path("/tmp/one"),
        settings=Path("/tmp/one/gitconfig"),
    )  # fmt: skip
    seen.pop("PATH")
    assert seen == {
        "HOME": "/homes/tess", "LANG": "C.UTF-8", "CI": "1", "GT_GATE": "1", "GT_SLOT": "1",
        "GIT_TERMINAL_PROMPT": "0", "GIT_CEILING_DIRECTORIES": "/rig/refinery",
        "GIT_CONFIG_GLOBAL": "/tmp/one/gitconfig", "TMPDIR": "/tmp/one",
    }  # fmt: skip


def test_a_verdict_counts_for_its_definition_and_environment_only():
    same = Gate(name="test", command=("make", "test"))
    assert gate_hash(MAKE, "Linux") == gate_hash(same, "Linux")
    others = [
        gate_hash(MAKE, "Darwin"),
        gate_hash(Gate(name="test", command=("make test",)), "Linux"),
        gate_hash(Gate(name="test", command=("make", "test"), minimum=1), "Linux"),
        gate_hash(Gate(name="test", command=("make", "test"), timeout=1), "Linux"),
    ]
    assert len({gate_hash(MAKE, "Linux"), *others}) == 5


def test_the_verdicts_of_plain_definitions_stay_good_whatever_else_may_be_said_of_a_gate():
    full = Gate(name="test", command=("make", "test"), timeout=60, minimum=3, keep=(".venv",))
    assert gate_hash(MAKE, "Linux-x86_64") == "425674939e5a52c7"
    assert gate_hash(full, "Linux-x86_64") == "9911af5465a9a8cb"


def test_what_can_change_a_verdict_counts_and_the_rest_does_not():
    def named(**more) -> str:
        return gate_hash(Gate(name="test", command=("make", "test"), **more), "Linux")

    others = [
        named(inputs=("src/**",)), named(memory=512), named(environment=("TZ=UTC",)),
        named(submodules=True), named(fingerprint=("make", "-v")), named(parallel=False),
    ]  # fmt: skip
    assert len({named(), *others}) == 7
    assert named(phase=2) == named(output=4) == named()
    assert named(environment=("A", "B=1")) == named(environment=("B=1", "A"))


def test_a_gate_sees_what_its_definition_names():
    ours = {"PATH": "/bin", "DB": "here", "TOKEN": "secret", "LANG": "C.UTF-8"}
    gate = Gate(name="test", command=("make",), environment=("DB", "LANG=de", "GONE"))
    seen = seen_by(gate, ours)
    seen.pop("PATH")
    assert seen == {"DB": "here", "LANG": "de"}


def test_how_much_of_its_output_is_kept():
    assert kept_of(MAKE) == (256 * 1024, 1024 * 1024)
    assert kept_of(Gate(name="test", command=("make",), output=4)) == (1024**2, 3 * 1024**2)


@pytest.mark.parametrize("end", ["MemoryError", "terminate: std::bad_alloc", "Out of memory"])
def test_who_wants_more_memory_than_it_may_have_is_doubted(tmp_path, end):
    output = tmp_path / "output"
    output.write_text(end)
    small = Gate(name="test", command=("make", "test"), memory=64)
    said = "it exited with 1: 64 MiB did not do"
    assert judge(small, ended(output, code=1)) == doubted(said)
    assert judge(MAKE, ended(output, code=1)) == fail("it exited with 1")


@pytest.mark.parametrize("wrong", [{"command": ()}, {"command": ("make",), "timeout": 0}])
def test_a_gate_needs_a_command_and_time(wrong):
    with pytest.raises(SettingsError):
        Gate(name="test", **wrong)


def test_trouble_does_not_undo_what_is_known():
    found = (
        Evidence().after(Verdict.FAIL, at=1).after(Verdict.COULD_NOT_RUN, at=2, why="no make")
    )
    assert (found.verdict, found.trouble) == (Verdict.FAIL, "no make")
    assert found.after(Verdict.PASS, at=3).trouble == ""
