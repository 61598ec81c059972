"""``git gt escalate``: call for a person's judgement, and see what was called for.

``git gt escalation`` is the noun's older name: without a word it lists.
"""

from __future__ import annotations

from typing import Final

from gitgt.cli.noun import Noun

_VERBS: Final = {
    "raise": "gitgt.cli.escalate.calling:call",
    "list": "gitgt.cli.escalate.see:show_all",
    "show": "gitgt.cli.escalate.see:show",
    "ack": "gitgt.cli.escalate.see:ack",
    "close": "gitgt.cli.escalate.see:close",
    "stale": "gitgt.cli.escalate.carrying:stale",
    "deliver": "gitgt.cli.escalate.carrying:deliver",
}

command = Noun("Call for a person's judgement.", _VERBS, usual="raise", otherwise="raise")
noun = Noun("See what needs your judgement.", _VERBS, usual="list")
