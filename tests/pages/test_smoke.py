from registry.accounts.roles import Role
from registry.audit.verify import verify_chain
from registry.departures import listing
from registry.departures.fields import list_sight
from registry.departures.filters import Filter
from registry.enums import ReviewStatus
from registry.operating.beside import first_edited_beside_journal
from registry.regions.area import Area
from tests.factories import make_departure, make_user


def test_a_departure_goes_from_draft_to_verified(app):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    assert departure.review_status is ReviewStatus.VERIFIED
    f = Filter(Area("18"))
    assert listing.count(f) == 1
    page = listing.list_page(f, list_sight(Role.BP3MI))
    assert page.rows[0].name.startswith("S•• R••")
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
