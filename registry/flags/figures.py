"""How often each rule was mistaken, as tables: in all, by sex, by scheme."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from registry.departures.flag_cards import rule_title
from registry.enums import UNKNOWN_LABEL, LabelledEnum
from registry.flags.queries import Figure
from registry.formatting import thousands


class FigureRow(NamedTuple):
    """One line: what, how many flags were raised, how many of them dismissed as mistaken."""

    rule: str
    title: str
    group: str
    raised: str
    dismissed: str
    rate: str


@dataclass(frozen=True)
class FigureTables:
    """The same figures three times; each adds up to the first."""

    by_rule: Sequence[FigureRow]
    by_sex: Sequence[FigureRow]
    by_scheme: Sequence[FigureRow]


def figure_tables(figures: Sequence[Figure]) -> FigureTables:
    """The three tables of the page."""
    return FigureTables(
        by_rule=_rows(figures, lambda figure: ""),
        by_sex=_rows(figures, lambda figure: _word(figure.sex)),
        by_scheme=_rows(figures, lambda figure: _word(figure.scheme)),
    )


def _word(member: LabelledEnum | None) -> str:
    return str(_(member.label if member is not None else UNKNOWN_LABEL))


def _rows(figures: Sequence[Figure], group_of: Callable[[Figure], str]) -> list[FigureRow]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for figure in figures:
        key = (figure.rule, group_of(figure))
        raised, dismissed = sums.get(key, (0, 0))
        sums[key] = (raised + figure.raised, dismissed + figure.dismissed)
    return [
        FigureRow(
            rule,
            rule_title(rule),
            group,
            thousands(raised),
            thousands(dismissed),
            percent(dismissed, raised),
        )
        for (rule, group), (raised, dismissed) in sorted(sums.items())
    ]


def percent(part: int, whole: int) -> str:
    """`12,5%` with one decimal; a dash of nothing."""
    if not whole:
        return "–"
    return f"{100 * part / whole:.1f}%".replace(".", ",")
