# ruff: noqa: S608 - what is put together are names of tables and columns, all of them ours
"""Keeps in the index what ``model.graph`` says of each bead: what holds it, and until when.

``held`` are a bead's own reasons, ``waits`` those of its parents too, ``until`` is the time
before which it is not to be looked at. What waits for something that is not in this ledger is
in ``abroad``, and is asked for when the question is asked: another ledger may move any time.
So is what waits for parts, unless those in this ledger hold it up anyway: others may be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitgt.model.graph import BLOCKING, FOREVER, PARENT, members

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_MANY: Final = 500  # from here on all at once is quicker than one by one
_WAITING: Final = ", ".join(f"'{each}'" for each in BLOCKING)
_LIVE: Final = "kind = 'bead' and ended = 0 and error = ''"
_OF_CHILDREN: Final = (
    "select 1 from child cross join doc as part on part.id = child.id "
    "where child.parent = other.id"
)
# Whether what a dependency names, which is in this ledger, holds up whoever depends on it.
HOLDS: Final = f"""
other.error != '' or case dep.type
  when 'blocks' then other.ended = 0
  when 'conditional-blocks' then other.ended = 0 or not (case dep."when"
    when '' then other.outcome = 'failure'
    when 'success' then other.outcome in ('success', 'no-changes')
    else other.outcome = dep."when" end)
  when 'merge-blocks' then other.landed = 0
  when 'waits-for' then dep."when" != 'any-child' and exists ({_OF_CHILDREN} and part.ended = 0)
  else 0 end
"""
_HELD: Final = f"""
update doc set held = (status = 'blocked' or exists (
    select 1 from dep join doc as other on other.id = dep.target
    where dep.id = doc.id and dep.type in ({_WAITING}) and ({HOLDS}))
  or exists (
    select 1 from child join doc as other on other.id = child.parent
    where child.id = doc.id and other.error != ''))
where {_LIVE}
"""
# Whether it hangs on the parts in other ledgers if *other* holds up who waits for its parts.
_MAY_HOLD: Final = f"""
case dep."when" when 'any-child' then not exists ({_OF_CHILDREN} and part.ended = 1)
  else not exists ({_OF_CHILDREN} and part.ended = 0) end
"""
_ABROAD: Final = f"""
insert or ignore into abroad
select dep.id, dep.type, dep.target, dep."when" from dep join doc on doc.id = dep.id
  left join doc as other on other.id = dep.target
  where dep.type in ({_WAITING}) and doc.kind = 'bead' and doc.ended = 0
    and (other.id is null or dep.type = 'waits-for' and other.error = '' and {_MAY_HOLD}) %s
union all
select child.id, '{PARENT}', child.parent, '' from child join doc on doc.id = child.id
  left join doc as other on other.id = child.parent
  where other.id is null and doc.kind = 'bead' and doc.ended = 0 %s
"""
_OWN: Final = f"""
select held, case when status = 'deferred' then '{FOREVER}' else defer_until end
from doc where id = ? and {_LIVE}
"""
_ABOVE: Final = f"""
select doc.id, waits, until from child cross join doc on doc.id = child.parent
where child.id = ? and {_LIVE}
"""
# Of child and parent, both live. (A cross join is done in the order in which it is written.)
_PAIRS: Final = """
select child.id, child.parent from child
  cross join doc as part on part.id = child.id
  cross join doc as whole on whole.id = child.parent
  where part.kind = 'bead' and part.ended = 0 and whole.kind = 'bead' and whole.ended = 0
"""


def parents_of(db: sqlite3.Connection, beads: Iterable[str]) -> set[str]:
    """Return what *beads* are parts of."""
    question = "select parent from child where id = ?"
    return {row[0] for each in beads for row in db.execute(question, (each,))}


def settle(db: sqlite3.Connection, touched: set[str] | None, above: set[str]) -> None:
    """Bring up to date what follows from *touched*, which are, or were, parts of *above*.

    None stands for everything.
    """
    if touched is None or len(touched) > _MANY:
        _settle_all(db)
        return
    affected = _affected(db, touched, above | parents_of(db, touched))
    for each in affected:
        db.execute(f"{_HELD} and id = ?", (each,))
        db.execute("delete from abroad where id = ?", (each,))
        db.execute(_ABROAD % ("and dep.id = ?", "and child.id = ?"), (each, each))
    _pass_down(db, affected)


def _affected(db: sqlite3.Connection, touched: set[str], above: set[str]) -> set[str]:
    found = set(touched)
    on_it = f"select id from dep where target = ? and type in ({_WAITING})"
    for each in touched:
        found.update(row[0] for row in db.execute(on_it, (each,)))
        found |= _children(db, each)
    on_its_parts = "select id from dep where target = ? and type = 'waits-for'"
    for each in above:
        found.update(row[0] for row in db.execute(on_its_parts, (each,)))
    return found


def _children(db: sqlite3.Connection, bead: str) -> set[str]:
    return {row[0] for row in db.execute("select id from child where parent = ?", (bead,))}


def _pass_down(db: sqlite3.Connection, beads: Iterable[str]) -> None:
    """Let *beads* wait as they and their parents do, and whoever is below what changes."""
    waiting = list(beads)
    for each in waiting:
        new = _inherited(db, each)
        old = db.execute("select waits, until from doc where id = ?", (each,)).fetchone()
        if old is not None and old != new:
            db.execute("update doc set waits = ?, until = ? where id = ?", (*new, each))
            waiting += _children(db, each)


def _inherited(db: sqlite3.Connection, bead: str) -> tuple[int, str]:
    own = db.execute(_OWN, (bead,)).fetchone()
    if own is None:
        return (0, "")
    above = [tuple(row) for row in db.execute(_ABOVE, (bead,))]
    waits = own[0] or any(row[1] for row in above) or _is_above_itself(db, bead)
    return int(waits), max([own[1], *(row[2] for row in above)])


def _is_above_itself(db: sqlite3.Connection, bead: str) -> bool:
    seen: set[str] = set()
    waiting = [bead]
    while waiting:
        found = {row[0] for row in db.execute(_ABOVE, (waiting.pop(),))} - seen
        if bead in found:
            return True
        seen |= found
        waiting += found
    return False


def _settle_all(db: sqlite3.Connection) -> None:
    db.execute("update doc set held = 0, waits = 0, until = ''")
    db.execute(_HELD)
    db.execute("delete from abroad")
    db.execute(_ABROAD % ("", ""))
    until = f"case when status = 'deferred' then '{FOREVER}' else defer_until end"
    db.execute(f"update doc set waits = held, until = {until} where {_LIVE}")
    _inherit_all(db)


def _inherit_all(db: sqlite3.Connection) -> None:
    pairs = db.execute(_PAIRS).fetchall()
    if not pairs:
        return
    children: dict[str, list[str]] = {}
    for child, parent in pairs:
        children.setdefault(parent, []).append(child)
    stands = {
        row[0]: (row[1], row[2])
        for row in db.execute(
            f"select id, waits, until from doc where (waits = 1 or until != '') and {_LIVE}"
        )
    }
    changed: dict[str, tuple[int, str]] = {}
    for each in members(pairs):
        changed[each] = stands[each] = (1, stands.get(each, (0, ""))[1])
    waiting = list(stands)
    for parent in waiting:
        for each in children.get(parent, ()):
            old = stands.get(each, (0, ""))
            new = (old[0] or stands[parent][0], max(old[1], stands[parent][1]))
            if new != old:
                changed[each] = stands[each] = new
                waiting.append(each)
    rows = [(*value, each) for each, value in changed.items()]
    db.executemany("update doc set waits = ?, until = ? where id = ?", rows)
