"""``git gt seance``: ask those who sat there before."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Any

import click

from gitgt.cli import context, output

if TYPE_CHECKING:
    from gitgt.model.session_record import SessionRecord
    from gitgt.services.town import Town

_LIMIT = 200_000


@click.command()
@click.option("--role", default="", help="Only polecats, crew, mayor ...")
@click.option("--rig", default="", metavar="RIG", help="Only of this rig.")
@click.option("--agent", default="", metavar="ADDRESS", help="Only of this agent.")
@click.option("--bead", default="", metavar="ID", help="Only those that were at this bead.")
@click.option("--recent", "-n", default=20, show_default=True, help="So many at the most.")
@click.option("--talk", "-t", metavar="ID", help="Talk to a copy of this session.")
@click.option("--prompt", "-p", default="", help="With --talk: only ask this.")
@click.option("--read", metavar="ID", help="Show what was said in this session.")
@output.json_option
def command(
    *, talk: str | None, prompt: str, read: str | None, as_json: bool, **wanted: str | int
) -> None:
    """List earlier sessions, and ask one.

    A session is asked in a copy of its conversation, where its program can make one; so it
    stays as it was. Where it cannot, the answer is what was said about the question.
    """
    town = context.town()
    if read is not None:
        _read(town, read, as_json=as_json)
    elif talk is not None:
        _talk(town, talk, prompt, as_json=as_json)
    else:
        _list(town, wanted, as_json=as_json)


def _list(town: Town, wanted: dict[str, Any], *, as_json: bool) -> None:
    from gitgt.services.seance import listing

    found = listing.predecessors(town, listing.Wanted(**wanted))
    if as_json:
        output.answer_json([listing.fields(each) for each in found])
        return
    rows = [_row(each, listing.state(each)) for each in found]
    output.table(rows, head=("id", "address", "bead", "runtime", "started", "state"))


def _row(record: SessionRecord, state: str) -> tuple[str, ...]:
    return (
        record.id or record.session, record.address, record.bead or "-", record.runtime or "-",
        f"{record.started[:19]}Z", state,
    )  # fmt: skip


def _read(town: Town, name: str, *, as_json: bool) -> None:
    from gitgt.model import transcript
    from gitgt.services.seance import reading
    from gitgt.services.sessions import session_records

    record = session_records.find(town, name)
    turns = reading.said(town, record)
    if as_json:
        shown = [{"role": t.role, "tool": t.tool, "at": t.at, "text": t.text} for t in turns]
        output.answer_json({"id": record.id, "turns": shown})
    else:
        _say(record, transcript.rendered(turns))


def _talk(town: Town, name: str, prompt: str, *, as_json: bool) -> None:
    from gitgt.services.seance import fork, reading
    from gitgt.services.sessions import session_records

    record = session_records.find(town, name)
    if not prompt and sys.stdin.isatty() and not as_json:
        sys.exit(fork.talk(town, record))
    question = prompt or sys.stdin.read()
    with output.progress(f"asking {record.address}"):
        found = reading.answer(town, record, question)
    if as_json:
        output.answer_json({"id": record.id, **found.fields()})
        return
    if found.read:
        output.say(f"gt: {record.id} cannot be asked itself: {found.read}")
        output.say(f"hint: this was said; all of it: git gt seance --read {record.id}")
    _say(record, found.text)


def _say(record: SessionRecord, text: str) -> None:
    """Answer with what a session said; to an agent it is information, and fenced as such."""
    from gitgt.model import fence

    if context.me().standing.is_agent:
        what = f"session {record.id}"
        text = fence.fenced(what, record.address, text, secrets.token_hex(4), _LIMIT)
    output.answer(text.rstrip("\n"))
