"""A pipeline without its product: its steps, run by sh in a clone as the product makes it.

Steps that check out or set up are the product's own and are left out, and installing gitgt is
replaced by having it on PATH; all else is what stands in the file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from tests.support.checkout import Checkout

ZEROS: Final = "0" * 40
_INSTALLS: Final = re.compile(r"pip install .*gitgt$")
_VALUE: Final = re.compile(r"\$\{\{\s*([a-z_.]+)\s*\}\}", re.IGNORECASE)


def read(text: str) -> dict[str, Any]:
    """Return what a pipeline's file says."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


@dataclass(frozen=True, slots=True)
class Ended:
    """How a pipeline's steps ended, and what they wrote besides."""

    code: int
    stdout: str
    stderr: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Push:
    """What a pipeline runs for; without a branch, since a time has come."""

    branch: str = ""
    old: str = ZEROS


class Runner:
    """A machine on which pipelines run: no identity, no settings, a home with nothing in it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        folder.mkdir()

    def github(self, push: Push, sign: str = "GITHUB_ACTIONS") -> Ended:
        """Run what GitHub, or what imitates it, runs for a push."""
        work, event = self.clone(push.branch or "main"), self.folder / "event.json"
        event.write_text(json.dumps({"before": push.old, "after": work.head}))
        imitates = sign != "GITHUB_ACTIONS"
        folder = f".{sign.partition('_')[0].lower()}"
        job = read(work.read(f"{folder}/workflows/gitgt.yml"))["jobs"]["gitgt"]
        steps = [each for each in job["steps"] if "run" in each]
        said = {name: text for each in steps for name, text in each.get("env", {}).items()}
        facts = {
            "GITHUB_ACTIONS": "true", "GITHUB_SHA": work.head, "GITHUB_EVENT_PATH": str(event),
            "GITHUB_EVENT_NAME": "push" if push.branch else "schedule",
            "GITHUB_REF": f"refs/heads/{push.branch or 'main'}",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
        }  # fmt: skip
        facts |= {sign: "true"} if imitates else {}
        # What GitHub puts in place of an expression; no secret is set here.
        facts |= {name: _VALUE.sub("", text) for name, text in said.items()}
        return self._run(work, [each["run"] for each in steps], facts)

    def gitlab(self, push: Push) -> Ended:
        """Run what GitLab runs for a push."""
        work = self.clone(push.branch or "main")
        job = read(work.read(".gitlab-ci.yml"))["gitgt"]
        facts = {
            "GITLAB_CI": "true", "CI_COMMIT_SHA": work.head, "CI_COMMIT_BEFORE_SHA": push.old,
            "CI_PIPELINE_SOURCE": "push" if push.branch else "schedule",
            "CI_COMMIT_BRANCH": push.branch or "main", "CI_PROJECT_DIR": str(work.path),
            **job["variables"],
        }  # fmt: skip
        return self._run(work, [*job["before_script"], *job["script"]], facts)

    def clone(self, branch: str, url: str = "") -> Checkout:
        """Check out one commit, as the products do: shallow and detached."""
        work = Checkout(self.folder / f"build {sum(1 for _ in self.folder.iterdir())}")
        work.path.mkdir()
        work.git("init", "-q")
        work.git("remote", "add", "origin", url or self.url)
        work.git("fetch", "-q", "--depth=1", "--no-tags", "origin", f"+refs/heads/{branch}")
        work.git("checkout", "-q", "--detach", "FETCH_HEAD")
        return work

    def _run(self, work: Checkout, steps: list[str], facts: Mapping[str, str]) -> Ended:
        script = "\n".join(each for each in steps if not _INSTALLS.search(each))
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_CONFIG_GLOBAL", "GIT_AUTHOR", "GIT_COMMITTER"))
        }
        env = {**kept, "HOME": str(home), "CI": "true", **facts}
        done = subprocess.run(
            ["sh", "-e", "-c", script], cwd=work.path, env=env, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        places = [*work.path.glob("gt-*"), *self.folder.glob("summary.md")]
        files = {each.name: each.read_text() for each in places}
        for each in places:
            each.unlink()
        assert not [*home.iterdir()]
        return Ended(done.returncode, done.stdout, done.stderr, files)
