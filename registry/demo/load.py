"""Loading the demo: 2025 as published and the weeks around today, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import exists, func, select

from registry.accounts.models import User
from registry.assessment.reference import Reference
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids
from registry.demo.accounts import ACCOUNTS, AUTHOR, OPERATOR, SUBDISTRICT, VILLAGE, add_accounts
from registry.demo.agencies import AGENCIES, SOURCE
from registry.demo.current import CurrentPlanner, current_count
from registry.demo.people import Inventor
from registry.demo.published import BY_DISTRICT, TOTAL, quotas
from registry.demo.stories import Branch, Person, Places, Story
from registry.demo.year import YearPlanner
from registry.departures import bulk
from registry.departures.assessing import note_assessed_through
from registry.departures.bulk import Row
from registry.departures.models import Departure, DepartureWriter, Document, Flag, Resident
from registry.enums import FlagState, Level, LicenceStatus
from registry.formatting import company_key, local_time
from registry.progress import progress
from registry.reference.loader import load_shipped_reference
from registry.reference.models import Agency, AgencyLicence, Job
from registry.reference.queries import load_reference
from registry.regions.area import Area
from registry.regions.models import Region
from registry.sealing import PersonKey

BATCH = 1_000
AGENCIES_FROM = date(2020, 1, 1)
JAVA = ("32", "33", "34", "35")


class DemoRefused(RuntimeError):
    """The database is none that the demo may be loaded into; the message says why."""


class Loaded(NamedTuple):
    """What a load did."""

    of_the_year: int
    around_today: int
    residents: int


@dataclass(frozen=True)
class Plan:
    """Every invented journey, oldest record first."""

    stories: list[Story]
    of_the_year: int

    @property
    def people(self) -> list[Person]:
        """Everybody once, in the order of their first record."""
        return list(dict.fromkeys(story.person for story in self.stories))


def is_loaded() -> bool:
    """Whether this database holds the demo; raises DemoRefused where it must not come to."""
    if _any(User.is_demo.is_(False)):
        raise DemoRefused("Basis data ini berisi akun sungguhan; data contoh tidak dimuat.")
    if _any(User.is_demo.is_(True)):
        return True
    if _any(Departure.id.is_not(None)) or _any(Resident.id.is_not(None)):
        raise DemoRefused("Basis data ini sudah berisi catatan; data contoh tidak dimuat.")
    if not _any(Region.code == VILLAGE):
        raise DemoRefused("Daftar wilayah belum dimuat. Jalankan dulu: flask regions load")
    return False


def _any(condition: Any) -> bool:
    return bool(db.session.scalar(select(exists().where(condition))))


def load_demo(records: int, seed: int, on: date) -> Loaded:
    """Add accounts, agencies, residents and departures to an empty database; no commit.

    Args:
        records: how many departures of 2025; those around today go in proportion.
        seed: the same seed on the same date gives the same data.
    """
    users = add_accounts()
    agencies = add_agencies(on)
    load_shipped_reference()
    reference = load_reference()
    with progress("Menyusun data contoh", records) as done:
        plan = plan_demo(records, seed, on, reference, find_places(), done)
    writing = _Writing(plan, reference, on, users, agencies)
    with progress("Menyimpan data contoh", len(plan.stories)) as done:
        writing.write(done)
    note_assessed_through(on)
    loaded = Loaded(plan.of_the_year, len(plan.stories) - plan.of_the_year, len(plan.people))
    log.record(
        Event.DEMO_LOADED,
        by=log.SYSTEM,
        area_code="0",
        subjects=writing.subjects,
        detail={
            "keberangkatan": len(plan.stories),
            "warga": loaded.residents,
            "akun": len(ACCOUNTS),
            "benih": seed,
        },
    )
    return loaded


def add_agencies(on: date) -> list[Agency]:
    """The invented agencies with their ids, in the order of `AGENCIES`; no commit."""
    agencies = [
        Agency(
            name=invented.name,
            normal_name=company_key(invented.name),
            address=invented.address,
            licences=[
                AgencyLicence(
                    status=LicenceStatus.ACTIVE,
                    number=f"CONTOH-{number:03}",
                    licence_to=on + timedelta(days=invented.licence_days),
                    source=SOURCE,
                    valid_from=AGENCIES_FROM,
                )
            ],
        )
        for number, invented in enumerate(AGENCIES, start=1)
    ]
    for agency in agencies:
        db.session.add(agency)
        db.session.flush()
    return agencies


def find_places() -> Places:
    """The villages by district, and subdistricts of Java where some were first registered."""
    villages = {district: _codes(district, Level.VILLAGE) for district in BY_DISTRICT}
    old_homes = [code for province in JAVA for code in _codes(province, Level.SUBDISTRICT)]
    return Places(villages, tuple(old_homes))


def _codes(code: str, level: Level) -> tuple[str, ...]:
    statement = select(Region.code).where(
        Area(code).covers(Region.code),
        func.length(Region.code) == int(level),
        Region.valid_to.is_(None),
    )
    return tuple(db.session.scalars(statement.order_by(Region.code)))


def plan_demo(
    records: int,
    seed: int,
    on: date,
    reference: Reference,
    places: Places,
    done: Callable[[int], object] = lambda steps: None,
) -> Plan:
    """Decide every record without writing any."""
    invent = Inventor(Random(seed), places)
    branch = Branch(
        VILLAGE,
        tuple(
            village
            for village in places.villages[VILLAGE[:4]]
            if village.startswith(SUBDISTRICT) and village != VILLAGE
        ),
        operator=OPERATOR,
        author=AUTHOR,
    )
    past = YearPlanner(invent, reference, branch, on=on).plan(quotas(records), done)
    current = CurrentPlanner(invent, reference, branch, on=on, returned=past)
    stories = past + current.plan(current_count(records, TOTAL))
    return Plan(sorted(stories, key=lambda story: story.created_at), len(past))


class _Writing:
    """Turns stories into sealed, judged rows and inserts them, a batch at a time."""

    def __init__(
        self,
        plan: Plan,
        reference: Reference,
        on: date,
        users: dict[str, int],
        agencies: Sequence[Agency],
    ) -> None:
        self.plan = plan
        self.reference = reference
        self.on = on
        self.users = users
        self.agencies = agencies
        self.titles = {job.code: job.title for job in db.session.scalars(select(Job))}
        people = plan.people
        self.ids = dict(zip(people, next_ids("resident", len(people)), strict=True))
        self.residents: dict[Person, tuple[Row, PersonKey]] = {}
        self.subjects: list[log.Subject] = []

    def write(self, done: Callable[[int], object]) -> None:
        stories = self.plan.stories
        departure_ids = next_ids("departure", len(stories))
        for start in range(0, len(stories), BATCH):
            batch = stories[start : start + BATCH]
            self._write_batch(batch, departure_ids[start : start + BATCH])
            done(len(batch))

    def _write_batch(self, stories: Sequence[Story], ids: Sequence[int]) -> None:
        tables: dict[Any, list[Row]] = {
            model: [] for model in (Resident, Departure, Document, Flag, DepartureWriter)
        }
        for story, departure_id in zip(stories, ids, strict=True):
            if story.person not in self.residents:
                tables[Resident].append(self._add_resident(story))
            resident, key = self.residents[story.person]
            departure = bulk.departure_row(
                departure_id, resident["id"], story.person.village, key, self._values(story)
            )
            documents = [
                bulk.document_row(departure_id, kind, key, paper)
                for kind, paper in story.papers.items()
            ]
            tables[Flag] += self._judge(story, departure, resident, documents)
            self.subjects.append(bulk.departure_subject(departure, documents))
            tables[Departure].append(departure)
            tables[Document] += documents
            tables[DepartureWriter] += [
                {"departure_id": departure_id, "user_id": self.users[name]}
                for name in story.writers
            ]
        for model, rows in tables.items():
            bulk.insert_rows(model, rows)

    def _add_resident(self, story: Story) -> Row:
        person = story.person
        row, key = bulk.resident_row(
            self.ids[person], person.village, person.values, at=story.created_at
        )
        self.residents[person] = row, key
        self.subjects.append(bulk.resident_subject(row))
        return row

    def _values(self, story: Story) -> dict[str, Any]:
        values = dict(story.values)
        place = values.pop("agency", None)
        if place is not None:
            agency = self.agencies[place]
            values |= {"agency_id": agency.id, "agency_name": agency.name}
        values.setdefault("job_title", self.titles.get(values.get("job_code", "")))
        return values

    def _judge(
        self, story: Story, departure: Row, resident: Row, documents: list[Row]
    ) -> list[Row]:
        """The flags of the departure, as somebody has already dealt with them."""
        flags = bulk.judge_row(departure, resident, documents, self.reference, self.on)
        for flag in flags:
            flag["state"] = story.flag_states.get(flag["rule"], FlagState.OPEN)
            if not flag["state"].is_open:
                flag["settled_severity"] = flag["severity"]
        if any(flag["settled_severity"] for flag in flags):
            # Judged again, for what was settled counts no more.
            settled = [SimpleNamespace(**flag) for flag in flags]
            bulk.judge_row(departure, resident, documents, self.reference, self.on, settled)
        if departure["papers_complete_on"]:
            departure["papers_complete_on"] = _complete_since(departure, documents, self.on)
        return flags


def _complete_since(departure: Row, documents: list[Row], on: date) -> date:
    """When complete papers were brought: not before the last was issued and the record was sent."""
    sent: date = local_time(departure["submitted_at"] or departure["created_at"]).date()
    issued: list[date] = [document["issued_on"] for document in documents if document["issued_on"]]
    return min(max([sent, *issued]), on)
