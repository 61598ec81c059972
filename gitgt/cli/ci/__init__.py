"""``git gt ci``: what a pipeline runs, and the pipeline itself."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import output
from gitgt.cli.noun import Noun

if TYPE_CHECKING:
    from gitgt.model.ci.event import Product
    from gitgt.model.ci.report import Report

command = Noun(
    "Do what a pipeline is there for, or install one.",
    {
        "run": "gitgt.cli.ci:run",
        "install": "gitgt.cli.ci.install:install",
        "uninstall": "gitgt.cli.ci.install:uninstall",
    },
    usual="run",
)


@click.command()
@output.json_option
def run(*, as_json: bool) -> None:
    """See to what made this pipeline run.

    To be called in a checkout, by GitHub Actions, GitLab CI, Forgejo or Gitea Actions, or any
    other that sets GT_CI_REF, GT_CI_BEFORE and GT_CI_AFTER, or GT_CI_EVENT=schedule. Of a push
    to the ledger it sets aside what broke a rule; what a branch would bring it tests; on a
    schedule the refinery makes one pass. Ends with 0 if all is well, 1 if something is not, 75
    if a gate could not run, 4 if it should be tried again.
    """
    from gitgt.daemon import pipeline
    from gitgt.services.ci import telling, told

    # As one is called off: what was begun ends, too. A shell may have us ignore the other.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    happened = told.happened(os.environ)
    deaf = happened.product.speaks_github
    with nullcontext(_nothing) if as_json else _showing(deaf=deaf) as shown:
        report = pipeline.run(Path.cwd(), os.environ, happened, shown)
    telling.publish(report, happened.product, os.environ, Path.cwd())
    if as_json:
        output.answer_json({"product": str(happened.product), **report.fields()})
    else:
        _answer(report, happened.product)
    raise SystemExit(report.code)


def _answer(report: Report, product: Product) -> None:
    from gitgt.model.ci import marks
    from gitgt.model.ci.report import lines

    for each in lines(report):
        output.answer(each)
    if product.speaks_github:
        for each in marks.commands(report.rows):
            output.answer(each)
    if report.hint:
        output.say(f"hint: {report.hint}")


def _nothing(_: bytes) -> None:
    """Show nothing of what gates print."""


@contextmanager
def _showing(*, deaf: bool) -> Iterator[Callable[[bytes], None]]:
    """Yield what shows the output of gates; GitHub's runner, if it listens, is *deaf* to it.

    What is tested says there what it likes, such as that a gate of ours passed, or that nothing
    after it is heard.
    """
    word, said = secrets.token_hex(16), False

    def shown(chunk: bytes) -> None:
        nonlocal said
        if chunk and deaf and not said:
            output.raw(f"::stop-commands::{word}\n")
        said = said or bool(chunk)
        if chunk:
            output.raw(chunk.decode(errors="replace"))

    try:
        yield shown
    finally:
        if said and deaf:
            output.raw(f"\n::{word}::\n")
