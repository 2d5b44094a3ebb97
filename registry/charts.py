"""Charts as SVG text: drawn here, coloured by the style sheet, read aloud by their words.

A chart is a picture beside a table, never instead of one. Only classes and SVG attributes are
used, as our content security policy allows no inline style.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from markupsafe import Markup

from registry.escaping import escaped
from registry.formatting import thousands

WIDTH, HEIGHT = 344, 216  # drawn for a phone, where one unit is about one pixel
TOP, BOTTOM = 16, 28  # room for the highest label above, for the periods below
GLYPH = 7  # an upper bound for the mean width of a character at our 12 units
BOLD_GLYPH = 8.2
LINE_HEIGHT = 15  # of an end label, which has two lines
MAX_SERIES = 2  # more than two lines cannot be told apart without colour
MAX_TICKS = 5
MAX_NAME = 12


@dataclass(frozen=True)
class Series:
    """One line: its name and one value a label; None where nothing is known."""

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Stretch:
    """Neighbouring labels under a name of their own, as the months of a year."""

    name: str
    count: int


def bar(value: float | None, maximum: float | None) -> Markup:
    """A table cell's bar as long as `value` is of `maximum`; empty when either is missing."""
    return Markup(bar_html(value, maximum))  # noqa: S704 - of numbers alone


def bar_html(value: float | None, maximum: float | None) -> str:
    """The same, for rows that are written in Python."""
    share = 0.0
    if value and maximum and value > 0 and maximum > 0 and isfinite(maximum):
        share = min(value / maximum, 1) * 100
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false"><rect width="{_number(share)}" height="10"/></svg>'
    )


def line_chart(
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    title: str,
    description: str,
    stretches: Sequence[Stretch] = (),
) -> Markup:
    """At most two lines over `labels`; the description states the finding, not the picture.

    Args:
        stretches: of all labels in their order, named above the lines; the last is what is asked
            for and has a ground of its own.
    """
    if len(series) > MAX_SERIES:
        raise ValueError("a chart shows at most two series")
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("each series needs one value for each label")
    if stretches and sum(one.count for one in stretches) != len(labels):
        raise ValueError("the stretches hold every label once")
    ticks = ticks_for(max(_known(series), default=0))
    frame = _Frame.around(series, ticks, len(labels))
    parts = [*_stretches(frame, stretches), *_grid(frame, ticks), *_periods(frame, labels)]
    for number, one in enumerate(series):
        parts += _line(frame, one, number)
    parts += _end_labels(frame, series)
    return Markup(  # noqa: S704 - words are escaped, all else are numbers
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{_clean(title)}'
        f"</title><desc>{_clean(description)}</desc>{''.join(parts)}</svg>"
    )


def ticks_for(highest: int) -> list[int]:
    """At most five round values from zero to at least `highest`."""
    if highest <= 0:
        return [0, 1]
    rough = highest / (MAX_TICKS - 1)
    power = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = next(int(power * m) for m in (1, 2, 2.5, 5, 10) if _steps(m, power) >= rough)
    return [step * count for count in range(ceil(highest / step) + 1)]


def _steps(multiple: float, power: int) -> float:
    """The step, or nothing where it is no whole number: people do not come in halves."""
    step = multiple * power
    return step if step == int(step) else 0


@dataclass(frozen=True)
class _Frame:
    """Where the drawing area lies, and how values and positions become coordinates."""

    left: float
    right: float
    highest: int
    points: int

    @classmethod
    def around(cls, series: Sequence[Series], ticks: list[int], points: int) -> "_Frame":
        left = max(len(thousands(tick)) for tick in ticks) * GLYPH + 8
        longest = max((len(text) for one in series for text in _end_text(one)), default=0)
        return cls(left, WIDTH - longest * BOLD_GLYPH - 10, ticks[-1], points)

    def x(self, position: int) -> float:
        if self.points < 2:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * position / (self.points - 1)

    def y(self, value: int) -> float:
        share = min(max(value / self.highest, 0), 1)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _stretches(frame: _Frame, stretches: Sequence[Stretch]) -> Iterable[str]:
    """A name above each, and a ground behind the last; the edge lies between two points."""
    begin, end, first = frame.left, frame.left, 0
    for number, one in enumerate(stretches, start=1):
        first += one.count
        is_last = number == len(stretches)
        end = frame.right if is_last else (frame.x(first - 1) + frame.x(first)) / 2
        if is_last:
            x, width = _number(begin), _number(end - begin)
            size = f'width="{width}" height="{HEIGHT - TOP - BOTTOM}"'
            yield f'<rect class="chart-ground" x="{x}" y="{TOP}" {size}/>'
        kind = "chart-tick chart-middle chart-asked" if is_last else "chart-tick chart-middle"
        yield _text((begin + end) / 2, TOP - 4, one.name, kind)
        begin = end


def _grid(frame: _Frame, ticks: list[int]) -> Iterable[str]:
    for tick in ticks:
        left, y, right = map(_number, (frame.left, frame.y(tick), frame.right))
        yield f'<path class="chart-grid" d="M{left} {y}H{right}"/>'
        yield _text(frame.left - 6, frame.y(tick) + 4, thousands(tick), "chart-tick chart-end")


def _periods(frame: _Frame, labels: Sequence[str]) -> Iterable[str]:
    """The labels below, as many as fit; the first and the last always."""
    if not labels:
        return
    last = len(labels) - 1
    width = max(len(label) for label in labels) * GLYPH + 8
    room = max(int((frame.right - frame.left) / width), 1)
    every = max(ceil(last / room), 1)
    for position, label in enumerate(labels):
        near_last = position != last and last - position < every
        if position == last or (position % every == 0 and not near_last):
            x = max(frame.x(position), len(label) * GLYPH / 2)
            yield _text(x, HEIGHT - 8, label, "chart-tick chart-middle")


def _line(frame: _Frame, one: Series, number: int) -> Iterable[str]:
    """The line with gaps where nothing is known, and a dot at each lone or last point."""
    path, pen_down = [], False
    for position, value in enumerate(one.values):
        if value is not None:
            command = "L" if pen_down else "M"
            path.append(f"{command}{_number(frame.x(position))} {_number(frame.y(value))}")
        pen_down = value is not None
    if path:
        drawn = "".join(path)
        yield f'<path class="chart-line chart-line-{number + 1}" d="{drawn}"/>'
    last = _last_known(one.values)
    for position, value in enumerate(one.values):
        if value is not None and _stands_alone(one.values, position, last):
            x, y = _number(frame.x(position)), _number(frame.y(value))
            yield f'<circle class="chart-dot chart-dot-{number + 1}" cx="{x}" cy="{y}" r="3.5"/>'


def _stands_alone(values: Sequence[int | None], position: int, last: int | None) -> bool:
    before = values[position - 1] if position else None
    after = values[position + 1] if position + 1 < len(values) else None
    return after is None if position == last else before is None and after is None


def _end_labels(frame: _Frame, series: Sequence[Series]) -> Iterable[str]:
    """Name and last value at each line's end, pushed apart where they would cover each other."""
    ends = []
    for number, one in enumerate(series, start=1):
        position = _last_known(one.values)
        if position is not None:
            ends.append((frame.y(one.values[position] or 0), number, one))
    ends.sort(key=lambda end: end[0])
    for y, (_, number, one) in zip(_apart([end[0] for end in ends]), ends, strict=True):
        name, value = _end_text(one)
        kind = f"chart-label chart-label-{number}"
        yield _text(frame.right + 8, y - 2, name, kind)
        yield _text(frame.right + 8, y + LINE_HEIGHT - 3, value, f"{kind} chart-value")


def _apart(heights: list[float]) -> list[float]:
    """Heights in order, with room for two lines of text at each, none below the drawing."""
    spots: list[float] = []
    for height in heights:
        spots.append(max(height, spots[-1] + 2 * LINE_HEIGHT) if spots else height)
    lowest: float = HEIGHT - BOTTOM - LINE_HEIGHT
    for position in reversed(range(len(spots))):
        spots[position] = min(spots[position], lowest)
        lowest = spots[position] - 2 * LINE_HEIGHT
    return spots


def _end_text(one: Series) -> tuple[str, str]:
    position = _last_known(one.values)
    value = None if position is None else one.values[position]
    name = one.name if len(one.name) <= MAX_NAME else one.name[: MAX_NAME - 1] + "…"
    return name, "" if value is None else thousands(value)


def _last_known(values: Sequence[int | None]) -> int | None:
    known = [position for position, value in enumerate(values) if value is not None]
    return known[-1] if known else None


def _known(series: Sequence[Series]) -> list[int]:
    return [value for one in series for value in one.values if value is not None]


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}">{_clean(words)}</text>'


def _clean(words: str) -> str:
    """Escaped, and without the control characters that no XML may hold."""
    if not words.isprintable():
        words = "".join(c for c in words if c.isprintable() or c in "\t\n")
    return escaped(words)


def _number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
