"""Walks every route as one actor, about every place, and says what went wrong.

What goes wrong is said, not asserted, so that a test of a planted flaw can see that it is found.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.routing import Rule

from registry.accounts.models import SlowDown, User
from registry.accounts.roles import Role
from registry.db import db, metadata
from registry.departures.models import Departure
from registry.formatting import today
from registry.regions.area import COUNTRY_CODE, VILLAGE_DIGITS, Area
from tests.page import token
from tests.security.headers import wrong_headers
from tests.security.routes import ROUTES, Entry
from tests.security.world import FAMILY, NAMES, NUMBERS, RECRUITERS, Place, World, squeezed

# Written by every request, in an order of their own.
WRITTEN_ON_THE_WAY = {
    *("journal_entry", "journal_value", "journal_head", "slow_down", "user_session"),
    # Folded on behalf of everybody; what changed stands in count_change before.
    *("count_block", "count_total", "count_word"),
}
SIGN_OUT = {"accounts.sign_out", "accounts.end_sessions", "accounts.end_session"}
PROBES = (
    "",
    "q={name}",
    "q={number}",
    "setelah={user}",
    "setelah={pattern}",
)
# What `wilayah` narrows: nothing but a part of one's own area is there.
NARROWED = {
    "dashboards.index",
    "departures.index",
    "exports.detail",
    "exports.detail_csv",
    "exports.summary",
}
# What `desa` chooses the village of, for who stands above one.
RECORDED_IN = {"departures.new_person"}
# Where a role sees in full what its lists hide: the opened record and its forms, all journaled.
RECORD_PAGES = {
    "departures.letter",
    "departures.letter_form",
    "departures.new_for_resident",
    "departures.papers",
    "departures.receipt",
    "departures.reveal",
    "departures.step",
    "departures.summary",
    "exports.unmasked",
    "rights.stored",
}
HIDDEN_FROM = {
    Role.OPERATOR: NUMBERS | FAMILY | {"note"},
    Role.VILLAGE_HEAD: NUMBERS | FAMILY | {"note"},
    Role.REVIEWER: NUMBERS | FAMILY | RECRUITERS | {"note"},
    Role.LABOUR_OFFICE: NUMBERS | FAMILY | NAMES,
    Role.BP3MI: NUMBERS | FAMILY | NAMES,
    Role.ADMIN: NUMBERS | FAMILY | NAMES | RECRUITERS | {"note", "number"},
}
SHOWN_IN_FULL = {
    Role.OPERATOR: RECORD_PAGES | {"departures.show"},
    Role.VILLAGE_HEAD: RECORD_PAGES | {"departures.show"},
    Role.REVIEWER: RECORD_PAGES,
    Role.LABOUR_OFFICE: {"departures.reveal", "exports.unmasked"},
    Role.BP3MI: {"departures.reveal", "exports.unmasked"},
    Role.ADMIN: set(),
}
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "DELETE"})
NOBODY = 999_999_999
_numbers = count(1)


@dataclass(frozen=True)
class Cell:
    """One request: a route and a method, about something of a place.

    Attributes:
        code: the region that the request names, where that alone decides what is there.
        asks_village: the code that it gives for a village to record in.
    """

    endpoint: str
    method: str
    path: str
    place: Place
    data: dict[str, str] | None = None
    code: str | None = None
    asks_village: str | None = None

    @property
    def entry(self) -> Entry:
        return ROUTES[self.endpoint]

    @property
    def sent(self) -> str:
        """All that the request itself says, which its answer may repeat."""
        return squeezed(self.path + " ".join((self.data or {}).values()))


@dataclass
class Findings:
    """What a walk found, and how many requests it made."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)

    def says(self, words: str) -> bool:
        return any(words in line for line in self.wrong)


class Walk:
    """One actor's way through every cell; `role` is None for who is signed out."""

    def __init__(
        self,
        app: Flask,
        world: World,
        user: User | None,
        walk_in: Callable[[User], FlaskClient],
        only: Collection[str] = ROUTES.keys(),
        methods: Collection[str] = METHODS,
    ) -> None:
        self.methods = methods
        self.app, self.world, self.user, self._walk_in = app, world, user, walk_in
        self.only = only
        self.role = user.role if user else None
        self.area = user.area if user else None
        self.found = Findings()
        self.foreign = {s for place in world.places if not self.holds(place) for s in _all(place)}
        self._enter()

    def holds(self, place: Place) -> bool:
        return self.area is not None and self.area.holds(place.code)

    def _enter(self) -> None:
        self.client = self._walk_in(self.user) if self.user else self.app.test_client()
        self.token = token(self.client.get("/akun/saya" if self.user else "/masuk"))

    def everywhere(self) -> Findings:
        """Every cell of every place outside of the area, and then of one inside."""
        missing = {rule.endpoint for rule in self.app.url_map.iter_rules()} - ROUTES.keys()
        self.found.wrong += [f"no entry: {endpoint}" for endpoint in sorted(missing)]
        places = self.world.places
        outside = [place for place in places if not self.holds(place)]
        before = self._outside()
        for place in [*outside, *(place for place in places[:1] if self.holds(place))]:
            self._about(place)
            after = self._outside()
            self.found.wrong += [
                f"written: {name} by {self.role} about {place.word}"
                for name in before
                if before[name] != after[name]
            ]
            before = after
        return self.found

    def inside(self) -> Findings:
        """Every cell of the first place inside the area, which all is served."""
        self._about(next(place for place in self.world.places if self.holds(place)))
        return self.found

    def _about(self, place: Place) -> None:
        db.session.execute(delete(SlowDown))
        db.session.commit()
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint in self.only:
                for cell in self._cells(rule, place):
                    self._try(cell)

    def _cells(self, rule: Rule, place: Place) -> Iterator[Cell]:
        is_last = place is self.world.places[-1]
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if is_last:
            methods = (rule.methods or set()) | {"DELETE"}
        for values in self._addresses(rule, place, is_last):
            with self.app.test_request_context():
                path = self.app.url_for(rule.endpoint, **values)
            for method in sorted(methods & self.methods):
                if method == "POST":
                    data = {"csrf_token": self.token, **filled_in(place, values)}
                    yield Cell(rule.endpoint, method, path, place, data)
                elif method == "GET" and not rule.arguments:
                    yield from self._probes(rule.endpoint, path, place, is_last)
                else:
                    yield Cell(rule.endpoint, method, path, place, code=values.get("kode"))

    def _probes(self, endpoint: str, path: str, place: Place, is_last: bool) -> Iterator[Cell]:
        for probe in PROBES[0 if is_last else 1 :]:
            query = probe.format(**_probed(place))
            yield Cell(endpoint, "GET", f"{path}?{query}".rstrip("?"), place)
        for code in (*place.codes, COUNTRY_CODE, f"{place.code[:6]}2999"):
            # A village of each level and one that is nowhere: refused, not there, or nothing.
            yield Cell(endpoint, "GET", f"{path}?desa={code}", place, asks_village=code)
        if endpoint not in NARROWED or not ROUTES[endpoint].is_for(self.role):
            yield Cell(endpoint, "GET", f"{path}?wilayah={place.code}", place)
            return
        for code in place.codes:
            yield Cell(endpoint, "GET", f"{path}?wilayah={code}", place, code=code)

    def _addresses(self, rule: Rule, place: Place, is_last: bool) -> list[dict[str, Any]]:
        addresses, entry = addresses_of(rule, place, self.world), ROUTES[rule.endpoint]
        if not entry.is_for(self.role):
            # Refused before anything is looked up: a place inside and one outside show it.
            return addresses[:1] if is_last or place is self.world.places[0] else []
        if entry.about == "list":
            return addresses if is_last else []
        if not self.holds(place) and entry.about != "region":
            # Not there at all, whatever its state: each place shows it of another one.
            return addresses[self.world.places.index(place) % len(addresses) :][:1]
        return addresses

    def _try(self, cell: Cell) -> None:
        answer = self.client.open(cell.path, method=cell.method, data=cell.data)
        self.found.tried += 1
        if fault := self._wrong_status(cell, answer):
            self._note(f"status {answer.status_code} ({fault})", cell)
        if names := wrong_headers(answer):
            self._note(f"headers {names}", cell)
        said, sent = readable(answer.data), cell.sent
        if any(secret in said and secret not in sent for secret in self.foreign):
            self._note("leak", cell)
        if self.role and self.holds(cell.place) and self._shows_too_much(cell, said, sent):
            self._note("unmasked", cell)
        if cell.endpoint in SIGN_OUT and cell.method == "POST" and self.user:
            self._enter()

    def _note(self, what: str, cell: Cell) -> None:
        who = self.role.value if self.role else "signed out"
        self.found.wrong.append(
            f"{what}: {cell.endpoint} {cell.method} by {who} about {cell.place.word} {cell.path}"
        )

    def _wrong_status(self, cell: Cell, answer: Any) -> str | None:
        """Why the status is not the right one, None where it is."""
        status, entry = answer.status_code, cell.entry
        if status >= 500:
            return "broken"
        if cell.method == "DELETE":
            return None if status in (403, 404, 405) else "no such method"
        if entry.is_public:
            return None
        if self.role is None:
            is_sent_away = status == 302 and answer.location == "/masuk"
            return None if is_sent_away else "served signed out"
        if not entry.is_for(self.role):
            return None if status == 403 else "served beyond the role"
        if cell.method == "OPTIONS":
            return None if status == 200 else "no options"
        if cell.asks_village and not self._may_name(cell):
            return None if status in (302, 400, 404) else "a form for no village of its own"
        if entry.about in (None, "list") and not cell.code:
            return None if status != 403 else "refused to its own role"
        return self._wrong_in_area(cell, status)

    def _wrong_in_area(self, cell: Cell, status: int) -> str | None:
        if not self._is_there(cell):
            return None if status == 404 else "served out of the area"
        if cell.code:
            return None if status == 200 else "refused to its own area"
        about = cell.entry.about
        is_wrong = about in ("departure", "resident", "pattern", "decree") and status in (403, 404)
        return "refused to its own area" if is_wrong else None

    def _may_name(self, cell: Cell) -> bool:
        """Whether the page may be drawn for this `desa`; others pass over it or refuse it."""
        code = cell.asks_village or ""
        is_own = self.area is not None and self.area.holds(code) and len(code) == VILLAGE_DIGITS
        is_known = any(code == place.code for place in self.world.places)
        # An operator records in the own village, whatever the address says.
        is_asked = cell.endpoint in RECORDED_IN and self.role is not Role.OPERATOR
        return not is_asked or (is_own and is_known)

    def _is_there(self, cell: Cell) -> bool:
        if cell.code:
            return self.area is not None and self.area.holds(cell.code)
        return self.holds(cell.place)

    def _shows_too_much(self, cell: Cell, said: str, sent: str) -> bool:
        assert self.role is not None
        if cell.endpoint in SHOWN_IN_FULL[self.role]:
            return False
        return any(
            secret in said and secret not in sent
            for kind in HIDDEN_FROM[self.role]
            for place in self.world.places
            if self.holds(place)
            for secret in place.secrets.get(kind, ())
        )

    def _outside(self) -> dict[str, str]:
        """A digest of each table, without the rows that belong to the actor's own area."""
        db.session.rollback()
        outside = _Outside(self.area)
        found = {}
        for table in metadata.sorted_tables:
            if table.name in WRITTEN_ON_THE_WAY or table.name == "region":
                continue
            if self.role is Role.ADMIN and not outside.knows(table):
                continue  # the lists of the rules are the administrators' own
            rows = db.session.execute(select(table).order_by(*table.primary_key)).mappings()
            kept = [tuple(row.items()) for row in rows if outside.holds(table, row)]
            found[table.name] = hashlib.sha256(repr(kept).encode()).hexdigest()
        db.session.rollback()
        return found


class _Outside:
    """Tells whether a row belongs to an area; rows of no area count as outside of it."""

    CODES = ("village_code", "area_code")

    def __init__(self, area: Area | None) -> None:
        self.area = area
        self._owners = {
            "departure_id": self._inside("departure", "village_code"),
            "resident_id": self._inside("resident", "village_code"),
            "user_id": self._inside("user_account", "area_code"),
        }
        flag = metadata.tables["flag"].c
        self._owners["flag_id"] = {
            row.id
            for row in db.session.execute(select(flag.id, flag.departure_id))
            if row.departure_id in self._owners["departure_id"]
        }

    def _inside(self, name: str, column: str) -> set[int]:
        table = metadata.tables[name].c
        rows = db.session.execute(select(table.id, table[column]))
        return {row[0] for row in rows if self.area is not None and self.area.holds(row[1])}

    def knows(self, table: Any) -> bool:
        return bool({*self.CODES, *self._owners} & set(table.c.keys()))

    def holds(self, table: Any, row: Any) -> bool:
        if table.name == "count_change":
            row = {"village_code": row["key"].partition("|")[0]}
        for code in self.CODES:
            if code in row:
                return self.area is None or not self.area.holds(row[code])
        for name, inside in self._owners.items():
            if name in row:
                return row[name] not in inside
        return True


def _all(place: Place) -> set[str]:
    return {secret for secrets in place.secrets.values() for secret in secrets}


def readable(body: bytes) -> str:
    """All text of an answer; a workbook unzipped."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return squeezed(re.sub("<[^>]*>", "", body.decode("utf-8", "replace")))


def _probed(place: Place) -> dict[str, Any]:
    number = next(n for n in place.secrets["number"] if n.startswith("pm"))
    return {
        "code": place.code,
        "name": f"Qanita {place.word}",
        "number": f"PM-{number[2:6]}-{number[6:]}".upper(),
        "user": place.users[Role.OPERATOR],
        "pattern": place.patterns[0],
    }


def addresses_of(rule: Rule, place: Place, world: World) -> list[dict[str, Any]]:
    """The values of the rule's arguments: everything of the place that fits them."""
    about = ROUTES[rule.endpoint].about
    if about == "departure":
        slugs = ("warga", "alamat", "tujuan") if "slug" in rule.arguments else (None,)
        ids = place.departures.values()
        return [
            {"departure_id": i} | ({"slug": slug} if slug else {}) for i in ids for slug in slugs
        ]
    if about == "list":
        return _list_addresses(rule, world)
    one_each: dict[str | None, list[dict[str, Any]]] = {
        None: [{}],
        "asset": [{"name": "tidak-ada.css"}],
        "session": [{"name": "0123456789abcdef"}],
        "resident": [{"resident_id": i} for i in place.residents],
        "user": [{"user_id": i} for i in place.users.values()],
        "flag": [{"flag_id": i} for i in place.flags],
        "pattern": [{"pattern_id": i} for i in place.patterns],
        "request": [{"request_id": i} for i in place.requests],
        "correction": [
            {"departure_id": place.departures["draft"], "request_id": i} for i in place.corrections
        ],
        "region": [{"kode": code} for code in place.codes],
        "district": [{"code": place.code[:4]}],
        "decree": [{"seq": place.decree}],
    }
    return one_each[about]


def _list_addresses(rule: Rule, world: World) -> list[dict[str, Any]]:
    """Rows that are there, and rows of another list or of nobody."""
    known = {
        "agency_id": world.agency_id,
        "row_id": world.licence_id if "agency_id" in rule.arguments else world.row_id,
        "alias_id": world.alias_id,
    }
    slug = "p3mi" if '"p3mi"' in rule.rule else "tujuan"
    wanted = rule.arguments - {"slug"}
    there = {"slug": slug} | {name: known[name] for name in wanted}
    return [there, *(there | {name: NOBODY} for name in sorted(wanted))]


def filled_in(place: Place, values: dict[str, Any]) -> dict[str, str]:
    """Every field of every form, filled in so well that the step would be taken."""
    departure = db.session.get(Departure, values.get("departure_id") or NOBODY)
    day, reason = today().isoformat(), "Alasan yang cukup panjang"
    body = {
        "versi": str(departure.revision if departure else 0),
        "keadaan": "open",
        "catatan": reason,
        "alasan": reason,
        "keperluan": reason,
        "tanggal": day,
        "jenis": "cuti",
        "nomor": "474/1",
        "penanda_tangan": "Wali Baru",
        "hubungan": "ibu",
        "kunci": f"kunci-uji-{next(_numbers)}",
        "name": "Nama Baru",
        "rt": "9",
        "country": "HK",
        "q": f"Qanita {place.word}",
        "cari": f"Qanita {place.word}",
        "desa": place.code,
        "username": f"baru{next(_numbers)}",
        "password": "sandi yang keliru",
        "role": "operator",
        "area_code": place.code,
        "term": "Pekon",
        "head_term": "Peratin",
        "note": "Sumber uji",
        "reason": reason,
        "source": "Sumber uji",
        "valid_from": day,
        "last_day": (today() + timedelta(days=1)).isoformat(),
        "language": "id",
        "next": "//jahat.example",
    }
    for prefix in ("tombol", "berangkat", "pulang", "batal", "tarik", "kembali"):
        body |= {f"{prefix}-{name}": body[name] for name in ("versi", "alasan", "tanggal", "jenis")}
    if flag := values.get("flag_id"):
        body |= {f"tanda-{flag}-{name}": body[name] for name in ("keadaan", "catatan")}
    return body
