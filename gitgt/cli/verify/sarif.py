"""What was judged as a SARIF 2.1.0 log, which forges and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from gitgt import __version__
from gitgt.cli import output
from gitgt.cli.verify import marks
from gitgt.model.push.broken import RULES

if TYPE_CHECKING:
    from gitgt.model.push.broken import Broken
    from gitgt.services.verify.asking import Verified

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_NUMBERS: Final = {rule: number for number, rule in enumerate(RULES)}


def log(found: Verified) -> dict[str, Any]:
    """Return the log of one run."""
    run = {
        "tool": {"driver": _driver()},
        "invocations": [_invocation(found)],
        "results": [_result(*each) for each in marks.named(found.broken)],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver() -> dict[str, Any]:
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": what},
            "defaultConfiguration": {"level": "error"},
        }
        for rule, what in RULES.items()
    ]
    return {"name": "gitgt", "semanticVersion": __version__, "rules": rules}


def _invocation(found: Verified) -> dict[str, Any]:
    if not found.unjudged:
        return {"executionSuccessful": True}
    said = {"level": "error", "message": {"text": output.clean(found.unjudged)}}
    return {"executionSuccessful": False, "toolExecutionNotifications": [said]}


def _result(each: Broken, fingerprint: str) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": _uri(marks.path_of(each)), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": marks.line_of(each)},
    }
    return {
        "ruleId": each.rule,
        "ruleIndex": _NUMBERS[each.rule],
        "level": "error",
        "message": {"text": _unlinked(marks.said(each))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"gitgt/v1": fingerprint},
        "properties": {"commit": each.commit},
    }


def _unlinked(text: str) -> str:
    """Return *text* without what SARIF takes for a link to somewhere."""
    return text.replace("](", "] (")


def _uri(path: str) -> str:
    """Return a path, of whatever bytes, as a relative reference."""
    return quote(path.encode(errors="surrogateescape"), safe="/")
