"""The rows of a list as HTML: made here, since a page has fifty of them.

A template takes ten times as long for a row. Everything that is not ours is escaped; words are
looked up once a language, and what comes again in many rows is made once a page.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache, lru_cache

from flask import url_for
from flask_babel import ngettext
from markupsafe import Markup

from registry.departures.listed import ListedDeparture
from registry.departures.show import tone
from registry.enums import LabelledEnum, Procedure, ReviewStatus, Stage
from registry.escaping import escaped
from registry.extensions import LANGUAGES, page_language
from registry.extensions import gettext as _
from registry.formatting import MONTHS, long_date
from registry.reference.countries import country_label

NOTHING = '<span class="muted">–</span>'
END = "</div></td>"


def of_several_villages(rows: Sequence[ListedDeparture]) -> bool:
    """Whether a column must say the village."""
    return len({row.village_code for row in rows}) > 1


def departure_rows(
    rows: Iterable[ListedDeparture],
    own: Collection[int],
    with_village: bool,
) -> Markup:
    """The rows of `departures/_rows.html`.

    Args:
        own: ids of records in which the viewer had a hand.
        with_village: whether a column names the village.
    """
    show_url = escaped(url_for("departures.show", departure_id=0))[:-1]
    said = _words(page_language())
    village_cell, going_cell = cache(said.village_cell), cache(said.going_cell)
    date_cell, tags = cache(said.date_cell), cache(said.tags)
    found = []
    for row in rows:
        village = village_cell(row.village_name) if with_village else ""
        found.append(
            f'<tr><th scope="row"><a href="{show_url}{row.id}">{escaped(row.name)}</a>'
            f"{_note(row.registration_number)}</th>"
            f"{said.nik}{_span(row.nik)}{END}"
            f"{going_cell(row.country, row.agency_name)}"
            f"{village}{date_cell(row.departed_on, row.planned_on)}"
            f"{said.status}{tags(row.review_status, row.stage, row.procedure)}"
            f"{said.notes(row, row.id in own)}{END}</tr>\n"
        )
    return Markup("".join(found))  # noqa: S704 - escaped above


def _span(words: str | None) -> str:
    return f"<span>{escaped(words)}</span>" if words else NOTHING


def _note(words: str | None) -> str:
    return f'<span class="cell-note">{escaped(words)}</span>' if words else ""


@lru_cache(maxsize=len(LANGUAGES))
def _words(_language: str) -> "_Words":
    return _Words()


class _Words:
    """Cells, their beginnings and words in the language of the page on which it was made."""

    def __init__(self) -> None:
        # No f-strings around these: the extractor of texts does not look into them.
        labels = (_("NIK"), _("Tujuan"), _("Desa"), _("Tanggal"), _("Status"))
        self.nik, self.going, self.village, self.day, self.status = (
            f'<td data-label="{escaped(label)}"><div>' for label in labels
        )
        self.departed, self.planned = _note(_("berangkat")), _note(_("rencana"))
        self.flags, no_day = _("Tanda"), escaped(_("belum ada"))
        self.no_day = f'<span class="muted">{no_day}</span>'
        self.months = {month: escaped(_(month)) for month in MONTHS}
        # Typed, as members of two enums may be equal as texts.
        self.tag = lru_cache(maxsize=None, typed=True)(_tag)

    def village_cell(self, name: str) -> str:
        return f"{self.village}{_span(name)}{END}"

    def going_cell(self, country: str | None, agency_name: str | None) -> str:
        return f"{self.going}{_span(country_label(country))}{_note(agency_name)}{END}"

    def date_cell(self, departed_on: date | None, planned_on: date | None) -> str:
        day = departed_on or planned_on
        if day is None:
            return f"{self.day}{self.no_day}{END}"
        what = self.departed if departed_on else self.planned
        return f"{self.day}{long_date(day, self.months.__getitem__)} {what}{END}"

    def tags(self, status: ReviewStatus, stage: Stage, procedure: Procedure | None) -> str:
        shown = (status, stage if stage is not Stage.PLANNED else None, procedure)
        tags = "".join(self.tag(member) for member in shown if member)
        return f'<span class="tags">{tags}</span>'

    def notes(self, row: ListedDeparture, is_own: bool) -> str:
        notes = ""
        if row.flags:
            notes += _note(f"{self.flags} {', '.join(row.flags)}")
        if row.questions:
            notes += _note(
                ngettext(
                    "%(count)s pertanyaan",
                    "%(count)s pertanyaan",
                    row.questions,
                    count=row.questions,
                )
            )
        if is_own:
            notes += _note(_("Anda ikut menulis"))
        return notes


def _tag(member: LabelledEnum) -> str:
    return f'<strong class="tag tag-{tone(member)}">{escaped(_(member.label))}</strong> '


def options(choices: Iterable[tuple[object, str]], chosen: Collection[str]) -> Markup:
    """The options of a select, those chosen marked."""
    return _options(tuple(choices), tuple(chosen))


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[object, str], ...], chosen: tuple[str, ...]) -> Markup:
    found = []
    for value, words in choices:
        selected = " selected" if str(value) in chosen else ""
        found.append(f'<option value="{escaped(str(value))}"{selected}>{escaped(words)}</option>')
    return Markup("".join(found))  # noqa: S704 - escaped above
