"""Whichever service is imported first, it can be: services may know each other in a circle."""

import subprocess
import sys

from tests.support.world import ROOT

# One process for all: what is ours is forgotten before each, what is not stays.
_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [each for each in sys.modules if each.partition(".")[0] == "gitgt"]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except Exception as error:
        print(f"{name}: {error}")
"""


def test_every_service_can_be_imported_first():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "gitgt/services").rglob("*.py"))
    ]
    argv = [sys.executable, "-c", _EACH, *names]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
