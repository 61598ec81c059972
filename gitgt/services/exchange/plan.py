"""What an import would do to a ledger: new beads, changed ones, and what is the same."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from gitgt.errors import GtError, InvalidDocumentError
from gitgt.git.command import git
from gitgt.ledger import codec, layout
from gitgt.ledger.documents import load
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.change import flaws
from gitgt.model.documents import Bead, Convoy, DependencyType, document_from, linked
from gitgt.model.issues.trace import MARK
from gitgt.model.merge import Side, merge
from gitgt.model.queue.merge_state import is_tombstone
from gitgt.services.exchange.foreign import Edge, Foreign, Problem, Work
from gitgt.services.exchange.kept import difference, made_of, stored
from gitgt.services.exchange.names import Names, mark_of
from gitgt.values import dataclass

EVENT = "beads.imported"
# Who keeps beads and the issues of a forge together writes the same mark.
SYNCED = "issues.synced"
_CHILD = DependencyType.PARENT_CHILD


@dataclass(slots=True)
class Plan:
    """What is to be written, and what cannot be."""

    new: list[Work] = field(default_factory=list)
    changed: list[tuple[Work, Work]] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def documents(self) -> list[Work]:
        """The beads and convoys as they are to stand."""
        return [*self.new, *(after for _, after in self.changed)]


def plan(
    now: Snapshot, names: Names, records: Iterable[Foreign], step: Callable[[str], None]
) -> Plan:
    """Return what bringing *records* over would do to the ledger at *now*."""
    told = Plan()
    wanted = list(_once(told, names, records))
    names.settle(wanted)
    history = History(now)
    while True:
        found = Plan(problems=[*told.problems], notes=[*told.notes])
        unfit = _weigh_all(found, names, history, wanted, step)
        wanted = [each for each in wanted if (each.source, each.name) not in unfit]
        if not any(_hangs(each, unfit) for each in wanted):
            return found
        # Whatever hangs on what does not come is weighed again: for it, that is nowhere.
        told.problems += unfit.values()
        for source, name in unfit:
            names.forget(source, name)


def _weigh_all(
    found: Plan, names: Names, history: History, wanted: Sequence[Foreign],
    step: Callable[[str], None],
) -> Mapping[tuple[str, str], Problem]:  # fmt: skip
    """Weigh each of *wanted*; return what is wrong with those that cannot come."""
    unfit: dict[tuple[str, str], Problem] = {}
    for number, each in enumerate(wanted, 1):
        if number % 500 == 0:
            step(f"{number} of {len(wanted)}")
        try:
            _weigh(found, names, history, each)
        except GtError as error:
            problem = Problem(each.where, error.message)
            found.problems.append(problem)
            if names.of(each.source, each.name) not in names.beads:
                unfit[each.source, each.name] = problem
    return unfit


def _hangs(record: Foreign, on: Container[tuple[str, str]]) -> bool:
    others = (record.parent, *(each.name for each in record.edges))
    return any((record.source, each) in on for each in others)


def _once(found: Plan, names: Names, records: Iterable[Foreign]) -> Iterator[Foreign]:
    """Yield the records that this ledger can hold, the last one of each name."""
    last: dict[tuple[str, str], Foreign] = {}
    for each in records:
        if earlier := last.get((each.source, each.name)):
            again = f"{each.name} stands again at {each.where}, which counts"
            found.notes.append(f"{earlier.where}: {again}")
        last[each.source, each.name] = each
    for each in last.values():
        if each.is_convoy and not names.is_of_town:
            what = f"{each.name} is a convoy, and convoys live in the town's ledger"
            found.problems.append(Problem(each.where, what))
        else:
            yield each


def _weigh(found: Plan, names: Names, history: History, record: Foreign) -> None:
    name = names.of(record.source, record.name)
    here = names.beads.get(name)
    if here is None:
        new = as_bead(name, names, record, here)
        check(new)
        found.notes += _lost(names, record, name)
        found.new.append(new)
        return
    if mark_of(here).get("digest") == record.digest:
        after = _caught_up(here, names, record)
    else:
        after = _merged(here, history.before(here), as_bead(name, names, record, here))
        found.notes += _lost(names, record, name)
    if after == here:
        found.same += 1
    else:
        check(after)
        found.changed.append((here, after))


def as_bead(name: str, names: Names, record: Foreign, here: Work | None) -> Work:
    """Return the bead or convoy that *record* means.

    Raises:
        InvalidDocumentError: no bead can say that.
    """
    fields: dict[str, Any] = {**record.fields, "id": name}
    if here is not None:
        fields |= {"created_at": here.created_at, "created_by": here.created_by}
    parent = names.of(record.source, record.parent) if record.parent else ""
    if parent and parent != name and not record.is_convoy:
        fields["parent"] = parent
    if edges := _edges(name, names, record):
        fields["dependencies"] = [
            {"type": each.type, "on": on, **({"when": each.when} if each.when else {})}
            for (_, on), each in edges.items()
        ]
    mark: dict[str, Any] = {"from": record.source, "id": record.name, "digest": record.digest}
    plain = document_from(fields)
    assert isinstance(plain, Bead | Convoy)
    kept = {**record.kept}
    if record.export is None and record.parent and not parent:
        kept["parent"] = record.parent
    if kept:
        mark["kept"] = {key: stored(value) for key, value in kept.items()}
    if record.export is not None:
        mark |= difference(record.record, record.export(plain, names.back(record.source)))
    beside = here.ext if here is not None else {}
    return plain.replace(ext={**beside, **plain.ext, MARK: mark})


def _caught_up(here: Work, names: Names, record: Foreign) -> Work:
    """Return *here* with the edges of *record* that pointed at nothing when it was imported.

    What has been made of the others since is left alone.
    """
    made = made_of(mark_of(here), "dependencies" if record.export else "parent")
    if made is None or is_tombstone(here):
        return here
    new = as_bead(here.id, names, record, here)
    known = {(each["type"], names.of(record.source, each["depends_on_id"])) for each in made}
    come = [each for each in new.dependencies if (each.type, each.on) not in known]
    fields: dict[str, Any] = {"dependencies": linked(come, *here.dependencies)} if come else {}
    if isinstance(new, Bead) and new.parent and (_CHILD, new.parent) not in known:
        fields["parent"] = here.fields().get("parent", new.parent)
    return here.replace(**fields, ext={**here.ext, MARK: new.ext[MARK]}) if fields else here


def check(bead: Work) -> None:
    """Check that a ledger takes it.

    Raises:
        InvalidDocumentError: it does not.
    """
    content = codec.emit(bead.fields())
    try:
        load(content, layout.path_of(bead.id))
    except InvalidDocumentError as error:
        raise InvalidDocumentError(error.message.partition(": ")[2]) from error
    for what, _ in flaws(bead):
        raise InvalidDocumentError(what)


def _edges(name: str, names: Names, record: Foreign) -> dict[tuple[str, str], Edge]:
    """Return the edges that a bead can have, by type and target: the first of each counts."""
    found: dict[tuple[str, str], Edge] = {}
    for each in record.edges:
        on = names.of(record.source, each.name)
        if on and on != name:
            found.setdefault((each.type, on), each)
    return found


def _merged(here: Work, base: Work | None, new: Work) -> Work:
    """Return *here* with what changed at the source since the last import."""
    both = merge(base or here, Side(here, 1, ""), Side(new, 2, "")).told
    assert isinstance(both, Bead | Convoy)
    return both.replace(ext={**both.ext, MARK: new.ext[MARK]})


def _lost(names: Names, record: Foreign, name: str) -> Iterator[str]:
    """Yield which edges are only kept, and why."""
    made = _edges(name, names, record)
    parent = [Edge(_CHILD, record.parent)] if record.parent else []
    for each in (*record.edges, *parent):
        on = names.of(record.source, each.name)
        told = f"{record.where}: {name}: {each.type} {each.name}"
        if not on:
            yield f"{told}, which is nowhere"
        elif made.get((each.type, on), each).when != each.when:
            yield f"{told} stands again, and the first one counts"


class History:
    """What the beads were when they were last imported."""

    def __init__(self, now: Snapshot) -> None:
        self._now = now
        self._imports: list[str] | None = None

    def before(self, here: Work) -> Work | None:
        """Return *here* as its last import wrote it, None if that is not known."""
        wanted = mark_of(here).get("digest")
        for commit in self._commits() if wanted else ():
            content = self._now.repository.read(commit, layout.path_of(here.id))
            try:
                found = load(content, layout.path_of(here.id)) if content else None
            except InvalidDocumentError:
                continue
            if isinstance(found, Bead | Convoy) and mark_of(found).get("digest") == wanted:
                return found
        return None

    def _commits(self) -> list[str]:
        if self._imports is None:
            argv = (
                "log",
                "--format=%H",
                f"--grep=^Gt-Event: {EVENT}$",
                f"--grep=^Gt-Event: {SYNCED}$",
                self._now.commit,
                "--",
            )
            answer = git(*argv, cwd=self._now.repository.common)
            self._imports = answer.decode().split()
        return self._imports


def changes(before: Work, after: Work) -> Mapping[str, tuple[Any, Any]]:
    """Return which fields differ, and how; but for our own marks."""
    one, two = before.fields(), after.fields()
    keys = [key for key in {**one, **two} if key != "ext" and one.get(key) != two.get(key)]
    return {key: (one.get(key), two.get(key)) for key in keys}
