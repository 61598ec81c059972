"""A town whose rig lands by pull requests, at a forge of the test's own, spoken with by gh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gitgt.ledger import codec
from gitgt.model.documents import Bead, Comment, Escalation, MergeRequest, Outcome
from gitgt.services import ending, rig, submit
from gitgt.services.forge import proposing, pull_requests
from gitgt.services.forge.synced import Synced
from gitgt.services.queue.merge_queue import Target
from gitgt.services.rig import Wanted
from gitgt.services.submit import Submission
from tests.support.checkout import Checkout
from tests.support.forge import PROJECT, Forge, Pull, configure, serving
from tests.support.town import TESS, TownBuilder

needs_gh = pytest.mark.skipif(not shutil.which("gh"), reason="gh is not installed")
_GATES: dict[str, Any] = {"gates": [{"name": "check", "command": ["sh", "check.sh"]}]}
_PROJECT = {
    "README.md": "# Shop\n",
    "prices.txt": "apple 3\npear 4\nplum 5\n",
    "check.sh": '#!/bin/sh\n! grep -rn FIXME --include="*.txt" .\n',
}


class Shop:
    """The rig ``shop``, its forge, and who has to do with it."""

    def __init__(self, town: TownBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.town = town
        self._stack = ExitStack()
        self._folder = town.folder / "the forge"
        project = Checkout.init(town.folder / "projects" / "shop")
        for name, text in _PROJECT.items():
            project.commit(name, text)
        bare = self._folder / "shop.git"
        bare.parent.mkdir()
        subprocess.run(
            ["git", "clone", "-q", "--bare", str(project.path), str(bare)], check=True
        )
        self.forge = Forge(bare)
        # A socket's path may have 107 bytes.
        self.socket = Path(self._stack.enter_context(_Short()), "gh")
        self._stack.enter_context(serving(self.forge, self.socket))
        for name, value in configure(self._folder / "gh", self.socket).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("GH_HOST")
        self.rig, _ = rig.add(town.town, Wanted("shop", str(bare)), TESS)
        self.settings()

    def close(self) -> None:
        """End the forge."""
        self._stack.close()

    def settings(self, *, forge: dict[str, Any] | None = None, **queue: Any) -> None:
        """Commit what the rig's settings say; *forge* is more than kind, host and project."""
        where = {"kind": "github", "host": "github.com", "project": PROJECT}
        found = {
            **_GATES, "merge_queue": {"land": "pull-request", **queue},
            "forge": {k: v for k, v in {**where, **(forge or {})}.items() if v is not None},
        }  # fmt: skip
        path = self.town.town.root / self.rig.settings_name
        path.write_bytes(codec.emit(found, order=tuple(found)))
        here = Checkout(self.town.town.root)
        here.git("add", self.rig.settings_name)
        here.git("commit", "-q", "--allow-empty", "-m", "set the rig up")

    # --- what our side does

    def proposed(self, title: str, *script: str, **fields: Any) -> Bead:
        """Return a bead whose work passed our gates and waits for the forge."""
        bead = self.town.bead(self.rig, title, *script, **fields)
        self.town.sling(bead, to="shop")
        self.town.settle()
        return bead

    def submitted(self, title: str, file: str = "prices.txt", text: str = "apple 4\n") -> Bead:
        """Return a bead that Tess has worked on and handed in, on a branch of her own."""
        bead = self.town.bead(self.rig, title)
        self.revised(bead, file, text)
        return bead

    def passed(self, title: str, file: str = "prices.txt", text: str = "apple 4\n") -> Bead:
        """Return one that our gates let through."""
        bead = self.submitted(title, file, text)
        self.pass_gates(bead)
        return bead

    def revised(self, bead: Bead, file: str, text: str, *, onto: str = "") -> None:
        """Hand in one more commit for a bead."""
        repo = self.town.repo(self.rig)
        branch = f"tess/{bead.id}"
        below = onto or repo.git("rev-parse", "-q", "--verify", "main")
        known = submit.live_request(self.town.ledger(self.rig), bead.id)
        if known is not None and not onto:
            below = known.head
        head = committed(repo, below, file, text)
        self.town.clock.advance()
        submit.submit(self.town.town, Submission(bead.id, branch, head), TESS)

    def pass_gates(self, bead: Bead) -> None:
        """Say what the refinery says once our gates have let a request through."""
        request = self.request(bead)
        target = Target(self.rig, request.target)
        proposing.propose(self.town.town, target, {str(request.id): request.head})

    def close_bead(self, bead: Bead, why: str) -> None:
        """Let Tess close a bead that nobody needs any more."""
        ending.close(self.town.town, [bead.id], TESS, outcome=Outcome.CANCELLED, reason=why)

    def sync(self) -> Synced:
        """Ask the forge once."""
        return pull_requests.sync(self.town.town, self.rig)

    def done(self) -> list[str]:
        """Ask the forge once, and return what came of it."""
        return [what for _, what in self.sync().done]

    def request(self, bead: Bead) -> MergeRequest:
        """Return the merge request of a bead."""
        return self.town.request(bead)

    def heard(self, bead: Bead) -> list[Comment]:
        """Return what was said about a request."""
        return list(self.request(bead).comments)

    # --- what people do

    def pull(self, number: int = 1) -> Pull:
        """Return a pull request as the forge has it."""
        self.forge.settle()
        return next(each for each in self.forge.pulls if each.number == number)

    def person(self, who: str, method: str, path: str, **fields: Any) -> Any:
        """Let somebody call the forge, with gh as people do."""
        done = subprocess.run(
            ["gh", "api", "--method", method, f"repos/{PROJECT}/{path}", "--input", "-"],
            input=json.dumps(fields).encode(), capture_output=True, check=True,
            env={**os.environ, "GH_TOKEN": who},
        )  # fmt: skip
        return json.loads(done.stdout)

    def check(self, state: str, name: str = "ci", number: int = 1) -> None:
        """Let the forge's continuous integration say something of a pull request."""
        self.person(
            "ci", "POST", f"statuses/{self.pull(number).head}", state=state, context=name,
            target_url=f"https://ci.example.com/{name}",
        )  # fmt: skip

    def forge_commit(self, branch: str, file: str, text: str) -> str:
        """Let somebody push one more commit to a branch at the forge."""
        there, old = Checkout(self.forge.repository), self.forge.tip(branch)
        new = committed(there, old, file, text)
        there.git("update-ref", f"refs/heads/{branch}", new, old)
        return new

    def forge_commit_apart(self, below: str) -> str:
        """Write a commit at the forge that nobody here has."""
        return committed(Checkout(self.forge.repository), below, "theirs.txt", "theirs\n")

    def escalations(self) -> list[Escalation]:
        """Return the calls for help in the rig's ledger."""
        return list(self.town.ledger(self.rig).all(Escalation))

    def review(self, who: str, event: str, body: str = "", **more: Any) -> None:
        """Let somebody review the first pull request."""
        self.person(who, "POST", "pulls/1/reviews", event=event, body=body, **more)


def committed(repo: Checkout, below: str, file: str, text: str) -> str:
    """Write a commit that puts *text* into *file*, without a worktree."""
    blob = repo.git("hash-object", "-w", "--stdin", stdin=text)
    rows = repo.git("ls-tree", below).splitlines()
    kept = [row for row in rows if not row.endswith(f"\t{file}")]
    tree = repo.git("mktree", stdin="\n".join([*kept, f"100644 blob {blob}\t{file}"]) + "\n")
    return repo.git("commit-tree", tree, "-p", below, "-m", f"Write {file}")


class _Short:
    """A folder with a short name, whatever the test's own is called."""

    def __enter__(self) -> str:
        import tempfile

        self._folder = tempfile.mkdtemp(prefix="gt", dir="/tmp")
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
