"""``git gt verify``: would a server that knows the rules take this push?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gitgt.cli import output
from gitgt.cli.one_of import OneOf
from gitgt.errors import CannotJudgeError, RefusedError

if TYPE_CHECKING:
    from gitgt.services.verify.asking import Verified

_FORMATS: Final = ("text", "json", "sarif", "github", "gitlab")


@click.command()
@click.argument("span", metavar="[OLD..NEW | NEW]", default="")
@click.option("--ref", default="", metavar="BRANCH", help="The ledger; by default beads.")
@click.option(
    "--format", "form", default="text", type=click.Choice(_FORMATS), help="How to tell it."
)
@click.option(
    "--signatures", default="none", type=OneOf("gitgt.model.push.policy:Signatures"),
    help="Whose commits have to be signed.",
)  # fmt: skip
@click.option(
    "--largest", type=click.IntRange(min=1), metavar="BYTES", help="Of one file; 1048576."
)
@output.json_option
def command(
    *, span: str, ref: str, form: str, signatures: str, largest: int | None, as_json: bool
) -> None:
    """Judge what a push brings to a ledger.

    OLD..NEW are the commits of a push; all zeros for OLD, or NEW alone, mean a ledger that
    begins. Without them, what was not pushed yet is judged. No town is needed, and nothing is
    written.

    The exit code is 0 if all rules are kept, 1 if one is broken, and 75 if too little is here
    to tell, as in a shallow clone.
    """
    from gitgt.model.push.policy import USUAL_MOST, Policy, Signatures
    from gitgt.services.verify import asking

    policy = Policy(Signatures(signatures), largest or USUAL_MOST)
    found = asking.verify(Path.cwd(), span, ref, policy)
    _tell(found, "json" if as_json else form)
    if found.broken:
        if found.unjudged:
            output.say(f"gt: {found.unjudged}")
        raise _refusal(found)
    if found.unjudged:
        raise CannotJudgeError(found.unjudged, hint="git fetch --unshallow")


def _tell(found: Verified, form: str) -> None:
    if form == "json":
        output.answer_json(found.fields())
    elif form == "sarif":
        from gitgt.cli.verify import sarif

        output.answer_json(sarif.log(found))
    elif form == "gitlab":
        from gitgt.cli.verify import pipelines

        output.answer_json(pipelines.gitlab(found))
    else:
        _tell_lines(found, form)


def _tell_lines(found: Verified, form: str) -> None:
    if form == "github":
        from gitgt.cli.verify import pipelines

        lines = pipelines.github(found)
    else:
        lines = [each.text for each in found.broken]
    for line in lines:
        output.answer(line)
    if not found.broken and not found.unjudged:
        output.answer(_all_is_well(found))


def _all_is_well(found: Verified) -> str:
    if found.old == found.new:
        return f"{found.branch}: nothing is new"
    since = f" from {found.old[:12]}" if found.old else ""
    return f"{found.branch}: all rules are kept{since} to {found.new[:12]}"


def _refusal(found: Verified) -> RefusedError:
    many = len(found.broken)
    said = "a rule is broken" if many == 1 else f"{many} rules are broken"
    return RefusedError(f"{found.branch}: {said}")
