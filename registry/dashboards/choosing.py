"""The filter form of a dashboard: every filter of the contract, the rarer ones folded away.

A control is left out while its filter says more than one value, which it could not show; those
values travel on as hidden inputs, and their chips take them off.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from flask import url_for
from markupsafe import Markup

from registry.assessment.rules import RULES
from registry.dashboards import counts
from registry.departures.filters import OTHER_JOB, Filter
from registry.enums import (
    N_,
    UNKNOWN,
    UNKNOWN_LABEL,
    AgeGroup,
    EmployerKind,
    LabelledEnum,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.escaping import escaped
from registry.extensions import gettext as _
from registry.extensions import page_language
from registry.formatting import MONTHS
from registry.reference.countries import country_label

Pairs = list[tuple[str, str]]
Choices = tuple[tuple[str, str], ...]
READY = (Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK)
ALWAYS_SEEN = ("tahun", "negara", "skema", "jk")
# What only makes sense to a list, or stands in the address itself.
NOT_ASKED = ("wilayah", "urut", "setelah")


class Form(NamedTuple):
    """The parts of the form as HTML.

    Attributes:
        is_open: whether one of the folded filters is in force.
        agencies_url: the page on which an agency is chosen.
    """

    hidden: Markup
    seen: Markup
    folded: Markup
    is_open: bool
    agencies_url: str


def form_of(f: Filter, titles: dict[str, str]) -> Form:
    """The form that leads on from a filter; `titles` are those of the jobs, by code."""
    said: dict[str, list[str]] = {}
    for name, value in f.pairs():
        if name not in NOT_ASKED:
            said.setdefault(name, []).append(value)
    shown = {name for name in CONTROLS if len(said.get(name, [])) <= 1}
    carried = [(name, value) for name, values in said.items() if name not in shown
               for value in values]  # fmt: skip
    language = page_language()
    controls = {
        name: _control(name, said.get(name, [""])[0], f, titles, language)
        for name in CONTROLS
        if name in shown
    }
    folded = [name for name in controls if name not in ALWAYS_SEEN]
    query = f.query(f.area)
    agencies_url = url_for("dashboards.agencies", kode=f.area.code)
    return Form(
        hidden=_joined(
            f'<input type="hidden" name="{name}" value="{escaped(value)}">'
            for name, value in carried
        ),
        seen=_joined(controls[name] for name in ALWAYS_SEEN if name in controls),
        folded=_joined(controls[name] for name in folded),
        is_open=any(name in said for name in folded) or "p3mi" in said,
        agencies_url=f"{agencies_url}?{query}" if query else agencies_url,
    )


def _joined(parts: Iterable[str]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 - escaped where they are made


def _control(name: str, chosen: str, f: Filter, titles: dict[str, str], language: str) -> str:
    if name in ("dari", "sampai"):
        return _day(name, chosen, language)
    if name in _TICKED:
        return _tick(name, bool(chosen), language)
    if name == "jabatan":
        return _select(name, _jobs(tuple(titles.items()), language), chosen, language)
    if name in _CHANGING:
        return _select(name, _CHANGING[name](f), chosen, language)
    return _select(name, _fixed(name, language), chosen, language)


def _field(name: str, label: str, control: str) -> str:
    return (
        f'<div class="col"><label class="form-label" for="saring-{name}">{escaped(label)}</label>'
        f"{control}</div>"
    )


@lru_cache(maxsize=512)
def _select(name: str, choices: Choices, chosen: str, _language: str) -> str:
    options = [f'<option value="">{escaped(_("Semua"))}</option>']
    for value, words in choices:
        mark = " selected" if value == chosen else ""
        options.append(f'<option value="{escaped(value)}"{mark}>{escaped(words)}</option>')
    control = f'<select class="form-select" id="saring-{name}" name="{name}">{"".join(options)}'
    return _field(name, _(CONTROLS[name]), f"{control}</select>")


@lru_cache(maxsize=256)
def _day(name: str, chosen: str, _locale: str) -> str:
    return _field(
        name,
        _(CONTROLS[name]),
        f'<input class="form-control" type="date" id="saring-{name}" name="{name}"'
        f' value="{escaped(chosen)}">',
    )


@lru_cache(maxsize=16)
def _tick(name: str, is_chosen: bool, _locale: str) -> str:
    mark = " checked" if is_chosen else ""
    return (
        f'<div class="col"><div class="choice"><input class="form-check-input" type="checkbox"'
        f' id="saring-{name}" name="{name}" value="{_TICKED[name]}"{mark}>'
        f'<label for="saring-{name}">{escaped(_(CONTROLS[name]))}</label></div></div>'
    )


# What each control offers


@lru_cache(maxsize=64)
def _fixed(name: str, _language: str) -> Choices:
    return tuple(_FIXED[name]())


def _labelled(members: Iterable[LabelledEnum], *, unknown: bool = False) -> Pairs:
    found = [(member.value, _(member.label)) for member in members]
    return [*found, (UNKNOWN, _(UNKNOWN_LABEL))] if unknown else found


def _years(f: Filter) -> Choices:
    years = {*counts.years(f), *([f.year] if f.year else [])}
    return tuple((str(year), str(year)) for year in sorted(years, reverse=True))


def _countries(f: Filter) -> Choices:
    return _named({*counts.countries(f), *f.country} - {UNKNOWN})


def _named(codes: Iterable[str]) -> Choices:
    named = sorted((country_label(code), code) for code in codes)
    return (*((code, name) for name, code in named), (UNKNOWN, _(UNKNOWN_LABEL)))


@lru_cache(maxsize=8)
def _jobs(titles: Choices, _language: str) -> Choices:
    named = sorted(titles, key=lambda one: one[1])
    return (*named, (OTHER_JOB, _("Pekerjaan lainnya")))


_CHANGING: dict[str, Callable[[Filter], Choices]] = {
    "tahun": _years,
    "negara": _countries,
}
_FIXED: dict[str, Callable[[], Pairs]] = {
    "skema": lambda: _labelled(Scheme, unknown=True),
    "jk": lambda: _labelled(Sex, unknown=True),
    "bulan": lambda: [(str(number), _(name)) for number, name in enumerate(MONTHS, 1)],
    "pmi": lambda: [("ya", _("PMI saja")), ("tidak", _("Bukan PMI"))],
    "tahap": lambda: _labelled(Stage),
    "status": lambda: _labelled(ReviewStatus),
    "prosedur": lambda: _labelled(Procedure),
    "siap": lambda: _labelled(READY),
    "usia": lambda: _labelled(AgeGroup, unknown=True),
    "pemberi_kerja": lambda: _labelled(EmployerKind, unknown=True),
    "tanda": lambda: [(rule.number, f"{rule.number} {_(rule.title)}") for rule in RULES],
}
_TICKED = {"tanggal": UNKNOWN, "publik": "1"}
# In the order in which they stand.
CONTROLS = {
    "tahun": N_("Tahun"),
    "negara": N_("Negara"),
    "skema": N_("Skema"),
    "jk": N_("Jenis kelamin"),
    "bulan": N_("Bulan"),
    "dari": N_("Berangkat sejak"),
    "sampai": N_("Berangkat sampai"),
    "pmi": N_("PMI atau bukan"),
    "tahap": N_("Tahap"),
    "status": N_("Pemeriksaan"),
    "prosedur": N_("Prosedur"),
    "siap": N_("Siap saat berangkat"),
    "pemberi_kerja": N_("Pemberi kerja"),
    "jabatan": N_("Jabatan"),
    "usia": N_("Usia"),
    "tanda": N_("Tanda"),
    "tanggal": N_("Hanya yang tanpa tanggal"),
    "publik": N_("Untuk publik: angka kecil disamarkan"),
}
