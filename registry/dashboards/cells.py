"""What a filter finds, told apart as finely as any figure of a dashboard needs."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from registry.dashboards.figures import FIGURES, counted, of_procedure, of_sex
from registry.departures.filters import Filter
from registry.departures.summary.axes import Axis
from registry.enums import UNKNOWN, Procedure, Sex, Stage

CELL_AXES = (Axis.STAGE, Axis.IS_PMI, Axis.PROCEDURE, Axis.READINESS, Axis.SEX)


class BySex(NamedTuple):
    """A number of departures by the sex of the person."""

    male: int = 0
    female: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.male + self.female + self.unknown

    def plus(self, other: "BySex") -> "BySex":
        return BySex(*(mine + its for mine, its in zip(self, other, strict=True)))


class Cell(NamedTuple):
    """Departures that are alike in everything that the figures tell apart."""

    stage: Stage
    is_pmi: bool
    procedure: Procedure | None
    readiness: Procedure | None
    sex: Sex | None
    number: int

    def lies_in(self, figure: Filter) -> bool:
        """Whether these departures, found by the page's filter, are among the figure's."""
        return (
            (not figure.stage or self.stage in figure.stage)
            and (not figure.pmi or self.is_pmi == (figure.pmi == "ya"))
            and (not figure.procedure or self.procedure in figure.procedure)
            and (not figure.readiness or self.readiness in figure.readiness)
            and (not figure.sex or (self.sex or UNKNOWN) in figure.sex)
        )


class Cells(NamedTuple):
    """What the page's filter finds.

    Attributes:
        stages: the cells together by stage and PMI, which is all that most figures look at.
    """

    page: Filter
    cells: list[Cell]
    stages: dict[tuple[Stage, bool], int]

    def count(self, figure: Filter | None) -> int:
        if figure is None:
            return 0
        if _besides_stage(figure) != _besides_stage(self.page):
            return sum(cell.number for cell in self.of(figure))
        return sum(
            number
            for (stage, is_pmi), number in self.stages.items()
            if (not figure.stage or stage in figure.stage)
            and (not figure.pmi or is_pmi == (figure.pmi == "ya"))
        )

    def of(self, figure: Filter | None) -> list[Cell]:
        return [cell for cell in self.cells if cell.lies_in(figure)] if figure else []

    def count_figure(self, name: str) -> int:
        return self.count(FIGURES[name](self.page))

    def count_by_sex(self) -> BySex:
        return BySex(*(self.count(of_sex(self.page, sex)) for sex in (Sex.MALE, Sex.FEMALE, None)))

    def count_procedures(self) -> dict[Procedure, int]:
        numbers = dict.fromkeys(Procedure, 0)
        for cell in self.of(counted(self.page)):
            if cell.procedure not in (None, Procedure.NOT_PMI):
                numbers[cell.procedure] += cell.number
        numbers[Procedure.NOT_PMI] = self.count(of_procedure(self.page, Procedure.NOT_PMI))
        return numbers


def _besides_stage(f: Filter) -> tuple[tuple[str, ...], ...]:
    return f.procedure, f.readiness, f.sex


def cells_of(f: Filter, rows: Iterable[Any]) -> Cells:
    """The cells of what the filter finds, from rows of `tally(f, *CELL_AXES)`."""
    cells = [Cell(*row) for row in rows]
    stages: dict[tuple[Stage, bool], int] = {}
    for cell in cells:
        stages[cell.stage, cell.is_pmi] = stages.get((cell.stage, cell.is_pmi), 0) + cell.number
    return Cells(f, cells, stages)
