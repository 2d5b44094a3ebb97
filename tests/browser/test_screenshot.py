"""The picture in the README: the operator's first page, on invented people."""

import os
from datetime import timedelta
from pathlib import Path

from registry.accounts.roles import Role
from registry.enums import ReviewStatus
from registry.formatting import today
from tests.factories import make_departure, make_user

PICTURE = Path(__file__).parents[2] / "docs/images/home.png"
PEOPLE = (
    ("Wati Komariah", "HK", 20, ReviewStatus.NEEDS_CORRECTION),
    ("Dwi Rohman", "NZ", 33, ReviewStatus.NEEDS_CORRECTION),
    ("Ambar Anggraini", "TW", -4, ReviewStatus.VERIFIED),
    ("Endang Fadilah", "TW", 75, ReviewStatus.DRAFT),
    ("Ni Ketut Dewi", "SG", 62, ReviewStatus.SUBMITTED),
)


def test_the_operators_first_page_shows_what_to_do(app, open_page):
    """Rewrites the picture where PAMIT_SCREENSHOTS is set; else a run leaves the tree clean."""
    operator = make_user(name="Operator Desa")
    reviewer = make_user(role=Role.REVIEWER)
    for name, country, days, status in PEOPLE:
        make_departure(
            by=operator,
            name=name,
            country=country,
            planned_on=today() + timedelta(days=days),
            status=status,
            reviewer=reviewer,
        )
    page = open_page(operator)
    page.goto("/")
    assert page.get_by_role("heading", name="Perlu perbaikan").is_visible()
    assert page.get_by_role("link", name="Catat keberangkatan").first.is_visible()
    taken = page.screenshot()
    if os.environ.get("PAMIT_SCREENSHOTS"):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(taken)
