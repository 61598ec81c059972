"""Gas Town's files in the town's repository: settings in our words, formulas as they are."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.model.actor import Actor
from gitgt.services import commit, settings
from gitgt.services.exchange import oldsettings
from gitgt.services.exchange.oldsettings import Fitted
from gitgt.services.exchange.oldtown import OldTown
from gitgt.services.sessions import runtimes
from gitgt.services.town import Rig, Town

# What is kept as it is, and where: of the town, and below settings/ of each rig.
_COPIED: Final = (
    (".beads/formulas", "*.formula.*", "formulas"),
    ("mayor/rig/.beads/formulas", "*.formula.*", "formulas"),
    ("formulas", "*.toml", "formulas"),
    ("directives", "*.md", "directives"),
    ("formula-overlays", "*.toml", "formula-overlays"),
)
_STAYS: Final = "one of that name is here, and stays"
# What a rig's own file says of the project, which rigs.yaml or the repository knows here.
_OF_THE_PROJECT: Final = frozenset(
    {
        "type",
        "version",
        "name",
        "git_url",
        "local_repo",
        "default_branch",
        "beads",
        "created_at",
    }
)


def bring(
    town: Town, old: OldTown, rigs: Mapping[str, Rig], fresh: Collection[str], who: Actor,
    *, dry_run: bool,
) -> None:  # fmt: skip
    """Commit what has a place here; *fresh* names the rigs that were added just now."""
    files = {**_runtimes(town, old)}
    names = {*runtimes.known(town)} | _named(files)
    for name, where in rigs.items():
        files |= _settings(town, old, where, names, is_fresh=name in fresh)
    files |= _copied(town, old, rigs)
    if files and not dry_run:
        try:
            commit.change(town, lambda: files, "bring over Gas Town's files", who)
        except GtError as error:
            old.told.problems.append(error.message)


def _named(files: Mapping[str, bytes]) -> set[str]:
    content = files.get(runtimes.NAME, b"")
    return set(settings.parse(content, "agents", runtimes.NAME).get("agents", {}))


def _runtimes(town: Town, old: OldTown) -> dict[str, bytes]:
    said = {**old.settings("settings/config.json")}
    more = old.settings("settings/agents.json").get("agents")
    agents = {**(more if isinstance(more, dict) else {}), **_table(said.get("agents"))}
    present = settings.read(town.root / runtimes.NAME, "agents")
    known = dict(present.get("agents", {}))
    fitted = oldsettings.of_runtimes({**said, "agents": agents}, known)
    _leave(old, "settings/config.json", fitted)
    wanted = fitted.fields.get("agents", {})
    new = {name: each for name, each in wanted.items() if name not in known}
    _stay(
        old,
        {f"runtime {name}" for name in wanted if known.get(name, wanted[name]) != wanted[name]},
    )
    default = fitted.fields.get("default", "")
    if default and present.get("default", default) != default:
        _stay(old, {f"default runtime {present['default']}"})
    old.told.done += [
        f"runtime {name}: {shlex.join(each['command'])}" for name, each in new.items()
    ]
    fields = {**present, **({"agents": {**known, **new}} if new else {})}
    if default and "default" not in present:
        old.told.done.append(f"default runtime: {default}")
        fields = {"default": default, **fields}
    return {} if fields == present else {runtimes.NAME: settings.emit(fields)}


def _table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever came in
    return dict(value) if isinstance(value, dict) else {}


def _stay(old: OldTown, what: Collection[str]) -> None:
    old.told.left += [f"{each}: {_STAYS}" for each in sorted(what)]


def _leave(old: OldTown, file: str, fitted: Fitted) -> None:
    old.told.left += [f"{file}: {key}: {why}" for key, why in fitted.left.items()]


def _settings(
    town: Town, old: OldTown, rig: Rig, names: Collection[str], *, is_fresh: bool
) -> dict[str, bytes]:
    present = settings.read(town.root / rig.settings_name, "rig")
    free = {"namepool"} if is_fresh else set()
    fields = dict(present)
    for file, known in (("settings/config.json", ()), ("config.json", _OF_THE_PROJECT)):
        name = f"{rig.name}/{file}"
        said = {key: each for key, each in old.settings(name).items() if key not in known}
        fitted = oldsettings.of_rig(said, names, rig.branch)
        _leave(old, name, fitted)
        for key, value in fitted.fields.items():
            if key not in fields or key in free:
                fields[key] = value
                free.discard(key)
                old.told.done += [f"{rig.name}: {line}" for line in _lines(key, value)]
            elif fields[key] != value:
                old.told.left.append(f"{name}: {key}: the rig has its own")
    return {} if fields == present else {rig.settings_name: settings.emit(fields)}


def _lines(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any setting
    if isinstance(value, dict):  # how it lands, and at which forge
        yield from (f"{key} {name} {each}" for name, each in value.items())
        return
    if key != "gates":
        yield f"{key} {value}"
        return
    for each in value:
        yield f"gate {each['name']}: {shlex.join(each['command'])}"


def _copied(town: Town, old: OldTown, rigs: Mapping[str, Rig]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for source, target in _places(old, rigs):
        content = old.content(source)
        there = town.root / target
        if content is None:
            continue
        present = found.get(target) or (there.read_bytes() if there.is_file() else None)
        if present is None:
            found[target] = content
            old.told.done.append(f"{target}: copied")
        elif present != content:
            old.told.left.append(f"{source}: {_STAYS}")
    return found


def _places(old: OldTown, rigs: Mapping[str, Rig]) -> Iterator[tuple[str, str]]:
    for below, into in (
        ("", ""),
        *((f"{name}/", f"{name}/settings/") for name in sorted(rigs)),
    ):
        for folder, pattern, to in _COPIED:
            for source in old.files(below + folder, pattern):
                yield source, f"{into}{to}/{source.rpartition('/')[2]}"
