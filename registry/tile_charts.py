"""Maps of tiles as SVG text: each place about where it lies, its number in it.

As with `registry.charts`, a map is a picture beside a table that carries the links; colours come
from the style sheet by class.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from registry.escaping import escaped

WIDTH, HEIGHT, GAP = 64, 46, 2  # of a tile; five of them beside each other fill a phone
MIDDLE, NAME_LINE, NUMBER_LINE = WIDTH // 2, 17, 37
MOST_LETTERS = 8  # a longer name is squeezed
MOST_DIGITS = 7  # a longer number too, dots included
MOST_NARROW = 6  # a map of more columns is scrolled on a phone, as nobody could read it
SHADES = 5
APART = 9  # of the lines that hatch a tile, along its side


@dataclass(frozen=True)
class Tile:
    """A place on a map.

    Attributes:
        row, column: counted from 1, from the north and from the west.
        name: short, as it stands in the tile; `words` say all of it.
        shade: from 1, the palest, to `SHADES`; 0 for a place without a number to compare.
        is_hatched: whether nothing is known of it, which lines say on paper too.
    """

    row: int
    column: int
    name: str
    words: str
    number: str
    shade: int
    is_hatched: bool = False


def is_wide(tiles: Sequence[Tile]) -> bool:
    """Whether the map has more columns than a phone can show."""
    columns = [tile.column for tile in tiles]
    return max(columns) - min(columns) >= MOST_NARROW


def tile_map(tiles: Sequence[Tile], *, title: str, description: str) -> Markup:
    """The tiles, at least one, without the empty rows and columns around them."""
    top, left = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    width = (max(tile.column for tile in tiles) - left + 1) * (WIDTH + GAP) - GAP
    height = (max(tile.row for tile in tiles) - top + 1) * (HEIGHT + GAP) - GAP
    drawn = "".join(
        _tile(tile, (tile.column - left) * (WIDTH + GAP), (tile.row - top) * (HEIGHT + GAP))
        for tile in tiles
    )
    kind = "tiles tiles-wide" if is_wide(tiles) else "tiles"
    return Markup(  # noqa: S704 - words are escaped, all else are numbers
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>{drawn}</svg>"
    )


def _tile(tile: Tile, x: int, y: int) -> str:
    name = _squeezed(tile.name, MOST_LETTERS)
    number = _squeezed(tile.number, MOST_DIGITS)
    kind, lines = f"tile-{tile.shade}", ""
    if tile.is_hatched:
        kind, lines = "tile-hatched", _hatch(x, y, WIDTH, HEIGHT)
    return (
        f'<g class="{kind}"><title>{escaped(tile.words)}</title>'
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}"/>{lines}'
        f'<text x="{x + MIDDLE}" y="{y + NAME_LINE}"{name}>{escaped(tile.name)}</text>'
        f'<text class="tile-number" x="{x + MIDDLE}" y="{y + NUMBER_LINE}"{number}>'
        f"{escaped(tile.number)}</text></g>"
    )


def _squeezed(words: str, most: int) -> str:
    if len(words) <= most:
        return ""
    return f' textLength="{WIDTH - 6}" lengthAdjust="spacingAndGlyphs"'


def _hatch(x: int, y: int, width: int, height: int, apart: int = APART) -> str:
    """Lines across a rectangle; a pattern would need a name, which a copied picture may lack."""
    lines = []
    for offset in range(apart, width + height, apart):
        left, top = max(offset - height, 0), max(offset - width, 0)
        run = min(offset, width) - left
        lines.append(f"M{x + left} {y + top + run}l{run} {-run}")
    return f'<path class="hatch" d="{"".join(lines)}"/>'


def hatched_swatch() -> Markup:
    """The same for places of which nothing is known."""
    return Markup(  # noqa: S704 - of numbers alone
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        '<g class="tile-hatched"><rect width="10" height="10"/>'
        f"{_hatch(0, 0, 10, 10, 4)}</g></svg>"
    )


def swatch(shade: int) -> Markup:
    """A small tile of a shade, for the legend beside its words."""
    return Markup(  # noqa: S704 - of a number alone
        f'<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        f'<g class="tile-{shade}"><rect width="10" height="10"/></g></svg>'
    )


def shade_of(number: int, count: int) -> int:
    """The shade of class `number`, from 0, of so many: as far apart as they can be."""
    return round(1 + number * (SHADES - 1) / (count - 1)) if count > 1 else (SHADES + 1) // 2
