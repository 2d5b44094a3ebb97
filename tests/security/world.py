"""Five places of the tree, each with people, papers, flags, patterns and accounts of its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures import decisions, marks, operations
from registry.departures.filters import Filter
from registry.departures.flag_workflow import FlagAction
from registry.departures.models import Departure
from registry.enums import DocumentKind, DocumentStatus, Relation, ReturnKind, Scheme, Sex, VisaKind
from registry.flags.operations import take_step
from registry.flags.patterns import find_patterns
from registry.formatting import today
from registry.reference.models import AgencyAlias, AgencyLicence, Destination
from registry.reference.queries import load_reference
from registry.regions.area import Area
from registry.rights import corrections
from registry.workbooks import export_requests
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    VILLAGE,
    make_agency,
    make_nik,
    make_user,
)

# Of the same subdistrict, of another one, of another district, and of another province. The words
# occur nowhere else, so that a page that holds one shows something of that place.
PLACES = {
    VILLAGE: "Xaqor",
    SISTER_VILLAGE: "Xebun",
    "1807022001": "Xidalu",
    "1801042001": "Xomery",
    FOREIGN_VILLAGE: "Xuvanq",
}
STATES = ("draft", "submitted", "sent_back", "cancelled", "returned", "departed")
NUMBERS = frozenset({"nik", "family_card", "phone", "passport", "id_pmi", "letter"})
FAMILY = frozenset({"family_name", "family_phone", "address", "signer"})
NAMES = frozenset({"name"})
RECRUITERS = frozenset({"recruiter", "recruiter_phone"})

_NOT_PLAIN = re.compile(r"[^0-9a-z•]")


def squeezed(text: str) -> str:
    """A text without blanks, dots and the like, so that no way of writing a number hides it."""
    return _NOT_PLAIN.sub("", text.lower())


@dataclass
class Place:
    """What one place holds: the ids by kind, and every word and number that nobody else may see."""

    code: str
    word: str
    secrets: dict[str, list[str]] = field(default_factory=dict)
    departures: dict[str, int] = field(default_factory=dict)
    residents: list[int] = field(default_factory=list)
    users: dict[Role, int] = field(default_factory=dict)
    flags: list[int] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    corrections: list[int] = field(default_factory=list)
    decree: int = 0

    def hide(self, kind: str, text: str) -> str:
        self.secrets.setdefault(kind, []).append(squeezed(text))
        return text

    @property
    def codes(self) -> tuple[str, ...]:
        """The place itself and every region above it but the country."""
        return tuple(self.code[:length] for length in (10, 6, 4, 2))


@dataclass
class World:
    """All places, and the ids of reference data, which belongs to no place."""

    places: list[Place]
    agency_id: int
    licence_id: int
    alias_id: int
    row_id: int

    def outside(self, area: Area) -> Iterator[Place]:
        return (place for place in self.places if not area.holds(place.code))

    def inside(self, area: Area) -> Iterator[Place]:
        return (place for place in self.places if area.holds(place.code))


def make_world(words: Mapping[str, str] = PLACES) -> World:
    """Fill the database through the real operations; committed.

    Args:
        words: for the code of each place, the word that its texts hold.
    """
    agency, other = make_agency("PT Penempatan Uji"), make_agency("PT Lain Sekali")
    db.session.add(AgencyAlias(agency_id=other.id, name="Lain", normal_name="lain"))
    alias = AgencyAlias(agency_id=agency.id, name="Uji Jaya", normal_name="uji jaya")
    db.session.add(alias)
    db.session.flush()
    licence = db.session.scalars(
        select(AgencyLicence.id).where(AgencyLicence.agency_id == agency.id)
    ).first()
    row = db.session.scalars(select(Destination.id)).first()
    assert licence is not None
    assert row is not None
    places = [_place(code, word) for code, word in words.items()]
    db.session.commit()
    return World(places, agency.id, licence, alias.id, row)


def _place(code: str, word: str) -> Place:
    place = Place(code, word)
    users = {role: _account(place, role) for role in (*list(Role)[:4], Role.ADMIN)}
    place.users = {role: user.id for role, user in users.items()}
    for state in STATES:
        departure = _departure(place, state, users)
        place.departures[state] = departure.id
        place.residents.append(departure.resident_id)
        place.flags.extend(flag.id for flag in departure.flags[:1])
    flag = departure.flags[0]
    note = place.hide("note", f"Catatan {word} tentang penjemputan")
    take_step(
        flag,
        FlagAction.NOTE,
        by=users[Role.LABOUR_OFFICE],
        seen_state=flag.state.value,
        note=note,
        is_restricted=True,
    )
    db.session.commit()
    first = db.session.get_one(Departure, place.departures["draft"])
    words = place.hide("request", f"Permintaan {word} tentang tanggal lahir")
    place.corrections = [corrections.ask(first, words, by=users[Role.OPERATOR]).id]
    asked = export_requests.Asked(Filter(area=Area(code)), whole_words=False)
    purpose = f"Keperluan {word} untuk rapat"
    request = export_requests.ask(asked, 3, purpose, by=users[Role.OPERATOR])
    place.requests = [request.id]
    db.session.commit()
    found = find_patterns(Area(code), load_reference(), today())
    place.patterns = [pattern.id for pattern in found]
    place.decree = _decree(place)
    return place


def _decree(place: Place) -> int:
    """The number of the journal's entry about a decree that made the village."""
    name = place.hide("decree", f"Keputusan {place.word}")
    detail = {"keputusan": name, "berlaku": "2026-01-01", "kode": [], "baru": [place.code]}
    log.record(Event.REGION_RECODED, by=log.SYSTEM, area_code=place.code, detail=detail)
    db.session.commit()
    entries = select(func.max(JournalEntry.seq))
    return db.session.scalars(entries.where(JournalEntry.event == Event.REGION_RECODED.value)).one()


def _account(place: Place, role: Role) -> User:
    lengths = {Role.REVIEWER: 6, Role.LABOUR_OFFICE: 4, Role.ADMIN: 6}
    return make_user(
        role=role,
        area=place.code[: lengths.get(role, 10)],
        username=place.hide("account", f"{role.value}.{place.word.lower()}"[:60]),
        name=place.hide("account", f"Pejabat {role.value} {place.word}"),
    )


def _departure(place: Place, state: str, users: dict[Role, User]) -> Departure:
    """A departure with every personal field filled in, in the wanted state."""
    by, word, nik = users[Role.OPERATOR], place.word, make_nik()
    serial = f"{len(place.departures)}{place.code[2:]}"
    departure = operations.create(
        village_code=place.code,
        resident=None,
        values={
            "nik": place.hide("nik", nik),
            "name": place.hide("name", f"Qanita {word} {state.replace('_', ' ').title()}"),
            "sex": Sex.FEMALE,
            "birth_date": today() - timedelta(days=28 * 365),
        },
        by=by,
        client_key=f"kunci-{word}-{state}",
    )
    phones = [f"+6281{digit}{serial[-9:]}" for digit in "357"]
    operations.save_answers(
        departure,
        {
            "address": place.hide("address", f"Lorong {word}"),
            "rt": "003",
            "rw": "001",
            "phone": place.hide("phone", phones[0]),
            "family_card": place.hide("family_card", make_nik()),
            "family_name": place.hide("family_name", f"Keluarga {word}"),
            "family_relation": Relation.MOTHER,
            "family_phone": place.hide("family_phone", phones[1]),
            "country": "TW",
            "scheme": Scheme.P_TO_P,
            "job_title": "Perawat lansia",
            "visa_kind": VisaKind.TOURIST,
            "planned_on": today() + timedelta(days=60),
            "recruiter_name": place.hide("recruiter", f"Calo {word}"),
            "recruiter_phone": place.hide("recruiter_phone", f"+62899{place.code[2:]}"),
            "id_pmi": place.hide("id_pmi", f"PMI{word}{serial}"),
        },
        by=by,
        seen_revision=departure.revision,
    )
    passport = place.hide("passport", f"C{word.upper()}{serial}")
    answer = operations.DocumentAnswer(
        DocumentStatus.PRESENT, passport, expires_on=today() + timedelta(days=3000)
    )
    operations.save_documents(
        departure, {DocumentKind.PASSPORT: answer}, by=by, seen_revision=departure.revision
    )
    operations.record_letter(
        departure,
        number=place.hide("letter", f"474/{word}/{serial}"),
        issued_on=today(),
        signer=place.hide("signer", f"Wali {word}"),
        relation=Relation.MOTHER,
        by=by,
        seen_revision=departure.revision,
    )
    if state != "draft":
        decisions.submit(departure, by=by, seen_revision=departure.revision)
    reason = place.hide("reason", f"Alasan {word} untuk {serial}")
    if state == "sent_back":
        decisions.send_back(
            departure,
            reason,
            by=users[Role.REVIEWER],
            seen_revision=departure.revision,
            lone_reviewer=False,
        )
    if state == "cancelled":
        marks.cancel(departure, reason, by=by, seen_revision=departure.revision)
    if state in ("departed", "returned"):
        decisions.verify(
            departure,
            by=users[Role.REVIEWER],
            seen_revision=departure.revision,
            lone_reviewer=False,
        )
        marks.mark_departed(
            departure, today() - timedelta(days=3), by=by, seen_revision=departure.revision
        )
    if state == "returned":
        day, kind = today() - timedelta(days=1), ReturnKind.LEAVE
        marks.mark_returned(departure, day, kind, by=by, seen_revision=departure.revision)
    db.session.commit()
    place.hide("number", departure.registration_number)
    return departure
