"""A run is stopped where it stands, on a terminal or not, and goes on with nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitgt.runtime import freezing, process
from gitgt.runtime.process import Ended, On, Running, Spec
from tests.support.waiting import until

# One that counts, and a grandchild that left its group.
COUNTS = (
    "setsid sh -c 'while [ ! -e go ]; do sleep 0.05; done; echo there >far' & "
    "touch here; while [ ! -e go ]; do sleep 0.05; done; wait; cat far"
)


def states(run: Path) -> set[str]:
    found = set()
    for who in process.members(run):
        text = Path(f"/proc/{who.pid}/stat").read_text()
        found.add(text.rpartition(")")[2].split()[0])
    return found


@pytest.mark.parametrize("terminal", [On.NOTHING, On.PTY])
def test_a_frozen_run_goes_on_where_it_stood(tmp_path, terminal):
    run = tmp_path / "run"
    process.spawn(
        Spec(
            argv=("sh", "-c", COUNTS), cwd=tmp_path, directory=run, terminal=terminal,
            env={"PATH": os.environ["PATH"]},
        )
    )  # fmt: skip
    until((tmp_path / "here").exists)

    assert freezing.freeze(run)
    (tmp_path / "go").touch()
    shim = process.look(run).shim
    looked = Path(f"/proc/{shim.pid}/schedstat").read_text().split()[2]
    until(lambda: Path(f"/proc/{shim.pid}/schedstat").read_text().split()[2] != looked)

    assert states(run) == {"T"}
    assert isinstance(process.look(run), Running)
    assert freezing.freeze(run)
    assert freezing.thaw(run)
    assert not freezing.thaw(run)
    seen = until(lambda: (found := process.look(run)) and isinstance(found, Ended) and found)
    assert seen.ok
    assert seen.output.read_text().strip() == "there"
    assert not freezing.freeze(run)


def test_a_frozen_run_that_is_stopped_ends(tmp_path):
    run = tmp_path / "run"
    script = "trap 'echo bye; exit 0' TERM; touch here; while :; do sleep 0.05; done"
    process.spawn(
        Spec(
            argv=("sh", "-c", script), cwd=tmp_path, directory=run,
            env={"PATH": os.environ["PATH"]},
        )
    )  # fmt: skip
    until((tmp_path / "here").exists)
    freezing.freeze(run)

    process.stop(run, grace=20)

    assert process.members(run) == []
    # Some shells say first what ended their sleep.
    assert (run / "output").read_text().splitlines()[-1] == "bye"
