"""``git gt bead``, which is also ``git bd``: work, as beads."""

from __future__ import annotations

from gitgt.cli.noun import Noun

command = Noun(
    "Make, read and change work beads.",
    {
        "create": "gitgt.cli.bead.create:command",
        "show": "gitgt.cli.bead.show:command",
        "list": "gitgt.cli.bead.list:command",
        "children": "gitgt.cli.bead.list:children",
        "search": "gitgt.cli.bead.search:command",
        "count": "gitgt.cli.bead.count:command",
        "stale": "gitgt.cli.bead.stale:command",
        "stats": "gitgt.cli.bead.stats:command",
        "duplicates": "gitgt.cli.bead.duplicates:command",
        "lint": "gitgt.cli.bead.lint:command",
        "ready": "gitgt.cli.ready:command",
        "blocked": "gitgt.cli.blocked:command",
        "graph": "gitgt.cli.bead.graph:command",
        "epic": "gitgt.cli.bead.epic:command",
        "update": "gitgt.cli.bead.update:command",
        "edit": "gitgt.cli.bead.edit:command",
        "close": "gitgt.cli.bead.end:close",
        "reopen": "gitgt.cli.bead.end:reopen",
        "release": "gitgt.cli.bead.end:release",
        "defer": "gitgt.cli.bead.later:defer",
        "undefer": "gitgt.cli.bead.later:undefer",
        "pin": "gitgt.cli.bead.later:pin",
        "unpin": "gitgt.cli.bead.later:unpin",
        "delete": "gitgt.cli.bead.delete:command",
        "label": "gitgt.cli.bead.label:command",
        "comment": "gitgt.cli.bead.comment:command",
        "dep": "gitgt.cli.bead.dep:command",
        "history": "gitgt.cli.bead.history:command",
        "blame": "gitgt.cli.bead.blame:command",
        "diff": "gitgt.cli.bead.diff:command",
        "formula": "gitgt.cli.formula:command",
        "cook": "gitgt.cli.cook:command",
        "mol": "gitgt.cli.mol:command",
        "wisp": "gitgt.cli.wisp:command",
        "promote": "gitgt.cli.wisp:promote",
        "import": "gitgt.cli.importing:command",
        "export": "gitgt.cli.exporting:command",
    },
    usual="list",
)
