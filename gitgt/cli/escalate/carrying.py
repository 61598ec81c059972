"""Carry escalations on by hand, as the watcher does by itself."""

from __future__ import annotations

import click

from gitgt.cli import context, output


@click.command()
@click.option("--dry-run", "-n", is_flag=True, help="Only say which would grow louder.")
@output.json_option
def stale(*, dry_run: bool, as_json: bool) -> None:
    """Make louder what nobody has taken for too long."""
    from gitgt.services.escalation import routing
    from gitgt.services.escalation import stale as service

    town = context.town()
    settings = routing.read(town)
    found = service.due(town)
    raised = [each for each in found if dry_run or service.raise_it(town, each[1], settings)]
    if raised and not dry_run:
        context.after_writing(town)
    rows = [
        {
            "id": str(old.id),
            "title": old.title,
            "was": str(old.severity),
            "severity": str(act.severity),
        }
        for old, act in raised
    ]
    if as_json:
        output.answer_json(rows)
    for row in () if as_json else rows:
        would = "would be" if dry_run else "is"
        was = f"{would} {row['severity']} now, {row['was']} before"
        output.answer(f"{row['id']} {was}: {output.one_line(row['title'])}")


@click.command()
@click.option("--due", is_flag=True, help="Only what is due: what failed just now waits.")
def deliver(*, due: bool) -> None:
    """Send now what is to go out by mail server, webhook or desktop."""
    from gitgt.services.escalation import sending

    done = sending.deliver(context.town(), again=not due)
    for each in done:
        how = f"not delivered: {each.why}" if each.why else "delivered"
        output.answer(f"{each.key.escalation} by {each.key.channel}: {how}")
    if not done:
        output.answer("nothing is to go out")
