"""``git gt demo``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from gitgt.cli import output
from gitgt.cli.watched import told_to_end
from gitgt.daemon import ending
from gitgt.daemon.instance import Instance
from gitgt.errors import GtError
from gitgt.services.demo import account
from gitgt.services.demo.hand import Hand
from gitgt.services.demo.story import Story


@click.command()
def command() -> None:
    """Show the whole machine on a small project.

    In a temporary folder, offline, within a minute: beads are committed, three scripted agents
    work on them, gates say no, changes collide, the watcher is killed, and all of it lands.
    """
    place = Path(tempfile.mkdtemp(prefix="gitgt-demo-"))
    story = Story(Hand(place, output.answer))
    with told_to_end():
        try:
            story.play()
        finally:
            _end(story)
    lacks = list(account.missing(story))
    report = account.report(story, place / "report.html")
    output.answer("")
    output.answer(story.graph())
    output.table([*account.facts(story), ("report", str(report))])
    if lacks:
        raise GtError(f"the story did not go as it should: {'; '.join(lacks)}")


def _end(story: Story) -> None:
    """Let no process live on, however the story ended."""
    root = story.hand.place / "gt"
    if not (root / "town.yaml").is_file():
        return
    story.hand.types("gt", "down", where="gt")
    left = ending.alive(root)
    if left or Instance(root / ".git/gt").is_running():
        raise GtError(f"processes live on: {', '.join(str(who.pid) for who in left)}")
    story.hand.say("no process is left")
