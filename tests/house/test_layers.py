"""The contracts of import-linter, each shown to bite."""

import shutil
import subprocess
import sys

import pytest

from tests.support.world import ROOT

FLOORS = "Imports point down, and every package has its floor"
GIT_ALONE = "Only gitgt.git talks to libgit2"
PURE = "The model imports only errors and pure parts of the standard library"
APART = "Roles do not know each other"

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

BREACHES = [
    ("model/bad.py", "import gitgt.git.command", FLOORS),
    ("services/bad.py", "import gitgt.cli.output", FLOORS),
    ("ledger/bad.py", "import gitgt.runtime", FLOORS),
    ("runtime/bad.py", "import gitgt.telemetry", FLOORS),
    ("telemetry/bad.py", "import gitgt.reactor", FLOORS),
    ("reactor/bad.py", "import gitgt.ledger", FLOORS),
    ("githooks/bad.py", "import gitgt.cli.output", FLOORS),
    ("attic/__init__.py", "", FLOORS),
    ("services/bad.py", "import pygit2", GIT_ALONE),
    ("ledger/bad.py", "def late():\n    import pygit2\n    return pygit2", GIT_ALONE),
    ("model/bad.py", "import pygit2", PURE),
    ("model/bad.py", "import time", PURE),
    ("model/bad.py", "import gitgt.resources", PURE),
    ("roles/one.py", "import gitgt.roles.other", APART),
]


def _lint(checkout):
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-logo", "--no-cache"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    checkout = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "gitgt", checkout / "gitgt")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    (checkout / "gitgt/roles/other.py").write_text("")
    return checkout


@pytest.mark.slow
@pytest.mark.parametrize(("name", "text", "contract"), BREACHES)
def test_a_breach_is_found(copy, name, text, contract):
    breach = copy / "gitgt" / name
    breach.parent.mkdir(exist_ok=True)
    breach.write_text(f"{text}\n")
    code, told = _lint(copy)
    breach.unlink()
    if not any(breach.parent.glob("*.py")):
        shutil.rmtree(breach.parent)

    assert code == 1
    assert f"{contract} BROKEN" in told or "gitgt.attic" in told


def test_there_is_none_here(copy):
    code, told = _lint(copy)
    assert (code, told.count(" KEPT")) == (0, 4)
