"""Two people who act on one thing at once, through the pages: one wins, the other is told.

Used by the suite for a few pairs of each kind, and by `bench.faults.races` for hundreds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures.models import Departure
from registry.enums import ReviewStatus, VisaKind
from registry.flags.patterns import find_patterns
from registry.formatting import today
from registry.reference.queries import load_reference
from registry.workbooks import importing
from tests.conftest import signed_in
from tests.factories import AREA_OF, SISTER_VILLAGE, make_departure, make_user
from tests.page import token
from tests.pages.imports import xlsx

Step = Callable[[], int]
WON, LOST = 302, 409

DECISIONS = {
    Event.DEPARTURE_VERIFIED,
    Event.DEPARTURE_SENT_BACK,
    Event.DEPARTURE_CHANGED,
    Event.DEPARTURE_CORRECTED,
    Event.DEPARTURE_DEPARTED,
    Event.DEPARTURE_CANCELLED,
    Event.FLAG_FOLLOWED_UP,
    Event.FLAG_CLOSED,
    Event.FLAG_DISMISSED,
    Event.PATTERN_FOLLOWED_UP,
    Event.PATTERN_DISMISSED,
    Event.DEPARTURES_IMPORTED,
}


@dataclass(frozen=True)
class Outcome:
    """The statuses of both, the smaller first, and how many decisions the journal holds of them."""

    statuses: tuple[int, ...]
    decisions: int

    @property
    def is_fair(self) -> bool:
        return self.statuses == (WON, LOST) and self.decisions == 1


class Office:
    """Two of each role, signed in; they act on what each race makes anew."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        made = {role: [make_user(role=role) for _ in range(2)] for role in AREA_OF}
        self._clients = {user.id: signed_in(app, user) for users in made.values() for user in users}
        self._ids = {role: [user.id for user in users] for role, users in made.items()}
        self._tokens = {
            number: token(client.get("/akun/saya")) for number, client in self._clients.items()
        }
        self._neighbour_id = make_user(area=SISTER_VILLAGE).id
        self._count = 0

    def user(self, role: Role, which: int = 0) -> User:
        return db.session.get_one(User, self._ids[role][which])

    def post(self, role: Role, which: int, path: str, **data: Any) -> Step:
        """A form that somebody is about to send; its answer is a status."""
        user_id = self._ids[role][which]
        data["csrf_token"] = self._tokens[user_id]
        return lambda: self._clients[user_id].post(path, data=data).status_code

    def submitted(self) -> Departure:
        return make_departure(
            by=self.user(Role.OPERATOR),
            status=ReviewStatus.SUBMITTED,
            visa_kind=VisaKind.TOURIST,
        )

    def verify(self, departure: Departure, which: int = 0) -> Step:
        path = f"/periksa/{departure.id}/verifikasi"
        return self.post(Role.REVIEWER, which, path, **{"tombol-versi": departure.revision})

    def send_back(self, departure: Departure) -> Step:
        form = {"kembali-versi": departure.revision, "kembali-alasan": "Alamat tidak cocok."}
        return self.post(Role.REVIEWER, 1, f"/periksa/{departure.id}/kembalikan", **form)

    def edit(self, departure: Departure, which: int) -> Step:
        path = f"/keberangkatan/{departure.id}/alamat"
        form = {"versi": departure.revision, "address": f"Dusun {which}", "rt": "1", "rw": "1"}
        return self.post(Role.OPERATOR, which, path, **form)

    def mark(self, departure: Departure, which: int, step: str, **form: str) -> Step:
        values = {f"{step}-{name}": value for name, value in form.items()}
        values[f"{step}-versi"] = str(departure.revision)
        return self.post(Role.OPERATOR, which, f"/keberangkatan/{departure.id}/{step}", **values)

    def flag_step(self, departure: Departure, which: int, step: str) -> Step:
        flag = departure.flags[0]
        form = {f"tanda-{flag.id}-keadaan": "open", f"tanda-{flag.id}-catatan": "Sudah diperiksa"}
        return self.post(Role.REVIEWER, which, f"/tanda/{flag.id}/{step}", **form)

    def import_step(self, departure: Departure) -> Step:
        row = {
            "No. Registrasi": departure.registration_number,
            "Nama": departure.resident.name,
            "Jabatan": "Juru masak",
        }
        user_id = self._ids[Role.OPERATOR][0]
        plan = importing.plan(self.user(Role.OPERATOR), xlsx(row), "data.xlsx")
        assert not plan.bad, plan.bad

        def apply() -> int:
            try:
                user = db.session.get_one(User, user_id)
                importing.apply(plan, user)
            except importing.ImportOutdated:
                return LOST
            return WON

        return apply

    def pattern(self) -> str:
        """The id of a new pattern: one recruiter in two villages."""
        self._count += 1
        named = {"recruiter_name": f"Calo {'abcdefghij'[self._count % 10]}{self._count}"}
        first = make_departure(by=self.user(Role.OPERATOR), **named)
        neighbour = db.session.get_one(User, self._neighbour_id)
        make_departure(by=neighbour, village=SISTER_VILLAGE, **named)
        found = find_patterns(self.user(Role.LABOUR_OFFICE).area, load_reference(), today())
        pattern_id = next(p.id for p in found if first.id in p.member_ids)
        db.session.rollback()
        return pattern_id

    def pattern_step(self, role: Role, pattern_id: str, step: str) -> Step:
        form = {"keadaan": "open", "catatan": "Sudah diperiksa"}
        return self.post(role, 0, f"/pola/{pattern_id}/{step}", **form)


Pair = tuple[Step, Step]


def _verify_verify(office: Office) -> Pair:
    departure = office.submitted()
    return office.verify(departure, 0), office.verify(departure, 1)


def _verify_edit(office: Office) -> Pair:
    departure = office.submitted()
    return office.verify(departure), office.edit(departure, 1)


def _verify_send_back(office: Office) -> Pair:
    departure = office.submitted()
    return office.verify(departure), office.send_back(departure)


def _edit_edit(office: Office) -> Pair:
    departure = office.submitted()
    return office.edit(departure, 0), office.edit(departure, 1)


def _mark_mark(office: Office) -> Pair:
    departure = office.submitted()
    return (
        office.mark(departure, 0, "berangkat", tanggal=today().isoformat()),
        office.mark(departure, 1, "batal", alasan="Tidak jadi berangkat"),
    )


def _close_dismiss(office: Office) -> Pair:
    departure = office.submitted()
    return office.flag_step(departure, 0, "selesai"), office.flag_step(departure, 1, "keliru")


def _import_verify(office: Office) -> Pair:
    departure = office.submitted()
    return office.import_step(departure), office.verify(departure)


def _pattern_pattern(office: Office) -> Pair:
    pattern_id = office.pattern()
    return (
        office.pattern_step(Role.LABOUR_OFFICE, pattern_id, "tindak"),
        office.pattern_step(Role.BP3MI, pattern_id, "keliru"),
    )


RACES: dict[str, Callable[[Office], Pair]] = {
    "verify/verify": _verify_verify,
    "verify/edit": _verify_edit,
    "verify/send back": _verify_send_back,
    "edit/edit": _edit_edit,
    "depart/cancel": _mark_mark,
    "close/dismiss a flag": _close_dismiss,
    "import/verify": _import_verify,
    "follow up/dismiss a pattern": _pattern_pattern,
}


def run_pair(office: Office, name: str, *, at_once: bool = True) -> Outcome:
    """Both from one barrier; with `at_once=False` one after the other, from forms of one time."""
    steps = RACES[name](office)
    before = _last_entry()
    db.session.remove()
    barrier, statuses = Barrier(2 if at_once else 1), []

    def act(step: Step) -> None:
        with office.app.app_context():
            barrier.wait()
            try:
                statuses.append(step())
            except Exception:
                statuses.append(0)
                raise
            finally:
                db.session.remove()

    threads = [Thread(target=act, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
        if not at_once:
            thread.join()
    for thread in threads:
        thread.join()
    return Outcome(tuple(sorted(statuses)), _decisions_since(before))


def _last_entry() -> int:
    return db.session.scalar(select(func.max(JournalEntry.seq))) or 0


def _decisions_since(seq: int) -> int:
    decided = JournalEntry.event.in_([event.value for event in DECISIONS])
    statement = select(func.count()).select_from(JournalEntry)
    count = db.session.scalar(statement.where(JournalEntry.seq > seq, decided)) or 0
    db.session.rollback()
    return count
