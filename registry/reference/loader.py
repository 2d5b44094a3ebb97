"""Loading the reference data that ships with the product; what administrators edited stays."""

import csv
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.reference.lists import DATA, LISTS, shipped_rows
from registry.reference.models import Job


def load_shipped_reference() -> int:
    """Fill the lists that hold nothing yet; answers how many rows were added."""
    added = 0
    if _is_empty(Job.code):
        with (DATA / "jabatan.csv").open(encoding="utf-8") as file:
            jobs = [Job(**row) for row in csv.DictReader(file)]
        db.session.add_all(jobs)
        added += len(jobs)
    for item in LISTS:
        if _is_empty(item.model.id):
            rows = shipped_rows(item)
            db.session.add_all(rows)
            added += len(rows)
    return added


def _is_empty(column: Any) -> bool:
    return db.session.scalar(select(column).limit(1)) is None
