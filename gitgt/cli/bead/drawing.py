"""Pictures of who waits for whom: as a tree of text, for Mermaid, and as SVG laid out here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

from gitgt.model.graph import PARENT, waves
from gitgt.services.picture import Branch, Line, Picture, Spot

_WIDE, _HIGH, _APART, _BETWEEN, _EDGE = 220, 46, 80, 18, 20
_FILLS: Final = {
    "ready": "#d7f0d7", "claimed": "#d5e5fa", "blocked": "#f7dada", "deferred": "#eeeeee",
    "closed": "#f7f7f7", "unreadable": "#ffd9b0", "missing": "#ffd9b0",
}  # fmt: skip
_PLAIN: Final = "#fbf6dc"
_IN_MERMAID: Final = str.maketrans({each: f"#{ord(each)};" for each in '#&<>"`\n'})
_LETTERS: Final = 28  # of a title fit into a box


def text(branches: Iterable[Branch]) -> Iterator[str]:
    """Yield a tree line by line."""
    for each in branches:
        kind = f"{each.type} " if each.type and each.type != "blocks" else ""
        again = "  (see above)" if each.again else ""
        spot = each.spot
        start = "  " * each.depth + ("- " if each.depth else "")
        title = spot.title.replace("\n", " ")
        yield f"{start}{kind}{spot.id}  {spot.standing}  P{spot.priority}  {title}{again}"


def mermaid(found: Picture) -> Iterator[str]:
    """Yield a flowchart: arrows lead from what comes first to what waits."""
    yield "flowchart LR"
    for spot in found.spots:
        title = spot.title.translate(_IN_MERMAID)
        yield f'    {_key(spot.id)}["{spot.id}<br/>{title}"]:::{_key(spot.standing)}'
    for line in found.lines:
        arrow = "-.->" if line.type == PARENT else "-->"
        said = "" if line.type in ("blocks", PARENT) else f"|{line.type}|"
        one, other = _ends(line)
        yield f"    {_key(one)} {arrow}{said} {_key(other)}"
    for standing in sorted({spot.standing for spot in found.spots}):
        yield f"    classDef {_key(standing)} fill:{_FILLS.get(standing, _PLAIN)},stroke:#555"


def _key(name: str) -> str:
    return name.replace("-", "_").replace(".", "__")


def _ends(line: Line) -> tuple[str, str]:
    """Return from where to where an arrow goes: a parent comes before its parts."""
    return line.on, line.bead


def svg(found: Picture) -> Iterator[str]:
    """Yield a drawing in layers: what waits for nothing stands left."""
    places = _places(found)
    wide = max((x for x, _ in places.values()), default=0) + _WIDE + _EDGE
    high = max((y for _, y in places.values()), default=0) + _HIGH + _EDGE
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12">'
    )
    yield (
        '<defs><marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker>'
        "</defs>"
    )
    yield f'<rect width="{wide}" height="{high}" fill="#ffffff"/>'
    for line in found.lines:
        yield _path(line, places)
    for spot in found.spots:
        yield _box(spot, *places[spot.id])
    yield "</svg>"


def _places(found: Picture) -> dict[str, tuple[int, int]]:
    """Return where each box stands: its layer is its wave, its row near those it hangs on."""
    names = [spot.id for spot in found.spots]
    pairs = [(line.bead, line.on) for line in found.lines]
    layers, never = waves(names, pairs, ())
    if never:
        layers.append(never)
    above: dict[str, list[str]] = {}
    for one, other in pairs:
        above.setdefault(one, []).append(other)
    places: dict[str, tuple[int, int]] = {}
    for number, layer in enumerate(layers):
        x = _EDGE + number * (_WIDE + _APART)
        for row, name in enumerate(sorted(layer, key=lambda n: (_middle(n, above, places), n))):
            places[name] = (x, _EDGE + row * (_HIGH + _BETWEEN))
    return places


def _middle(
    name: str, above: Mapping[str, Iterable[str]], places: Mapping[str, tuple[int, int]]
) -> float:
    heights = [places[each][1] for each in above.get(name, ()) if each in places]
    return sum(heights) / len(heights) if heights else 0.0


def _path(line: Line, places: Mapping[str, tuple[int, int]]) -> str:
    one, other = _ends(line)
    (x1, y1), (x2, y2) = places[one], places[other]
    x1, y1, y2 = x1 + _WIDE, y1 + _HIGH // 2, y2 + _HIGH // 2
    bend = max(abs(x2 - x1) // 2, _APART // 2)
    dashes = ' stroke-dasharray="4 4"' if line.type == PARENT else ""
    return (
        f'<path d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" fill="none" '
        f'stroke="#555"{dashes} marker-end="url(#to)">'
        f"<title>{escape(line.bead)} {escape(line.type)} {escape(line.on)}</title></path>"
    )


def _box(spot: Spot, x: int, y: int) -> str:
    short = spot.title if len(spot.title) <= _LETTERS else f"{spot.title[: _LETTERS - 3]}..."
    return (
        f'<g><title>{escape(spot.title)}</title><rect x="{x}" y="{y}" width="{_WIDE}" '
        f'height="{_HIGH}" rx="6" fill="{_FILLS.get(spot.standing, _PLAIN)}" stroke="#555"/>'
        f'<text x="{x + 10}" y="{y + 19}" font-weight="bold">{escape(spot.id)}'
        f'<tspan font-weight="normal" fill="#555"> P{spot.priority} {spot.standing}</tspan>'
        "</text>"
        f'<text x="{x + 10}" y="{y + 36}">{escape(short)}</text></g>'
    )
