"""The rows of a list as HTML: made here, since a page has fifty of them.

A template takes ten times as long for a row. Everything that is not ours is escaped; words that
come again in every row are looked up once a page.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import lru_cache

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from registry.departures.listed import ListedDeparture
from registry.departures.show import tone
from registry.enums import LabelledEnum, Stage
from registry.formatting import long_date
from registry.reference.countries import country_label

NOTHING = '<span class="muted">–</span>'


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
    show_url = str(escape(url_for("departures.show", departure_id=0)))[:-1]
    said = _Words()
    found = []
    for row in rows:
        village = said.cell(said.village, row.village_name) if with_village else ""
        found.append(
            f'<tr><th scope="row"><a href="{show_url}{row.id}">{escape(row.name)}</a>'
            f"{_note(row.registration_number)}</th>"
            f"{said.cell(said.nik, row.nik)}"
            f"{said.cell(said.country, said.country_of(row.country), row.agency_name)}"
            f"{village}{said.date_cell(row)}{said.status_cell(row, row.id in own)}</tr>\n"
        )
    return Markup("".join(found))  # noqa: S704 - escaped above


def _note(words: str | None) -> str:
    return f'<span class="cell-note">{escape(words)}</span>' if words else ""


class _Words:
    """The words of one page in the language of its reader, each looked up once."""

    def __init__(self) -> None:
        # No f-strings around these: the extractor of texts does not look into them.
        labels = (_("NIK"), _("Tujuan"), _("Desa"), _("Tanggal"), _("Status"))
        self.nik, self.country, self.village, self.day, self.status = map(str, map(escape, labels))
        self.departed, self.planned = _note(_("berangkat")), _note(_("rencana"))
        self.flags, no_day = _("Tanda"), escape(_("belum ada"))
        self.no_day = f'<span class="muted">{no_day}</span>'
        self._known: dict[object, str] = {}

    def _once(self, key: object, make: Callable[[], str]) -> str:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def country_of(self, code: str | None) -> str:
        return self._once(("country", code), lambda: country_label(code))

    def cell(self, label: str, value: str | None, note: str | None = None) -> str:
        content = f"<span>{escape(value)}</span>" if value else NOTHING
        return f'<td data-label="{label}"><div>{content}{_note(note)}</div></td>'

    def date_cell(self, row: ListedDeparture) -> str:
        if row.departed_on:
            content = f"{self._day(row.departed_on)} {self.departed}"
        elif row.planned_on:
            content = f"{self._day(row.planned_on)} {self.planned}"
        else:
            content = self.no_day
        return f'<td data-label="{self.day}"><div>{content}</div></td>'

    def _day(self, day: date) -> str:
        return self._once(day, lambda: str(escape(long_date(day, _))))

    def status_cell(self, row: ListedDeparture, is_own: bool) -> str:
        tags = self._tag(row.review_status)
        if row.stage is not Stage.PLANNED:
            tags += self._tag(row.stage)
        if row.procedure:
            tags += self._tag(row.procedure)
        notes = ""
        if row.flags:
            notes += _note(f"{self.flags} {', '.join(row.flags)}")
        if row.questions:
            notes += _note(_("%(count)s pertanyaan", count=row.questions))
        if is_own:
            notes += _note(_("Anda ikut menulis"))
        content = f'<span class="tags">{tags}</span>{notes}'
        return f'<td data-label="{self.status}"><div>{content}</div></td>'

    def _tag(self, member: LabelledEnum) -> str:
        # Members of two enums may be equal as texts.
        return self._once((type(member), member), lambda: _tag(member))


def _tag(member: LabelledEnum) -> str:
    return f'<strong class="tag tag-{tone(member)}">{escape(_(member.label))}</strong> '


def options(choices: Iterable[tuple[object, str]], chosen: Collection[str]) -> Markup:
    """The options of a select, those chosen marked."""
    return _options(tuple(choices), tuple(chosen))


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[object, str], ...], chosen: tuple[str, ...]) -> Markup:
    found = []
    for value, words in choices:
        selected = " selected" if str(value) in chosen else ""
        found.append(f'<option value="{escape(value)}"{selected}>{escape(words)}</option>')
    return Markup("".join(found))  # noqa: S704 - escaped above
