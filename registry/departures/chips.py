"""The filters in force as chips that can be taken off, and the choices of the filter form."""

from functools import lru_cache
from typing import Any, NamedTuple

from flask import url_for

from registry.assessment.rules import RULES
from registry.departures.filters import OTHER_JOB, Filter, Order
from registry.enums import (
    N_,
    UNKNOWN,
    UNKNOWN_LABEL,
    AgeGroup,
    EmployerKind,
    LabelledEnum,
    Level,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.extensions import LANGUAGES, page_language
from registry.extensions import gettext as _
from registry.formatting import MONTHS, long_date
from registry.reference.countries import countries, country_label
from registry.reference.queries import agency_names, job_titles
from registry.regions.area import Area
from registry.regions.queries import child_names, place

Choices = tuple[tuple[Any, str], ...]


class Chip(NamedTuple):
    """One filter in force, and the address of the list without it."""

    label: str
    remove_url: str


REPEATED: tuple[tuple[str, str, type[LabelledEnum]], ...] = (
    ("scheme", N_("Skema"), Scheme),
    ("sex", N_("Jenis kelamin"), Sex),
    ("stage", N_("Tahap"), Stage),
    ("status", N_("Pemeriksaan"), ReviewStatus),
    ("procedure", N_("Prosedur"), Procedure),
    ("employer", N_("Pemberi kerja"), EmployerKind),
    ("age", N_("Usia"), AgeGroup),
    ("readiness", N_("Siap saat berangkat"), Procedure),
)


def chips_of(
    f: Filter, home: Area, endpoint: str = "departures.index", **values: Any
) -> list[Chip]:
    """A chip for each filter value in force, in the order of the contract."""

    def without(**changes: Any) -> str:
        query = f.query(home, **changes)
        return url_for(endpoint, **values) + (f"?{query}" if query else "")

    found = []
    if f.area != home and endpoint == "departures.index":
        found.append(Chip(place(f.area.code).title, without(area=home)))
    found += [Chip(label, without(**changes)) for label, changes in _single(f)]
    for name, label_of in _many(f).items():
        chosen: tuple[str, ...] = getattr(f, name)
        for value in chosen:
            rest = tuple(other for other in chosen if other != value)
            found.append(Chip(label_of(value), without(**{name: rest})))
    return found


def _single(f: Filter) -> list[tuple[str, dict[str, Any]]]:
    said: list[tuple[str, dict[str, Any]]] = []
    if f.since:
        said.append((_("Sejak %(day)s", day=long_date(f.since, _)), {"since": None}))
    if f.until:
        said.append((_("Sampai %(day)s", day=long_date(f.until, _)), {"until": None}))
    if f.year:
        said.append((_("Tahun %(year)s", year=f.year), {"year": None, "month": None}))
    if f.month:
        said.append((_(MONTHS[f.month - 1]), {"month": None}))
    if f.pmi:
        label = _("PMI saja") if f.pmi == "ya" else _("Bukan PMI")
        said.append((label, {"pmi": ""}))
    if f.dateless:
        said.append((_("Tanpa tanggal"), {"dateless": False}))
    if f.text:
        said.append((f"“{f.text}”", {"text": ""}))
    return said


def _many(f: Filter) -> dict[str, Any]:
    """How each repeatable field writes its values."""
    labels: dict[str, Any] = {
        "country": lambda v: country_label(None if v == UNKNOWN else v),
        "flag": lambda v: _("Tanda %(rule)s", rule=v),
    }
    if f.agency:
        labels["agency"] = agency_names().__getitem__
    if f.job:
        titles = job_titles() | {OTHER_JOB: _("Pekerjaan lainnya")}
        labels["job"] = lambda v: titles.get(v, v)
    for name, label, members in REPEATED:
        labels[name] = _labelled(label, members)
    return labels


def _labelled(label: str, members: type[LabelledEnum]) -> Any:
    def text(value: str) -> str:
        word = UNKNOWN_LABEL if value == UNKNOWN else members.of(value).label
        return f"{_(label)}: {_(word)}"

    return text


def filter_choices(*, by_name: bool) -> dict[str, Choices]:
    """What the filter form offers besides areas, in the language of the page.

    Args:
        by_name: whether the list may be ordered by name.
    """
    choices = dict(_fixed_choices(page_language()))
    if by_name:
        choices["orders"] = (*choices["orders"], (Order.NAME.value, _("Nama")))
    return choices


@lru_cache(maxsize=len(LANGUAGES))
def _fixed_choices(_language: str) -> dict[str, Choices]:
    return {
        "countries": _country_choices(),
        "schemes": _translated(Scheme),
        "stages": _translated(Stage),
        "statuses": _translated(ReviewStatus),
        "procedures": _translated(Procedure),
        "sexes": _translated(Sex),
        "rules": tuple((rule.number, f"{rule.number} {_(rule.title)}") for rule in RULES),
        "orders": (
            (Order.LEAVING.value, _("Tanggal berangkat terbaru")),
            (Order.NEWEST.value, _("Dicatat terbaru")),
        ),
    }


def _country_choices() -> tuple[tuple[str, str], ...]:
    found = ((code, country_label(code)) for code in countries().names)
    return tuple(sorted(found, key=lambda one: one[1]))


def _translated(members: type[LabelledEnum]) -> tuple[tuple[str, str], ...]:
    return tuple((value, _(label)) for value, label in members.choices())


def area_choices(f: Filter) -> Choices:
    """The area in force itself, and the regions right below it."""
    here = ((f.area.code, place(f.area.code).title),)
    if f.area.level is Level.VILLAGE:
        return here
    return (*here, *child_names(f.area.code).items())
