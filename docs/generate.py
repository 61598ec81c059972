"""Writes into the documents what the code knows better: ``python docs/generate.py``.

Between ``<!-- generated: NAME ARGUMENTS -->`` and ``<!-- end -->`` stands what the function
called NAME below makes of the arguments. A test holds the committed text to it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gitgt.cli.bead.outputs import OUTPUTS  # noqa: E402 - the path comes first
from gitgt.cli.catalog import Entry, visible  # noqa: E402
from gitgt.cli.exits import EXIT_CODES  # noqa: E402
from gitgt.cli.noun import Noun  # noqa: E402
from gitgt.ledger.schemas import schema  # noqa: E402
from gitgt.model import lifecycle, wisp  # noqa: E402
from gitgt.model.actor import Standing  # noqa: E402
from gitgt.model.documents import KINDS, DependencyType  # noqa: E402
from gitgt.model.graph import EFFECTS  # noqa: E402
from gitgt.model.health.findings import MATRIX  # noqa: E402
from gitgt.model.lifecycle import ANYONE, Machine, Transition  # noqa: E402
from gitgt.runtime import presets  # noqa: E402
from gitgt.runtime.environment import VARIABLES  # noqa: E402
from gitgt.runtime.presets import Runtime  # noqa: E402
from gitgt.services.doctor.checkup import CHECKS, Check  # noqa: E402
from gitgt.services.fsck.finding import RULES  # noqa: E402

_PART: Final = re.compile(
    r"(?P<begin><!-- generated: (?P<words>[^>]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)


def pages() -> list[Path]:
    """Return every document that may hold a generated part."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def renewed(text: str) -> str:
    """Return *text* with all its generated parts made anew."""
    return _PART.sub(lambda part: f"{part['begin']}{_made(part['words'])}\n{part['end']}", text)


def _made(words: str) -> str:
    name, *arguments = words.split()
    return "\n".join(GENERATORS[name](*arguments))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def exit_codes() -> Iterator[str]:
    """Yield what each exit code means."""
    return _table(("code", "meaning"), ((str(code), EXIT_CODES[code]) for code in EXIT_CODES))


def variables() -> Iterator[str]:
    """Yield what an agent's program finds in its environment."""
    rows = ((f"`{each.name}`", each.meaning) for each in VARIABLES)
    return _table(("variable", "what it says"), rows)


def floors() -> Iterator[str]:
    """Yield the floors of the house, as import-linter is told them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (each for each in settings["contracts"] if each["id"] == "floors")
    return iter(["```text", *(f"  {floor}" for floor in contract["layers"]), "```"])


def commands() -> Iterator[str]:
    """Yield every command and its verbs."""
    for group, entries in groupby(visible(), key=lambda each: each.group):
        yield from ("", f"### {group}", "")
        yield from _table(("command", "", "verbs"), (_command(each) for each in entries))
    yield ""


def outputs() -> Iterator[str]:
    """Yield which schema the JSON of each command of beads keeps."""
    found: dict[str, list[str]] = {}
    for command, name in OUTPUTS.items():
        found.setdefault(name, []).append(f"`{command}`")
    link = "[`{0}`](../schemas/output/{0}.schema.json)"
    rows = ((", ".join(words), link.format(name)) for name, words in found.items())
    return _table(("`git bd ...  --json`", "schema"), rows)


def _command(entry: Entry) -> tuple[str, str, str]:
    import click

    from gitgt.cli.loading import command_of

    found = command_of(entry)
    verbs = found.list_commands(click.Context(found)) if isinstance(found, Noun) else []
    return (
        f"`git gt {entry.name}`",
        entry.summary,
        ", ".join(f"`{each}`" for each in verbs),
    )


def decisions() -> Iterator[str]:
    """Yield a link to every decision."""
    for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md")):
        title = path.read_text().partition("\n")[0].removeprefix("# ")
        yield f"- [{title}]({path.name})"


# --- runtimes


def preset_table() -> Iterator[str]:
    """Yield what is known of each program that ships as a preset."""
    head = ("preset", "program", "run with", "conversations", "takes up", "taps")
    return _table(head, (_preset(presets.runtime(name, {})) for name in presets.names()))


def _preset(found: Runtime) -> tuple[str, ...]:
    can = (("resume", found.can_resume), ("fork", found.can_fork))
    return (
        f"`{found.name}`",
        found.title,
        found.verified or "not run",
        f"{found.conversations}",
        ", ".join(word for word, it in can if it) or "nothing",
        f"{found.taps.scope}",
    )


# --- wisps


def lifetimes() -> Iterator[str]:
    """Yield how long each kind of wisp lives."""
    yield from ("| kind | lives for |", "|---|---|")
    hours = {kind: int(seconds // 3600) for kind, seconds in wisp.LIFETIMES.items()}
    for count, kinds in groupby(hours, key=lambda kind: hours[kind]):
        span = f"{count // 24} days" if count >= 48 else f"{count} hours"
        yield f"| {', '.join(f'`{kind}`' for kind in kinds)} | {span} |"


def matrix() -> Iterator[str]:
    """Yield what the witness finds, when, and what it does then."""
    yield from ("| finding | when | what is done |", "|---|---|---|")
    yield from (f"| `{kind}` | {row.when} | {row.act} |" for kind, row in MATRIX.items())


def dependencies() -> Iterator[str]:
    """Yield what each type of dependency does."""
    rows = (
        (f"`{each}`", EFFECTS.get(each, "nothing: it only says so")) for each in DependencyType
    )
    return _table(("type", "holds up"), rows)


# --- lifecycles


def machine(noun: str) -> Iterator[str]:
    """Yield one lifecycle as a diagram and as a table; *noun* has hyphens for spaces."""
    found = _machine(noun.replace("-", " "))
    yield from ("```mermaid", *_diagram(found), "```", "")
    yield _beginnings(found)
    yield ""
    head = ("from", "verb", "to", "who may", "needs", "drops")
    yield from _table(head, (_row(each) for each in found))


def _machine(noun: str) -> Machine:
    found = [each for each in vars(lifecycle).values() if isinstance(each, Machine)]
    return next(each for each in found if each.noun == noun)


def _diagram(found: Machine) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield from (
        f'    state "{status}" as {_state(status)}'
        for status in found.statuses
        if "-" in status
    )
    yield f"    [*] --> {_state(found.beginning)}"
    for (source, target), rows in groupby(found, key=lambda row: (row.source, row.target)):
        yield f"    {_state(source)} --> {_state(target)}: {', '.join(r.verb for r in rows)}"
    for status in found.statuses:
        if not found.verbs_from(status):
            yield f"    {_state(status)} --> [*]"


def _state(status: str) -> str:
    return str(status).replace("-", "_")


def _beginnings(found: Machine) -> str:
    starts = [f"`{status}`" for status in found.statuses if status in found.start]
    usual = f"; one that says nothing begins as `{found.beginning}`" if len(starts) > 1 else ""
    makers = "" if found.makers == ANYONE else f" It is written by: {_who(found.makers)}."
    return f"It begins as {', '.join(starts)}{usual}.{makers}"


def _who(standings: frozenset[Standing]) -> str:
    return "anyone" if standings == ANYONE else " or ".join(sorted(standings))


def _row(row: Transition) -> tuple[str, ...]:
    lists = (", ".join(f"`{name}`" for name in names) for names in (row.needs, row.drops))
    return (f"`{row.source}`", row.verb, f"`{row.target}`", _who(row.who), *lists)


# --- fields


def fields(kind: str, part: str = "") -> Iterator[str]:
    """Yield the fields of one kind of file, in their order; or of what one of them holds."""
    whole = schema(kind)
    named = _resolved(whole["properties"][part]) if part else whole
    found = named.get("items", named)
    required = found.get("required", ())
    rows = (
        (f"`{name}`", "yes" if name in required else "", _value(part), _meaning(part))
        for name, part in found["properties"].items()
        if name != "header"
    )
    return _table(("field", "required", "value", "meaning"), rows)


def kinds() -> Iterator[str]:
    """Yield the kinds of documents."""
    rows = (
        (f"`{kind.kind}`", ", ".join(f"`{name}`" for name in kind.types), _about(kind.kind))
        for kind in KINDS
    )
    return _table(("kind", "`type`", "what it is"), rows)


def _about(kind: str) -> str:
    return str(schema(kind)["description"])


def entries(kind: str) -> Iterator[str]:
    """Yield the fields of what a kind of file has by name, such as the runtimes in agents."""
    found = schema(kind)["properties"][kind]["additionalProperties"]["properties"]
    rows = ((f"`{name}`", _value(part), _meaning(part)) for name, part in found.items())
    return _table(("field", "value", "meaning"), rows)


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return *part* with what it refers to."""
    own = dict(part)
    file, _, pointer = own.pop("$ref", "").partition("#")
    if not pointer:
        return own
    found = schema(file.removesuffix(".schema.json") or "base")
    for step in pointer.split("/")[1:]:
        found = found[step]
    return {**_resolved(found), **own}


def _meaning(part: dict[str, Any]) -> str:
    return str(_resolved(part).get("description", ""))


def _value(part: dict[str, Any]) -> str:
    """Return in words what a field may hold."""
    found = _resolved(part)
    if "const" in found:
        return f"`{found['const']}`"
    if "enum" in found:
        return ", ".join(f"`{each}`" for each in found["enum"])
    if found.get("type") == "array":
        return f"list of {_items(found['items'])}"
    if found.get("type") == "object":
        return "map"
    if found.get("type") == "integer" and {"minimum", "maximum"} <= found.keys():
        return f"integer, {found['minimum']} to {found['maximum']}"
    return str(found.get("title") or found.get("type", ""))


def _items(part: dict[str, Any]) -> str:
    found = _resolved(part)
    if "properties" in found:
        return f"maps: {', '.join(f'`{name}`' for name in found['properties'])}"
    return _plural(str(found.get("title") or found.get("type", "value")))


def _plural(word: str) -> str:
    return f"{word}es" if word.endswith("s") else f"{word}s"


def fsck() -> Iterator[str]:
    """Yield the rules by which a ledger is looked at."""
    return _table(("rule", "what is wrong"), ((f"`{each}`", RULES[each]) for each in RULES))


def checks() -> Iterator[str]:
    """Yield what the doctor looks at."""
    rows = ((f"`{each.name}`", each.told, _when(each)) for each in CHECKS)
    return _table(("check", "what is wrong", ""), rows)


def _when(check: Check) -> str:
    return "with `--online`" if check.on_request else ""


GENERATORS: Final[dict[str, Callable[..., Iterator[str]]]] = {
    "exit-codes": exit_codes,
    "variables": variables,
    "floors": floors,
    "commands": commands,
    "outputs": outputs,
    "decisions": decisions,
    "lifecycle": machine,
    "lifetimes": lifetimes,
    "matrix": matrix,
    "fields": fields,
    "fsck": fsck,
    "kinds": kinds,
    "dependencies": dependencies,
    "presets": preset_table,
    "entries": entries,
    "checks": checks,
}


def main() -> None:
    """Write every document anew that is not as it should be."""
    for page in pages():
        before = page.read_text()
        after = renewed(before)
        if after != before:
            page.write_text(after)
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
