"""People who submit branches to a rig: with several commits, by several authors."""

from __future__ import annotations

from gitgt.model.ids import BeadId
from gitgt.model.lifecycle import BeadVerb
from gitgt.services import beads, submit
from gitgt.services.submit import Submission
from gitgt.services.town import Rig
from tests.support.checkout import Checkout
from tests.support.town import TESS, TownBuilder


class Branches:
    """A worktree of a rig in which branches are made, and handed in."""

    def __init__(self, town: TownBuilder, rig: Rig) -> None:
        self.town = town
        self.rig = rig
        self.work = Checkout(town.folder / "branches")
        self.repo = town.repo(rig)
        self.repo.git("worktree", "add", "-q", "--detach", str(self.work.path), rig.branch)

    def bead(self, title: str) -> BeadId:
        """Make a bead that Tess is to do."""
        made = self.town.bead(self.rig, title)
        mine = {"assignee": "shop/crew/tess"}
        beads.change(self.town.town, made.id, TESS, "sling", mine, verb=BeadVerb.SLING)
        return made.id

    def begin(self, bead: BeadId, start: str = "") -> None:
        """Stand on a new branch for *bead*."""
        start = start or self.rig.branch
        self.work.git("switch", "-q", "-C", f"crew/tess-{bead}", start)

    def commit(
        self, message: str, *, author: str = "Tess Ter <tess@example.com>", date: str = "",
        **files: str,
    ) -> str:  # fmt: skip
        """Commit files, named by keyword, as *author*; return the commit."""
        for name, text in files.items():
            self.work.write(f"{name}.txt", text)
        self.work.git("add", "-A")
        when = (f"--date={date}",) if date else ()
        self.work.git(
            "commit",
            "-q",
            "--no-gpg-sign",
            "--allow-empty",
            f"--author={author}",
            *when,
            "-m",
            message,
        )
        return self.work.head

    def hand_in(self, bead: BeadId) -> str:
        """Submit the branch for *bead* as it stands; return its head."""
        head = self.work.head
        submit.submit(self.town.town, Submission(bead, f"crew/tess-{bead}", head), TESS)
        self.work.git("switch", "-q", "--detach", self.rig.branch)
        return head

    def ask(self, title: str, **files: str) -> BeadId:
        """Hand in a branch of one commit."""
        bead = self.bead(title)
        self.begin(bead)
        self.commit(title, **files)
        self.hand_in(bead)
        return bead

    def log(self, form: str, count: int = 9) -> list[str]:
        """Return the newest first parents of the target in that form."""
        argv = ("log", "--first-parent", f"--format={form}", f"-{count}", self.rig.branch)
        return self.repo.git(*argv).splitlines()

    def show(self, form: str, commit: str = "main") -> str:
        """Return one commit in that form."""
        return self.repo.git("show", "-s", f"--format={form}", commit).rstrip("\n")

    def status(self, bead: BeadId) -> str:
        """Return how the last request of *bead* stands."""
        return str(self.town.request(self.town.now(bead)).status)

    def set_queue(self, **keys: object) -> None:
        """Set keys of ``merge_queue`` in the rig's settings, and commit that."""
        town = Checkout(self.town.town.root)
        name = self.rig.settings_name
        text = town.read(name).partition("merge_queue:\n")[0]
        rows = "".join(f"  {key}: {value}\n" for key, value in keys.items())
        town.write(name, f"{text}merge_queue:\n{rows}")
        town.git("commit", "-q", "-m", "Set up the queue", "--", name)

    @property
    def tested(self) -> list[str]:
        """The trees that gates have said something of, once for each gate."""
        listed = self.repo.git("ls-tree", "-r", "--name-only", "refs/gt/verdicts")
        names = [each for each in listed.splitlines() if not each.endswith(".log")]
        return [each.replace("/", "").partition("-")[0] for each in names]
