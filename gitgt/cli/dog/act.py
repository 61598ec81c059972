"""Send dogs, take them off what they are at, make them and let them go."""

from __future__ import annotations

import os

import click

from gitgt.cli import context, output
from gitgt.cli.one_of import OneOf
from gitgt.errors import NotFoundError

_NAME = "NAME"


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="All that have nothing to do.")
@output.json_option
def call(*, names: tuple[str, ...], everybody: bool, as_json: bool) -> None:
    """Begin sessions of dogs that have nothing to do; after an hour they end."""
    from gitgt.cli.crew.sitting import told_begun
    from gitgt.services.agents import attended
    from gitgt.services.dogs import kennel

    town = context.town()
    who = context.leader(["dogs"])
    if not names and not everybody:
        raise NotFoundError("which dog?", hint="name one, or --all: git gt dog list")
    found = kennel.every(town) if everybody else [kennel.find(town, each) for each in names]
    done = []
    for dog in found:
        post = kennel.post_of(town, dog.name)
        post.worktree.mkdir(parents=True, exist_ok=True)
        done.append((post, attended.start(town, post, who)))
    told_begun(done, as_json=as_json)


@click.command()
@click.option("--plugin", required=True, help="What it is to do.")
@click.option("--rig", metavar="RIG", help="The rig whose plugin is meant.")
@click.option("--dog", default="", metavar=_NAME, help="Which; else one that is idle.")
@click.option("--create", is_flag=True, help="Make one if none is idle.")
@click.option("--dry-run", "-n", is_flag=True, help="Only tell who would be sent.")
@output.json_option
def dispatch(
    *, plugin: str, rig: str | None, dog: str, create: bool, dry_run: bool, as_json: bool
) -> None:
    """Send a dog to run a plugin, whether it is its time or not."""
    from gitgt.services.dogs import sending
    from gitgt.services.plugins import library

    town = context.town()
    context.leader(["dogs"])
    found = library.shelf(town).find(plugin, rig or "")
    told = {"plugin": plugin, "rig": found.rig, "dog": dog, "run": ""}
    if dry_run:
        told["dog"] = sending.foresee(town, dog=dog, create=create)
        said = f"dogs/{told['dog']} would run {plugin}"
    else:
        sent = sending.send(town, found, dog=dog, create=create)
        told |= {"dog": sent.run.dog, "run": sent.run.id}
        said = (
            f"dogs/{sent.run.dog} {'runs' if sent.fresh else 'is at'} {plugin}: {sent.run.id}"
        )
    if as_json:
        output.answer_json(told)
    else:
        output.answer(said)
    if not dry_run:
        context.after_writing(town)


@click.command()
@click.argument("name", required=False)
@click.option("--result", type=OneOf("gitgt.services.plugins.runs:Result"), default="success",
              show_default=True, help="How it went.")  # fmt: skip
@click.option("--reason", "-r", default="", help="What was done, or why not.")
@output.json_option
def done(*, name: str | None, result: str, reason: str, as_json: bool) -> None:
    """Say that a dog is done, and how it went; its session is ended then."""
    from gitgt.services.dogs import care
    from gitgt.services.plugins.runs import Result

    town = context.town()
    own = os.environ.get("GT_AGENT", "")
    whose = (name or own).removeprefix("dogs/")
    if not whose:
        raise NotFoundError("which dog?", hint="git gt dog done NAME")
    who = context.leader([f"dogs/{whose}"])
    ended = care.done(town, whose, Result(result), who, why=reason)
    if as_json:
        output.answer_json(ended.fields())
    else:
        output.answer(f"dogs/{whose} is done with {ended.plugin}: {ended.result}")
    context.after_writing(town)


@click.command()
@click.argument("name")
@click.option("--force", "-f", is_flag=True, help="Though it is at work in its time.")
@output.json_option
def clear(*, name: str, force: bool, as_json: bool) -> None:
    """Take a dog off what it is at: that has failed, and its session ends."""
    from gitgt.services.dogs import care

    town = context.town()
    dog = care.clear(town, name, context.leader(["dogs"]), force=force)
    if as_json:
        output.answer_json(dog.fields())
    else:
        output.answer(f"{dog.address} has nothing to do")


@click.command()
@click.argument("name", required=False, default="")
@output.json_option
def add(*, name: str, as_json: bool) -> None:
    """Make a dog, by its name or the next free one; there are four at the most."""
    from gitgt.services.dogs import kennel

    town = context.town()
    made = kennel.add(town, context.leader(["dogs"]), name)
    if as_json:
        output.answer_json(kennel.find(town, made).fields())
    else:
        output.answer(f"dogs/{made} is a dog")


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="All of them.")
@click.option("--force", "-f", is_flag=True, help="Though it is at work.")
@output.json_option
def remove(*, names: tuple[str, ...], everybody: bool, force: bool, as_json: bool) -> None:
    """Let dogs go; what they have done stays in the history."""
    from gitgt.services.dogs import care, kennel

    town = context.town()
    who = context.person("letting dogs go is")
    if not names and not everybody:
        raise NotFoundError("which dog?", hint="name one, or --all: git gt dog list")
    wanted = [each.name for each in kennel.every(town)] if everybody else names
    gone = []
    for name in wanted:
        if force:
            care.clear(town, name, who, force=True)
        gone.append(kennel.remove(town, name, who, force=force))
    if as_json:
        output.answer_json([{"address": f"dogs/{each}"} for each in gone])
    else:
        for each in gone:
            output.answer(f"dogs/{each} is a dog no more")
