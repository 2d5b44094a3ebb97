"""A form that is refused draws its page again: whoever sees a person there is in the journal."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.accounts.roles import Role
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.looks.ways import OF_EVENT, WITH_IDS
from tests.factories import AREA_OF, make_user
from tests.page import token
from tests.security.matrix import addresses_of, filled_in, readable
from tests.security.routes import ROUTES
from tests.security.world import squeezed

ABOUT_PEOPLE = {"departure", "flag", "pattern", "correction", "resident"}
ROLES = [role for role in Role if role is not Role.ADMIN]
STALE = {"versi": "0", "keadaan": "dismissed", "hasil": "done", "terbatas": ""}
# What tells nothing of a person by itself.
HARMLESS = {"number", "account"}


def bodies(place, values) -> Iterator[dict[str, str]]:
    """Nothing filled in; all filled in, as of a page that somebody else has changed since."""
    full = filled_in(place, values)
    yield {"hasil": "done"}
    yield {"hasil": "done", "catatan": "", "keadaan": full["keadaan"]}
    stale = {name: STALE.get(name.rpartition("-")[2], said) for name, said in full.items()}
    yield stale | {"hasil": "done"}


class Redrawing:
    """Every form about a person, sent wrongly by one role; what it showed without an entry."""

    def __init__(self, app, world, client, only=None) -> None:
        self.app, self.world, self.client = app, world, client
        self.token = token(client.get("/akun/saya"))
        self.place = world.places[0]
        self.redrawn: set[tuple[str, int]] = set()
        self.silent: set[tuple[str, int]] = set()
        secrets = self.place.secrets.items()
        self.secrets = {s for kind, said in secrets for s in said if kind not in HARMLESS}
        for rule in app.url_map.iter_rules():
            is_about = ROUTES[rule.endpoint].about in ABOUT_PEOPLE
            if is_about and "POST" in rule.methods and rule.endpoint in (only or ROUTES):
                self._try(rule)

    def _try(self, rule) -> None:
        for values in addresses_of(rule, self.place, self.world):
            with self.app.test_request_context():
                path = self.app.url_for(rule.endpoint, **values)
            for body in bodies(self.place, values):
                before = newest()
                answer = self.client.post(path, data={"csrf_token": self.token, **body})
                if answer.status_code not in (200, 400, 409):
                    continue
                said = readable(answer.data)
                sent = squeezed(" ".join(body.values()))
                if any(secret in said and secret not in sent for secret in self.secrets):
                    seen = (rule.endpoint, answer.status_code)
                    self.redrawn.add(seen)
                    if not looked_since(before):
                        self.silent.add(seen)


def newest() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.max(JournalEntry.seq))) or 0


def looked_since(seq: int) -> bool:
    """Whether an entry since then says that somebody was seen, and whom."""
    entries: Any = select(JournalEntry).where(
        JournalEntry.seq > seq, JournalEntry.event.in_(list(OF_EVENT))
    )
    db.session.rollback()
    return any(
        entry.detail.get("id")
        if entry.event in WITH_IDS
        else db.session.scalar(
            select(JournalValue.resident_id).where(JournalValue.seq == entry.seq)
        )
        for entry in db.session.scalars(entries)
    )


@pytest.fixture
def redrawing(walked_app, walk_in, world):
    def trying(role, *only):
        user = make_user(role=role, area=AREA_OF[role])
        return Redrawing(walked_app, world, walk_in(user), only)

    return trying


@pytest.mark.parametrize("role", ROLES)
def test_no_refused_form_shows_a_person_without_an_entry(redrawing, role):
    found = redrawing(role)
    assert found.silent == set()
    assert {status for _endpoint, status in found.redrawn} >= {400, 409}


def test_the_pages_of_flags_patterns_and_forms_are_among_them(redrawing):
    office = redrawing(Role.BP3MI).redrawn
    for verb in ("close", "dismiss", "follow_up", "note", "reopen"):
        for page in ("flags", "patterns"):
            assert {(f"{page}.{verb}", 400), (f"{page}.{verb}", 409)} & office, (page, verb)
    desk = {endpoint for endpoint, _status in redrawing(Role.OPERATOR).redrawn}
    assert {"departures.step", "departures.letter_form", "departures.cancel"} <= desk


def test_a_page_drawn_again_without_an_entry_is_found(redrawing, monkeypatch):
    """The canary: the pages as they were before."""
    monkeypatch.setattr("registry.flags.views._note_opened", lambda flag: None)
    monkeypatch.setattr("registry.flags.pattern_views._note_seen", lambda pattern: None)
    found = redrawing(Role.BP3MI, "flags.close", "patterns.close").silent
    assert {"flags.close", "patterns.close"} == {endpoint for endpoint, _status in found}
    monkeypatch.setattr("registry.departures.mark_views.note_look", lambda *_, **__: None)
    assert redrawing(Role.OPERATOR, "departures.cancel").silent == {("departures.cancel", 409)}
