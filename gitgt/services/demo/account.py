"""What the demonstration came to: whether it ended as it must, and a report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitgt.model.documents import Bead, MergeRequest
from gitgt.services import feed
from gitgt.services.convoy import convoys
from gitgt.services.demo.story import ALL, Story
from gitgt.services.report import Report, Table, Text


def missing(story: Story) -> Iterator[str]:
    """Yield what should have happened and has not."""
    returns = story.told.told.count("bead.sent-back")
    if returns < len(("the gate", "the collision", "the culprit")):
        yield f"three things had to come back, {returns} did"
    if not story.told.red_batches:
        yield "no batch was red"
    if not convoys.show(story.town, story.convoy).convoy.is_closed:
        yield "the convoy has not landed"


def facts(story: Story) -> Iterator[tuple[str, str]]:
    """Yield the numbers of the story, as names and values."""
    told = story.told.told
    travelled = convoys.show(story.town, story.convoy)
    yield "landed", f"{travelled.closed} of {len(travelled.members)} beads"
    yield "sent back", f"{told.count('bead.sent-back')} times, and mended"
    yield "convoy", f"{story.convoy} has landed: {travelled.convoy.title}"
    yield "time", f"{story.hand.seconds:.1f} s"
    yield "town", str(story.town.root)


def report(story: Story, path: Path) -> Path:
    """Write the report to *path*."""
    events = [(item.at, item.who, item.said) for item in feed.items(story.town)]
    return Report(
        title="A commit moves work",
        summary="Nine beads, three scripted agents, one gate, and a watcher that was killed.",
        facts=tuple(facts(story)),
        parts=(
            Table(
                "Beads", ("bead", "title", "agent", "tries", "landed as"), list(_beads(story))
            ),
            Text("The target", story.graph()),
            Table("What happened", ("when", "who", "what"), events),
        ),
    ).write(path)


def _beads(story: Story) -> Iterator[tuple[str, ...]]:
    now = story.town.ledger_at(story.rig).snapshot()
    requests = {each.source: each for each in now.all(MergeRequest)}
    for name in sorted(ALL):
        bead: Bead = now.bead(name)
        agent = bead.assignee.rpartition("/")[2]
        tries = str(requests[name].revision) if name in requests else ""
        yield name, bead.title, agent, tries, bead.landed[:10]
