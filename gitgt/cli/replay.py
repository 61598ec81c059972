"""``git gt replay``."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import click

from gitgt.cli import context, output
from gitgt.cli.watched import watched
from gitgt.errors import GateFailedError, NotFoundError
from gitgt.git import refs
from gitgt.services.replay import account
from gitgt.services.replay.run import Replay
from gitgt.services.replay.stage import Stage, Wanted, prepare
from gitgt.services.replay.tally import Tally, count


@click.command()
@click.argument("repository", type=click.Path(path_type=Path, exists=True), metavar="REPO")
@click.option("--from", "start", metavar="REV", help="Begin after this commit (the first one).")
@click.option("--to", "end", default="HEAD", metavar="REV", help="End at this commit (HEAD).")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the last N steps.")
@click.option(
    "--workers", type=click.IntRange(1, 30), default=4, metavar="W", help="So many agents (4)."
)
@click.option("--gate", default="", metavar="CMD", help="Test what lands with this command.")
@click.option("--keep", is_flag=True, help="Keep the town, to look at it.")
@output.json_option
def command(*, as_json: bool, keep: bool, repository: Path, **asked: object) -> None:
    """Run a project's own history through a town.

    Each commit of its first-parent chain becomes a bead for a scripted agent; a merge brings
    the commits of its branch. They are worked on side by side, tested and landed, and what
    conflicts goes back. At the end the tree must be the one of --to. The repository is only
    read; no model is asked.
    """
    top = refs.top_of(repository.resolve())
    if top is None:
        raise NotFoundError(f"{repository} is in no git repository")
    wanted = Wanted(repository=top, **asked)  # type: ignore[arg-type]
    place = Path(tempfile.mkdtemp(prefix="gitgt-replay-"))
    try:
        stage, tally = _replayed(wanted, place)
    except BaseException:
        _leave(place)
        raise
    report = account.report(stage, tally, place / "report.html")
    if tally.is_same and not keep:
        shutil.rmtree(stage.town.root)
        shutil.rmtree(place / "origin.git")
    else:
        output.say(f"the town is kept at {stage.town.root}")
    _answer(stage, tally, report, as_json=as_json)
    if not tally.is_same:
        raise GateFailedError("another tree came out", hint=f"see {report}")


def _leave(place: Path) -> None:
    """Say where a town that came to no end can be looked at; remove what is none yet."""
    if (place / "town" / "town.yaml").is_file():
        output.say(f"the town is kept at {place / 'town'}")
    else:
        shutil.rmtree(place)


def _replayed(wanted: Wanted, place: Path) -> tuple[Stage, Tally]:
    who = context.me()
    began = time.monotonic()
    with output.progress("replaying") as shown:
        stage = prepare(wanted, place, who, time.time, shown.step)
        with watched(stage.town) as keep_up:
            Replay(stage, who, shown.step).run(keep_up)
        return stage, count(stage, time.monotonic() - began)


def _answer(stage: Stage, tally: Tally, report: Path, *, as_json: bool) -> None:
    if as_json:
        output.answer_json({**account.fields(tally), "report": str(report)})
        return
    output.table([*account.lines(stage, tally), ("report", str(report))])
