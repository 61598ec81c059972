"""``git gt mail``: messages between agents and people."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Write to agents and people, and read mail.",
    {
        "send": "gitgt.cli.mail.send:send",
        "reply": "gitgt.cli.mail.send:reply",
        "inbox": "gitgt.cli.mail.look:inbox",
        "read": "gitgt.cli.mail.look:read",
        "show": "gitgt.cli.mail.look:read",
        "peek": "gitgt.cli.mail.look:peek",
        "check": "gitgt.cli.mail.check:command",
        "thread": "gitgt.cli.mail.look:thread",
        "search": "gitgt.cli.mail.look:search",
        "mark-read": "gitgt.cli.mail.step:mark_read",
        "ack": "gitgt.cli.mail.step:mark_read",
        "mark-unread": "gitgt.cli.mail.step:mark_unread",
        "archive": "gitgt.cli.mail.step:archive",
        "delete": "gitgt.cli.mail.step:delete",
        "clear": "gitgt.cli.mail.step:clear",
        "drain": "gitgt.cli.mail.step:drain",
        "hook": "gitgt.cli.mail.hook:command",
        "claim": "gitgt.cli.mail.queue:claim",
        "release": "gitgt.cli.mail.queue:release",
        "queue": "gitgt.cli.mail.queue:command",
        "group": "gitgt.cli.mail.group:command",
        "channel": "gitgt.cli.mail.channel:command",
        "announces": "gitgt.cli.mail.channel:announces",
        "directory": "gitgt.cli.mail.look:directory",
    },
    usual="inbox",
)
