"""What the system's supervisor is told of a watcher, whatever its town is called."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from gitgt.daemon import units
from gitgt.daemon.units import Unit

ODD = Unit(
    name="gitgt-odd",
    town=Path("/tmp"),
    argv=("/bin/sh", "-c", 'echo "$HOME" 100%', "a b"),
    environment={"PATH": '/a b:/c"d%e'},
    log=Path("/tmp/log"),
)


def test_a_unit_for_systemd():
    plain = Unit("gitgt-x", Path("/srv/gt"), ("git-gt", "-C", "/srv/gt"), {"A": "b"})

    assert units.systemd(plain) == (
        "# Written by gitgt; git gt daemon disable-supervisor removes it.\n"
        "[Unit]\n"
        "Description=gitgt watches /srv/gt\n"
        "\n"
        "[Service]\n"
        "WorkingDirectory=/srv/gt\n"
        'Environment="A=b"\n'
        'ExecStart="git-gt" "-C" "/srv/gt"\n'
        "Restart=on-failure\n"
        "RestartSec=5\n"
        "KillMode=process\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def test_signs_that_systemd_would_replace_are_kept():
    said = units.systemd(ODD)

    assert 'ExecStart="/bin/sh" "-c" "echo \\"$$HOME\\" 100%%" "a b"\n' in said
    assert 'Environment="PATH=/a b:/c\\"d%%e"\n' in said


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_takes_the_unit(tmp_path):
    path = tmp_path / "gitgt-odd.service"
    path.write_text(units.systemd(ODD))
    argv = ["systemd-analyze", "--user", "--man=no", "verify", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert "gitgt-odd" not in done.stderr


def test_a_property_list_for_launchd():
    found = plistlib.loads(units.launchd(ODD))

    assert found == {
        "Label": "gitgt-odd",
        "ProgramArguments": list(ODD.argv),
        "WorkingDirectory": "/tmp",
        "EnvironmentVariables": dict(ODD.environment),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 5,
        "AbandonProcessGroup": True,
        "StandardOutPath": "/tmp/log",
        "StandardErrorPath": "/tmp/log",
    }
