"""Invented departures over all villages of Indonesia, ten years deep; the same at every making.

    python -m bench.data --size 100000 [--folder FOLDER]

One province holds a quarter of them and Lampung 8 %; villages, countries, jobs and agencies are
skewed as in life. Beyond a million they repeat with other days. Nothing is sealed: these databases
are for counting. The file is kept, and made once a size.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from itertools import accumulate, islice
from pathlib import Path
from time import perf_counter
from typing import Any

import pysqlite3.dbapi2 as driver
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from registry import create_app
from registry.config import Settings
from registry.db import db
from registry.departures import name_words
from registry.departures.summary.recounting import rebuild
from registry.enums import Level
from registry.operating.regions import load_regions_journaled
from registry.reference.loader import load_shipped_reference
from registry.reference.models import Agency, Job
from registry.regions.models import Region
from registry.sealing import create_keyring

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "5m": 5_000_000}
FOLDER = Path(__file__).parent / "data-kept"
VILLAGE = int(Level.VILLAGE)
YEARS, LAST_DAY = 10, date(2026, 11, 24)
PROVINCES = {"35": 25.0, "18": 8.0}  # shares in percent; the others share the rest
COUNTRIES = (
    *("TW", "HK", "MY", "JP", "KR", "SG", "SA", "IT", "TR", "BN", "PL", "DE", "AE", "QA", "OM"),
    *("MO", "RO", "HU", "MV", "PG", "NZ", "AU", "GB", "US", None),
)
SCHEMES = (
    *("p_to_p", "p_to_p", "p_to_p", "g_to_g", "ssw", "perseorangan", "re_entry", "magang"),
    None,
)
AGENCIES = 250
OF_AGENCIES = frozenset(("p_to_p", "ssw"))
SYLLABLES = ("sri", "wa", "ti", "bu", "di", "su", "lis", "ni", "ri", "an", "to", "la", "ya", "ma")
BATCH = 20_000
ALIKE = 1_000_000
RESIDENT = (
    "id, village_code, wrapped_key, name, normal_name, nik_index, sex, birth_date, version, "
    "created_at"
)
DEPARTURE = (
    "id, registration_number, resident_id, village_code, review_status, stage, planned_on, "
    "departed_on, leaving_on, country, scheme, job_code, employer_kind, origin, created_at, "
    "created_by, updated_at, submitted_at, reviewed_at, version, procedure, "
    "readiness_at_departure, documents_required, documents_complete, documents_missing, "
    "papers_complete_on, agency_id"
)


@contextmanager
def database(size: int, folder: Path = FOLDER) -> Iterator[Flask]:
    """The application on the database of that size, which is made where it is not there yet."""
    folder.mkdir(exist_ok=True)
    keys = folder / "kunci.json"
    if not keys.exists():
        create_keyring(keys)
    path = folder / f"{size}.sqlite"
    if not path.exists():
        unfinished = folder / f"{size}.part"
        unfinished.unlink(missing_ok=True)
        with _app(unfinished, keys) as app, app.app_context():
            _make(size, unfinished)
        unfinished.rename(path)
    with _app(path, keys) as app:
        yield app


@contextmanager
def _app(path: Path, keys: Path) -> Iterator[Flask]:
    app = create_app(Settings(path.parent, f"sqlite:///{path}", bytes(32), keys))
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _make(size: int, path: Path) -> None:
    upgrade()
    load_regions_journaled(lambda done: None)
    load_shipped_reference()
    for number in range(1, AGENCIES + 1):
        db.session.add(Agency(name=f"PT Uji {number}", normal_name=f"uji {number}"))
    db.session.commit()
    agencies = list(db.session.scalars(select(Agency.id).order_by(Agency.id)))
    codes = db.session.scalars(select(Region.code).order_by(Region.code))
    villages = [code for code in codes if len(code) == VILLAGE]
    jobs = list(db.session.scalars(select(Job.code).order_by(Job.code)))
    db.session.remove()
    with closing(driver.connect(str(path))) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        # Made again when every row is there, which takes a tenth of the time.
        later = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ('resident', 'departure') "
            "AND (type = 'trigger' OR type = 'index' AND sql IS NOT NULL) ORDER BY type"
        ).fetchall()
        for kind, name, _ in later:
            connection.execute(f"DROP {kind} {name}")
        rows = _rows(min(size, ALIKE), villages, jobs, agencies)
        while batch := list(islice(rows, BATCH)):
            _insert(connection, "resident", RESIDENT, [person for person, _ in batch])
            _insert(connection, "departure", DEPARTURE, [departure for _, departure in batch])
            connection.commit()
        _multiply(connection, size)
        for *_, statement in later:
            connection.execute(statement)
        connection.commit()
    rebuild()
    name_words.rebuild()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _multiply(connection: Any, size: int) -> None:
    """Of more than a million, the others are like the first but for their number and day."""
    if size <= ALIKE:
        return
    for first in range(ALIKE, size, ALIKE):
        for table, columns in (("resident", RESIDENT), ("departure", DEPARTURE)):
            changed = {
                "id": f"id + {first}",
                "resident_id": f"id + {first}",
                "registration_number": f"printf('PM-%010d', id + {first})",
                "nik_index": f"CAST(printf('%016d', id + {first}) AS BLOB)",
                "leaving_on": f"date(leaving_on, '-' || (id * {first // ALIKE} % 13) || ' days')",
            }
            said = ", ".join(changed.get(name, name) for name in columns.split(", "))
            connection.execute(
                f"INSERT INTO {table} ({columns}) SELECT {said} FROM {table} WHERE id <= ?",  # noqa: S608 - names of our own
                (min(ALIKE, size - first),),
            )
            connection.commit()


def _insert(connection: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * (columns.count(",") + 1))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608 - names of our own


def _rows(
    size: int, villages: list[str], jobs: list[str], agencies: list[int]
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    chance = random.Random(1)
    weights = list(accumulate(_weights(chance, villages)))
    places = chance.choices(villages, cum_weights=weights, k=size)
    zipf = list(accumulate(1 / rank for rank in range(1, len(COUNTRIES) + 1)))
    job_zipf = list(accumulate(1 / rank for rank in range(1, len(jobs) + 2)))
    agency_zipf = list(accumulate(1 / rank for rank in range(1, len(agencies) + 1)))
    for number, village in enumerate(places, 1):
        country = chance.choices(COUNTRIES, cum_weights=zipf)[0]
        job = chance.choices([*jobs, None], cum_weights=job_zipf)[0]
        agency = chance.choices(agencies, cum_weights=agency_zipf)[0]
        yield _row(chance, number, village, country, job, agency)


def _weights(chance: random.Random, villages: list[str]) -> list[float]:
    """How much of all each village has, by the share of its province and a skew within it."""
    raw = [chance.paretovariate(1.2) for _ in villages]
    whole: dict[str, float] = {}
    for village, weight in zip(villages, raw, strict=True):
        whole[village[:2]] = whole.get(village[:2], 0) + weight
    rest = (100 - sum(PROVINCES.values())) / max(len(whole) - len(PROVINCES), 1)
    return [
        PROVINCES.get(village[:2], rest) * weight / whole[village[:2]]
        for village, weight in zip(villages, raw, strict=True)
    ]


def _row(
    chance: random.Random,
    number: int,
    village: str,
    country: str | None,
    job: str | None,
    agency: int,
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    leaving: date | None = LAST_DAY + timedelta(days=60 - int(chance.random() * 365.25 * YEARS))
    sex = chance.choice(("P", "P", "L", "P", "L", None) if number % 50 == 0 else ("P", "P", "L"))
    born = date(1960, 1, 1) + timedelta(days=int(chance.triangular(0, 17_000, 12_000)))
    created = (leaving or LAST_DAY) - timedelta(days=chance.choice((3, 10, 20, 40, 70, 120)))
    has_left = leaving is not None and leaving <= LAST_DAY and chance.random() < 0.93
    is_home = has_left and leaving < LAST_DAY - timedelta(days=700) and chance.random() < 0.7
    stage = "returned" if is_home else "departed" if has_left else "planned"
    if chance.random() < 0.04:
        stage, has_left = "cancelled", False
    if not has_left and chance.random() < 0.1:
        leaving = None
    scheme = chance.choice(SCHEMES)
    status = "verified" if has_left else chance.choice(("draft", "submitted", "verified"))
    ready = chance.choice(("complete", "complete", "incomplete", "at_risk"))
    procedure = {
        "cancelled": None,
        "planned": ready,
    }.get(stage, chance.choice(("procedural", "procedural", "procedural", "suspected")))
    if scheme == "magang" and stage != "cancelled":
        procedure = "not_pmi"
    complete_on = None
    if leaving and ready == "complete":
        complete_on = (leaving - timedelta(days=chance.choice((0, 2, 5, 12, 25, 50)))).isoformat()
    name = " ".join(
        "".join(chance.choices(SYLLABLES, k=2)) for _ in range(chance.choice((1, 2, 2, 3)))
    )
    moment = f"{created} 03:00:00.000000"
    reviewed = f"{created + timedelta(days=chance.choice((0, 1, 2, 6)))} 03:00:00.000000"
    day = leaving.isoformat() if leaving else None
    person = (
        *(number, village, bytes(60), name.title(), name, number.to_bytes(16)),
        *(sex, born.isoformat(), 1, moment),
    )
    departure = (
        *(number, f"PM-{number:010}", number, village, status, stage, day),
        *(day if has_left else None, day, country, scheme, job),
        chance.choice(("perseorangan", "berbadan_hukum", None)),
        *("formulir", moment, "uji", moment, moment, reviewed if status == "verified" else None),
        *(1, procedure, ready if has_left else None, 8, 8 if complete_on else 5, "[]"),
        *(complete_on, agency if scheme in OF_AGENCIES else None),
    )
    return person, departure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", required=True, help=f"a number, or {', '.join(SIZES)}")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    said = parser.parse_args()
    size, begun = SIZES.get(said.size) or int(said.size), perf_counter()
    with database(size, said.folder):
        print(f"{said.folder / str(size)}.sqlite, {perf_counter() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
