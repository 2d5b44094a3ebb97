"""Every look at a person is in the journal, and is refused when the journal cannot be written."""

import pytest
from flask import current_app, url_for
from sqlalchemy import func, select, text

from registry import pages
from registry.accounts import slowdown
from registry.accounts.access import declared_permission
from registry.accounts.denials import SINGLE_ENTRIES, is_written
from registry.accounts.roles import Permission, Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures import operations
from registry.departures.models import Flag
from registry.enums import RecruiterKind, Relation, ReviewStatus, Stage, VisaKind
from registry.flags.patterns import find_patterns
from registry.formatting import today
from registry.reference.queries import load_reference
from registry.regions.area import Area
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import post, rows, text_of
from tests.pages.accounts import owner

NAME = "Siti Aminah"
PEOPLE = {
    Permission.SEE_PEOPLE,
    Permission.RECORD,
    Permission.PRINT_LETTERS,
    Permission.VERIFY,
    Permission.FOLLOW_UP,
    Permission.SEE_PATTERNS,
    Permission.REVEAL,
    Permission.EXPORT_PEOPLE,
    Permission.EXPORT_UNMASKED,
}
# Pages of these permissions whose GET shows nobody: empty forms, the question of the purpose.
SHOW_NOBODY = {
    "departures.new",
    "departures.new_person",
    "exports.list_requests",
    "exports.unmasked",
}


def get(role, endpoint, **values):
    return role, endpoint, lambda client, ids: client.get(address(endpoint, ids, **values))


def sent(role, endpoint, data, seen):
    """A form that is sent; `data` makes its fields then, for the code of a phone is short-lived."""
    return (
        role,
        endpoint,
        lambda client, ids: post(
            client,
            address(endpoint, ids),
            {
                name: value.format(**ids)
                for name, value in (data() if callable(data) else data).items()
            },
            seen=seen.format(**ids),
        ),
    )


def address(endpoint, ids, **values):
    names = next(iter(current_app.url_map.iter_rules(endpoint))).arguments
    with current_app.test_request_context():
        return url_for(endpoint, **{name: ids[name] for name in names if name in ids}, **values)


READS = (
    get(Role.OPERATOR, "home.index"),
    get(Role.OPERATOR, "departures.index"),
    get(Role.OPERATOR, "departures.index", q=NAME),
    get(Role.OPERATOR, "departures.show"),
    get(Role.OPERATOR, "departures.why"),
    get(Role.OPERATOR, "departures.step", slug="warga"),
    get(Role.OPERATOR, "departures.papers"),
    get(Role.OPERATOR, "departures.summary"),
    (
        Role.OPERATOR,
        "departures.new_for_resident",
        lambda client, ids: client.get(f"/keberangkatan/baru/warga/{ids['back_id']}"),
    ),
    get(Role.OPERATOR, "departures.letter_form"),
    get(Role.VILLAGE_HEAD, "departures.letter"),
    get(Role.VILLAGE_HEAD, "departures.receipt"),
    get(Role.VILLAGE_HEAD, "rights.stored"),
    get(Role.OPERATOR, "rights.correction"),
    get(Role.REVIEWER, "reviews.index"),
    get(Role.BP3MI, "flags.index"),
    get(Role.BP3MI, "flags.show"),
    get(Role.BP3MI, "patterns.index"),
    get(Role.BP3MI, "patterns.show"),
    get(Role.OPERATOR, "exports.detail"),
    get(Role.OPERATOR, "exports.detail_csv"),
    sent(Role.OPERATOR, "search.search", lambda: {"q": "{nik}"}, "/keberangkatan"),
    sent(
        Role.OPERATOR,
        "departures.new",
        lambda: {"cari": NAME, "desa": "1807012001"},
        "/keberangkatan/baru",
    ),
    sent(
        Role.LABOUR_OFFICE,
        "departures.reveal",
        lambda: {"alasan": "Keluarga meminta dicari"},
        "/keberangkatan/{departure_id}",
    ),
    sent(
        Role.LABOUR_OFFICE,
        "exports.unmasked",
        lambda: {"keperluan": "Pendataan penempatan tahunan", **owner()},
        "/ekspor/keberangkatan",
    ),
)
BY_NAME = {
    f"{endpoint}-{number}": (role, act) for number, (role, endpoint, act) in enumerate(READS)
}


@pytest.fixture
def ids(app):
    """One person who stands on every page: submitted, flagged, with a letter, in a pattern."""
    operator, nik = make_user(), make_nik()
    flagged = {"recruiter_kind": RecruiterKind.INDIVIDUAL, "visa_kind": VisaKind.VISIT}
    departure = make_departure(
        by=operator, name=NAME, nik=nik, status=ReviewStatus.SUBMITTED, **flagged
    )
    operations.record_letter(
        departure,
        number="470/12",
        issued_on=today(),
        signer="Sumiati",
        relation=Relation.MOTHER,
        by=operator,
        seen_revision=departure.revision,
    )
    db.session.commit()
    elsewhere = make_user(area=SISTER_VILLAGE)
    make_departure(by=elsewhere, village=elsewhere.area_code, nik=nik, name=NAME)
    back = make_departure(by=operator, name="Yuni Lestari", stage=Stage.CANCELLED)
    found = {
        "departure_id": departure.id,
        "back_id": back.resident_id,
        "resident_id": departure.resident_id,
        "flag_id": db.session.scalar(select(Flag.id).where(Flag.departure_id == departure.id)),
        "nik": nik,
    }

    found["pattern_id"] = find_patterns(Area("18"), load_reference(), today())[0].id
    db.session.rollback()
    return found


def close_journal():
    """The database refuses every new entry, as a full disk would."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        statements = [
            "CREATE TRIGGER refuse BEFORE INSERT ON journal_entry "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        ]
    else:
        statements = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'full'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT ON journal_entry "
            "FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def entries():
    found = db.session.scalar(select(func.count()).select_from(JournalEntry))
    db.session.rollback()
    return found


@pytest.mark.parametrize("name", BY_NAME)
def test_a_look_is_journaled_and_refused_when_that_is_impossible(sign_in, ids, name):
    role, act = BY_NAME[name]
    client = sign_in(make_user(role=role))
    before = entries()
    answer = act(client, ids)
    assert answer.status_code == 200, answer.text
    assert entries() > before
    close_journal()
    before = entries()
    if name.startswith(("exports.unmasked", "search.search", "departures.reveal")):
        client.application.config["WTF_CSRF_ENABLED"] = False
        refused = posted_again(client, ids, name)
    else:
        refused = act(client, ids)
    assert refused.status_code == 503
    assert refused.mimetype == "text/html"
    for secret in (NAME, "Aminah", "S•• A••", ids["nik"], ids["nik"][:4] + "•"):
        assert secret not in refused.text
    assert entries() == before


def posted_again(client, ids, name):
    """Without the page before it, which cannot be opened any more either."""
    path, data = {
        "exports.unmasked": (
            "/ekspor/keberangkatan",
            {"keperluan": "Pendataan tahunan desa", **owner()},
        ),
        "search.search": ("/cari", {"q": ids["nik"]}),
        "departures.reveal": (
            f"/keberangkatan/{ids['departure_id']}/tampilkan",
            {"alasan": "Keluarga meminta dicari"},
        ),
    }[name.rpartition("-")[0]]
    return client.post(path, data=data)


def test_the_canary_a_page_given_out_without_its_entry_is_noticed(sign_in, ids, monkeypatch):
    client = sign_in(make_user())
    close_journal()
    monkeypatch.setattr(pages, "flush_reads", log._pending(db.session()).clear)
    page = client.get(f"/keberangkatan/{ids['departure_id']}")
    assert page.status_code == 200
    assert NAME in page.text


def test_every_page_about_people_is_in_the_table_of_reads(app):
    listed = {endpoint for _role, endpoint, _act in READS} | SHOW_NOBODY
    for rule in app.url_map.iter_rules():
        if (
            "GET" in rule.methods
            and declared_permission(app.view_functions[rule.endpoint]) in PEOPLE
        ):
            assert rule.endpoint in listed, f"{rule.endpoint}: is its look journaled?"


# Denied tries


def denials():
    statement = select(JournalEntry).where(JournalEntry.event == Event.ACCESS_DENIED.value)
    found = db.session.scalars(statement.order_by(JournalEntry.seq)).all()
    db.session.rollback()
    return found


def test_a_denied_try_says_who_and_which_page_and_not_whose_record(sign_in, ids):
    stranger = make_user(area=FOREIGN_VILLAGE)
    client = sign_in(stranger)
    assert client.get(f"/keberangkatan/{ids['departure_id']}").status_code == 404
    assert client.get(f"/tanda/{ids['flag_id']}").status_code == 404
    assert client.get("/keberangkatan?wilayah=1807012001").status_code == 404
    assert client.get("/jurnal").status_code == 403
    found = denials()
    assert [entry.detail for entry in found] == [
        {"halaman": "departures.show", "kali": 1, "status": 404},
        {"halaman": "flags.show", "kali": 2, "status": 404},
        {"halaman": "departures.index", "kali": 3, "status": 404},
        {"halaman": "journal.index", "kali": 4, "status": 403},
    ]
    for entry in found:
        said = (entry.actor, entry.role, entry.area_code)
        assert said == (stranger.username, "operator", FOREIGN_VILLAGE)
    office = sign_in(make_user(role=Role.BP3MI, area="0"))
    assert "Ditolak membuka halaman" in text_of(office.get("/jurnal"))
    assert any(stranger.username in row for row in rows(office.get("/jurnal")))


def test_a_denied_post_is_journaled_too(sign_in, ids):
    head = sign_in(make_user(role=Role.VILLAGE_HEAD))
    answer = post(head, f"/keberangkatan/{ids['departure_id']}/ajukan", {}, seen="/akun/saya")
    assert answer.status_code == 403
    assert [entry.detail["halaman"] for entry in denials()] == ["departures.submit"]


def used_up(user, kind, times):
    for _ in range(times):
        slowdown.allow(kind, user.username, per_hour=times)
    db.session.commit()


BEYOND_THE_LIMIT = {
    "departures.reveal": (Role.LABOUR_OFFICE, "reveal", 60),
    "departures.open_in_emergency": (Role.BP3MI, "reveal", 60),
    "rights.stored": (Role.REVIEWER, "reveal", 60),
    "search.search": (Role.OPERATOR, "number-search", 120),
    "departures.index": (Role.BP3MI, "name-search", 120),
    "exports.detail": (Role.BP3MI, "name-search", 120),
    "exports.detail_csv": (Role.BP3MI, "name-search", 120),
    "exports.unmasked": (Role.BP3MI, "name-search", 120),
}
WHY = "Keluarga meminta dicari"


@pytest.mark.parametrize("endpoint", BEYOND_THE_LIMIT)
def test_a_look_beyond_the_limit_is_a_denied_try(sign_in, ids, endpoint):
    role, kind, times = BEYOND_THE_LIMIT[endpoint]
    user = make_user(role=role)
    client, record = sign_in(user), f"/keberangkatan/{ids['departure_id']}"
    if endpoint == "departures.open_in_emergency":
        record = f"/keberangkatan/{make_departure(by=make_user(), name=NAME).id}"
    used_up(user, kind, times)
    posted = {
        "departures.reveal": (f"{record}/tampilkan", {"alasan": WHY}),
        "departures.open_in_emergency": (
            f"{record}/akses-darurat",
            {"dasar": "danger", "alasan": WHY},
        ),
        "search.search": ("/cari", {"q": ids["nik"]}),
    }
    if endpoint in posted:
        path, data = posted[endpoint]
        answer = post(client, path, data, seen=record)
    else:
        named = {} if endpoint == "rights.stored" else {"q": NAME}
        answer = client.get(address(endpoint, ids, **named))
    assert answer.status_code == 429
    (entry,) = denials()
    assert entry.detail == {"halaman": endpoint, "kali": 1, "status": 429}
    assert (entry.actor, entry.area_code) == (user.username, user.area_code)
    assert verify_chain().is_whole


def test_a_reveal_that_the_state_refuses_is_a_denied_try_and_a_look(sign_in, app):
    path = f"/keberangkatan/{make_departure(by=make_user(), name=NAME).id}"
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    given = {"alasan": f"Mencari {NAME}"}
    assert post(client, f"{path}/tampilkan", given, seen=path).status_code == 409
    (entry,) = denials()
    assert entry.detail == {"halaman": "departures.reveal", "kali": 1, "status": 409}
    opened = JournalEntry.event == Event.PERSON_OPENED.value
    details = db.session.scalars(select(JournalEntry.detail).where(opened))
    assert [detail.get("cara") for detail in details] == [None, "tampilkan"]


def test_a_step_that_the_state_refuses_is_no_denied_try(sign_in, ids):
    record = f"/keberangkatan/{ids['departure_id']}"
    given = {"tombol-versi": "0"}
    assert post(sign_in(make_user()), f"{record}/ajukan", given, seen=record).status_code == 409
    assert denials() == []


def test_a_flood_beyond_the_limit_cannot_fill_the_journal_either(sign_in, ids):
    user = make_user(role=Role.BP3MI)
    used_up(user, "name-search", 120)
    client = sign_in(user)
    for _ in range(SINGLE_ENTRIES * 2 + 5):
        assert client.get(f"/keberangkatan?q={NAME}").status_code == 429
    assert len(denials()) == SINGLE_ENTRIES + 1
    assert denials()[-1].detail["kali"] == SINGLE_ENTRIES * 2


def test_a_flood_of_denied_tries_cannot_fill_the_journal(sign_in, ids):
    client = sign_in(make_user(area=FOREIGN_VILLAGE))
    for _ in range(SINGLE_ENTRIES * 2 + 5):
        assert client.get(f"/keberangkatan/{ids['departure_id']}").status_code == 404
    assert len(denials()) == SINGLE_ENTRIES + 1
    assert denials()[-1].detail["kali"] == SINGLE_ENTRIES * 2
    assert sum(is_written(n) for n in range(1, 1_000_001)) < 40
    assert verify_chain().is_whole


def test_an_address_that_does_not_exist_or_nobody_signed_in_is_no_denied_try(sign_in, client, ids):
    sign_in(make_user()).get("/tidak-ada")
    client.get(f"/keberangkatan/{ids['departure_id']}")
    assert denials() == []
