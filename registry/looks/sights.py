"""What an entry of the journal says that was seen: the fields of its page, and which of them whole.

What an entry does not tell counts as seen: a page that is not known here has every field of all
lists, and entries of long ago, which say less, are read as those of today that show more.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.departures.fields import (
    FIELDS,
    FULL_SIGHT,
    JOURNAL_FIELDS,
    NO_SIGHT,
    PAPER_FIELDS,
    POLICY,
    FieldInfo,
    Sight,
    Where,
    is_seen,
)
from registry.looks.ways import Way, way_of

Places = tuple[tuple[str, Where], ...]


class View(NamedTuple):
    """What a page or file puts before somebody: its name, and where the table of masks has each
    of its fields."""

    label: str
    fields: Places


class Seen(NamedTuple):
    """The labels of the fields that were seen whole, and of those seen masked."""

    whole: tuple[str, ...]
    masked: tuple[str, ...]


def _at(where: Where, *names: str) -> Places:
    return tuple((name, where) for name in names)


ALL_FIELDS = (*(name for name, info in FIELDS.items() if not info.is_code), *PAPER_FIELDS)
_ROWS = _at(Where.LIST, "name", "nik", "country", "agency_name", "planned_on", "departed_on")
_DECLARED = _at(Where.LIST, "ground", "emergency_reason")
_PHONE = _at(Where.LIST, "recruiter_phone")
# What all people of a pattern share stands above them, by how its entry tells it.
_SHARED = {
    "p3mi": _at(Where.LIST, "agency_name"),
    "perekrut": _at(Where.LIST, "recruiter_name"),
    "telepon": _PHONE,
}
_MEMBERS = _at(Where.LIST, "name", "planned_on", "departed_on")
# Sentences of flags name the visa and until when papers are valid.
_FLAGS = _at(Where.LIST, "name", "visa_kind", "expires_on")
# The address tells people of one name apart before somebody is recorded.
_RESIDENTS = (*_at(Where.LIST, "name", "nik"), *_at(Where.RECORD, "address"))
_PERSON = ("name", "nik", "birth_date", "sex")
_LETTER = (
    *(*_PERSON, "address", "rt", "rw", "country", "job_title", "agency_name", "scheme"),
    *("contract_months", "planned_on", "letter_signer", "letter_signer_relation"),
)
_SIGNER = ("family_name", "family_relation", "letter_signer", "letter_signer_relation")

RECORDS = View("Daftar keberangkatan", _ROWS)
# A page repeats the name that was sought.
NAMED = View("Daftar keberangkatan", (*_at(Where.SHOWN, "name"), *_ROWS[1:]))
FOUND = View("Hasil pencarian", _ROWS)
RESIDENTS = View("Pencarian sebelum mencatat", _RESIDENTS)
REVIEWS = View("Periksa", _ROWS)
FLAGS = View("Tanda", _FLAGS)
EMERGENCIES = View("Akses darurat", _DECLARED)
_ANY = (*_ROWS, *_RESIDENTS, *_FLAGS, *chain(*_SHARED.values()), *_DECLARED)
ANY_LIST = View("Daftar", tuple(dict.fromkeys(_ANY)))
# Its history tells of emergency accesses and why a person was shown.
_RECORD = (*ALL_FIELDS, "ground", "emergency_reason", "reason")
RECORD = View("Catatan", _at(Where.RECORD, *_RECORD))
SHOWN = View("Catatan", _at(Where.SHOWN, *_RECORD))
# The first step for a known resident; whoever is above the village sees it as a "tampilkan".
RESIDENT = View("Warga yang dipakai lagi", _at(Where.RECORD, *_PERSON))
RESIDENT_SHOWN = View("Warga yang dipakai lagi", _at(Where.SHOWN, *_PERSON))
LETTER_FORM = View("Surat izin keluarga", (*_at(Where.LIST, "name"), *_at(Where.SHOWN, *_SIGNER)))
LETTER = View("Surat izin keluarga", _at(Where.SHOWN, *_LETTER))
RECEIPT = View("Tanda terima", _at(Where.SHOWN, "name", "country", "planned_on"))
MASKED_FILE = View("Berkas", _at(Where.LIST, *ALL_FIELDS))
WHOLE_FILE = View("Berkas", _at(Where.SHOWN, *ALL_FIELDS))

LISTS = {
    "cari": FOUND,
    "catat": RESIDENTS,
    "periksa": REVIEWS,
    "tanda": FLAGS,
    "akses-darurat": EMERGENCIES,
}
# What is opened without being the record itself, by `cara`.
OPENED = {"surat": LETTER_FORM, "tanda": FLAGS, "catat": RESIDENT}
PRINTED = {"izin_keluarga": LETTER, "tanda_terima": RECEIPT}
# What a filter of the list of departures tells of everybody who stands in it.
TOLD_BY_FILTER = {
    "skema": "scheme",
    "jk": "sex",
    "pemberi_kerja": "employer_kind",
    "jabatan": "job_title",
    "usia": "birth_date",
}
# Steps on a record as its page shows it: nothing is written that had to be read in clear.
ON_THE_RECORD = frozenset(
    event.value
    for event in (
        *(Event.FLAG_FOLLOWED_UP, Event.FLAG_CLOSED, Event.FLAG_DISMISSED),
        *(Event.FLAG_REOPENED, Event.FLAG_NOTED),
        *(Event.DEPARTURE_VERIFIED, Event.DEPARTURE_SENT_BACK),
        *(Event.DEPARTURE_SUBMITTED, Event.DEPARTURE_DEPARTED, Event.DEPARTURE_RETURNED),
        *(Event.DEPARTURE_CANCELLED, Event.DEPARTURE_STAGE_TAKEN_BACK, Event.DEPARTURE_DELETED),
        # What an emergency shows has an entry of its own, each time.
        *(Event.EMERGENCY_OPENED, Event.EMERGENCY_ENDED),
    )
)


def view_of(event: str, detail: Mapping[str, Any]) -> View:
    """What the page or file of this entry put before who made it."""
    way = way_of(event, detail)
    if way in (Way.LISTED, Way.SEARCHED):
        return _list(detail, is_search=way is Way.SEARCHED)
    if way is Way.OPENED:
        return OPENED.get(detail.get("cara", ""), RECORD)
    if way is Way.PRINTED:
        return PRINTED.get(detail.get("surat", ""), SHOWN)
    if way is Way.REVEALED and detail.get("cara") == "catat":
        return RESIDENT_SHOWN
    if way in (Way.EXPORTED, Way.EXPORTED_FULL):
        return MASKED_FILE if way is Way.EXPORTED else WHOLE_FILE
    if event == Event.DEPARTURE_LETTER.value:
        return LETTER_FORM
    return RECORD if event in ON_THE_RECORD else SHOWN


def _list(detail: Mapping[str, Any], *, is_search: bool) -> View:
    page = detail.get("halaman") or _page_of_old_entry(detail)
    if page == "beranda":
        return _home(detail)
    if page == "pola":
        return _patterns(detail)
    if page != "keberangkatan":
        return LISTS.get(page, ANY_LIST)
    is_named = is_search and detail.get("dicari", "nama") == "nama"
    return _filtered(NAMED if is_named else RECORDS, detail.get("saringan") or ())


def _patterns(detail: Mapping[str, Any]) -> View:
    """One pattern with its people, or the list of them, which names what they share alone."""
    shared = tuple(chain(*(where for told, where in _SHARED.items() if detail.get(told, True))))
    if isinstance(detail.get("pola"), list):
        return View("Daftar pola", tuple(place for place in shared if place not in _PHONE))
    return View("Pola", (*_MEMBERS, *shared))


def _home(detail: Mapping[str, Any]) -> View:
    flags = _FLAGS[1:] if detail.get("tanda", True) else ()
    declared = _DECLARED if detail.get("darurat", True) else ()
    return View("Beranda", (*_ROWS, *flags, *declared))


def _page_of_old_entry(detail: Mapping[str, Any]) -> str:
    """Three pages named themselves by what they noted only."""
    if "warga" in detail:
        return "catat"
    if "saringan" in detail:
        return "keberangkatan"
    return "cari" if "ditemukan" in detail else ""


def _filtered(view: View, said: Any) -> View:
    told = {TOLD_BY_FILTER[name] for name, _value in said if name in TOLD_BY_FILTER}
    return View(view.label, (*view.fields, *_at(Where.LIST, *sorted(told)))) if told else view


@lru_cache(maxsize=1024)
def seen_in(view: View, role: str) -> Seen:
    """What a role sees there, by the table of fields and masks; the system's files are masked."""
    known = Role.from_text(role)
    whole: list[str] = []
    partly: list[str] = []
    for name, where in view.fields:
        info, label = _words(name)
        labels = whole if is_seen(info.mask, _sight(where, known)) else partly
        labels.append(label)
    return Seen(tuple(whole), tuple(partly))


def _words(name: str) -> tuple[FieldInfo, str]:
    if name in PAPER_FIELDS:
        return PAPER_FIELDS[name], f"Dokumen: {PAPER_FIELDS[name].label}"
    info = FIELDS.get(name) or JOURNAL_FIELDS[name]
    return info, info.label


def _sight(where: Where, role: Role | None) -> Sight:
    if role is None:
        return FULL_SIGHT if where is Where.SHOWN else NO_SIGHT
    return POLICY[where][role]
