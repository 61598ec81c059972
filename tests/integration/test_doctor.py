"""Whether agents' programs are here, and whether they do as agents must."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.support import little_agent
from tests.support.commandline import gt
from tests.support.outputs import validator

WELL = """\
copilot  started  yes  4 requests to the model
copilot  sandbox  yes  its shell says: .../probe/polecats/...
copilot  taps     yes  the last told: ended
copilot  context  yes  the model was told what the bead says
copilot  mail     yes  the model was told what waited for it
copilot  guard    yes  Denied: gt: an agent does not make or leave branches of its sandbox
copilot  commit   yes  a commit of the agent's is there
copilot  landed   yes  the bead is closed
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder on the PATH, before all else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(name, text):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)

    return put


def told(text):
    """Return an answer without what is different each time."""
    return re.sub(r"/.*(/probe/polecats/)\w+", r"...\1...", text)


def test_a_program_that_does_as_an_agent_must(town, programs):
    script = Path(little_agent.__file__)
    programs("copilot", f'exec {shlex.join([sys.executable, str(script)])} "$@"')

    done = gt("doctor", "runtimes", "copilot", "--probe", cwd=town.town.root)

    assert told(done.stdout) == WELL
    assert done.code == 0
    assert list(Path(os.environ["TMPDIR"]).glob("gitgt-probe-*")) == []


def test_a_program_that_does_nothing_is_found_out_and_what_it_did_is_kept(town, programs):
    programs("copilot", 'echo "Copilot CLI 1.0.9."; exit 0')

    done = gt("doctor", "runtimes", "copilot", "--probe", "--json", cwd=town.town.root)

    assert done.code == 1
    fields = json.loads(done.stdout)
    assert list(validator("doctor-runtimes").iter_errors(fields)) == []
    (found,) = fields["runtimes"]
    assert found["state"] == "other version"
    assert not found["probe"]["well"]
    assert {each["what"]: each["ok"] for each in found["probe"]["findings"]} == {
        "started": False,
        "sandbox": False,
        "taps": False,
        "context": False,
        "mail": False,
        "guard": False,
        "commit": False,
        "landed": False,
    }
    folder = Path(found["probe"]["kept"])
    assert (folder / "home/gt/town.yaml").is_file()
    shutil.rmtree(folder)


def test_nothing_of_the_home_is_read_or_touched(town, programs, home, tmp_path, monkeypatch):
    """A home in which everything that git does is told."""
    told_of = tmp_path / "told of"
    telling = f"#!/bin/sh\ntouch {shlex.quote(str(told_of))}\nexit 1\n"
    for name in ("hooks/pre-commit", "hooks/post-checkout", "gpg"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(telling)
        (home / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\n hooksPath = {home}/hooks\n[commit]\n gpgSign\n[gpg]\n program = {home}/gpg\n"
    )
    monkeypatch.setenv("GITHUB_TOKEN", "ghp-secret")
    programs("copilot", "env")
    before = sorted(home.rglob("*"))

    done = gt("doctor", "runtimes", "copilot", "--probe", "--json", cwd=town.town.root)

    (found,) = json.loads(done.stdout)["runtimes"]
    folder = Path(found["probe"]["kept"])
    assert found["probe"]["findings"][0] == {
        "what": "started",
        "ok": False,
        "said": "0 requests to the model",
    }
    assert not told_of.exists()
    assert sorted(home.rglob("*")) == before
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if b"ghp-secret" in path.read_bytes()] == []
    assert any(b"COPILOT_MODEL=fake" in path.read_bytes() for path in files)
    shutil.rmtree(folder)


def test_what_is_here_and_what_is_not(town, programs):
    programs("copilot", 'echo "Copilot CLI 1.0.102."')
    town.runtime("mine", "no-such-program agent.sh")

    here = gt("doctor", "runtimes", "copilot", cwd=town.town.root)
    where = shutil.which("copilot")
    assert here.stdout == f"copilot  ok  1.0.102  verified: 1.0.102  {where}\n"
    assert here.code == 0

    gt("config", "agent", "remove", "script", cwd=town.town.root)
    ours = gt("doctor", "runtimes", "script", cwd=town.town.root)
    assert ours.stdout.startswith("script  ok  ")

    missing = gt("doctor", "runtimes", "mine", "auggie", cwd=town.town.root)
    assert missing.stdout == (
        "auggie  missing  -  verified: no  -\nmine    missing  -  verified: no  -\n"
    )
    assert missing.code == 1

    unknown = gt("doctor", "runtimes", "nobody", cwd=town.town.root)
    assert unknown.code == 1


def test_who_cannot_be_pointed_elsewhere_is_not_probed(town):
    done = gt("doctor", "runtimes", "script", "--probe", cwd=town.town.root)
    assert done.stdout == "script  not probed: nobody knows how to point it at another model\n"
    assert done.code == 0
