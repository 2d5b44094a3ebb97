"""Names are found by the beginnings of their words: the kept words against the plain definition."""

import random
import re
from itertools import permutations

import pytest
from flask_migrate import downgrade, upgrade
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from registry.db import db
from registry.departures import listing
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.departures.name_words import NameWord, check, rebuild
from registry.departures.names import distinct_words, finds, respelt, words_of
from registry.formatting import normal_name
from registry.operating.self_check import check_all
from registry.regions.area import Area
from registry.regions.models import Region
from tests.factories import DISTRICT, SISTER_VILLAGE, VILLAGE, make_departure, make_user
from tests.pages.dashboards.people import VILLAGES, scatter

NAMES = (
    *("Siti Aminah", "Siti", "Sitinur", "Muh. Rizal", "Mochammad", "Muhlis Rizal", "Soekarno"),
    *("Sukarno", "Djoko Susilo", "Joko", "Tjut Nyak", "Cut Nyak", "Siti Siti", "M. Siti"),
    *("Ni Luh-Sari", "R. A. Kartini", "Nur'aini", "Oemar", "Umar Oey", "Ä Ö", "", "123 Siti"),
    *(
        "Nur Aini",
        "Nuraini Siti",
        "Aini Nur",
        "Mhd. Rizal",
        "Md Ali",
        "Mohamed",
        "Djo Ko",
        "Noer Ma",
        "Dedy Djody",
        "Jodi Dedi",
    ),
)
TEXTS = (
    *("s", "si", "siti", "SITI am", "am siti", "muh", "moh", "mo", "mochamm", "muhammad", "muhl"),
    *("soek", "suk", "soekarno", "dj", "joko", "djo su", "tjut", "cut nyak", "siti siti", "m siti"),
    *("ni sari", "r a", "kartini r", "nuraini", "oe", "u", "o", "a o", "123", "-", "rizal muh"),
    *("tidak ada", "siti rizal", "z", "nur aini", "nur'ai", "aini nur", "nuraini siti", "noeraini"),
    *("md", "mhd rizal", "mohamed", "muhamed riz", "ali md", "joko", "djoko", "al muh", "nurma"),
    *("dedi", "dedy jodi", "dji", "djodi d"),
)
AREAS = ("0", "18", "1807", "180701", VILLAGE, VILLAGES[-1], VILLAGES[-1][:4])


def rename(number, name):
    changed = {"name": name, "normal_name": normal_name(name)}
    db.session.execute(update(Resident.__table__).where(Resident.id == number).values(**changed))


@pytest.fixture
def named(app):
    scatter(300)
    rng = random.Random(5)
    for number in range(1, 301):
        rename(number, rng.choice(NAMES))
    db.session.commit()
    return rng


def people():
    return db.session.execute(
        select(Departure.id, Departure.village_code, Resident.name).join(Resident)
    ).all()


@pytest.mark.parametrize("whole", [False, True])
def test_a_name_is_found_where_the_plain_definition_finds_it(named, whole):
    rows, hits = people(), 0
    for code in AREAS:
        for typed in TEXTS:
            f = Filter(Area(code), text=typed)
            wanted = {
                row.id
                for row in rows
                if f.area.holds(row.village_code) and finds(typed, row.name, whole=whole)
            }
            assert set(listing.found_ids(f, whole_words=whole)) == wanted, (code, typed)
            assert listing.count(f, whole_words=whole) == len(wanted), (code, typed)
            hits += len(wanted)
    assert hits > 500


def test_pages_of_names_are_the_list_in_its_order(named):
    for typed, code in (("s", "0"), ("siti", "1807"), ("mo", "18"), ("u", VILLAGES[0])):
        f, seen = Filter(Area(code), text=typed), []
        wanted = listing.found_ids(f)
        while True:
            page = listing.list_page(f, FULL_SIGHT, size=7)
            seen += [row.id for row in page.rows]
            if page.next_cursor is None:
                break
            f = f.with_(after=page.next_cursor)
        assert seen == wanted
        assert seen
        days = dict(db.session.execute(select(Departure.id, Departure.leaving_on)).all())
        dated = [(days[id_], id_) for id_ in seen if days[id_]]
        undated = [id_ for id_ in seen if not days[id_]]
        assert dated == sorted(dated, reverse=True)
        assert undated == sorted(undated, reverse=True) == seen[len(dated) :]


SPELT_ALIKE = (
    ("Nur'aini", "Nur aini", "Nuraini", "Nur’Aini", "Nur-Aini", "Nur`aini", "Noer Aini"),
    ("Ma'ruf", "Ma ruf", "Maruf", "Maʼruf"),
    ("Syafi'i", "Syafi i", "Syafii"),
    ("Sa'diyah", "Sa diyah", "Sadiyah"),
    ("Asy'ari", "Asy ari", "Asyari"),
    ("Isma'il", "Isma il", "Ismail"),
    ("Sri Wahyuni", "Sriwahyuni"),
    (
        *("Muhammad", "Muh.", "Moh.", "Mohd", "Mochammad", "Much", "Muhamad", "Muhammed"),
        *("Mhd", "Md.", "Muhamed", "Mohamed", "Mohammed", "Mukhammad"),
    ),
    ("Soekarno", "Sukarno"),
    ("Dedi", "Dedy"),
    ("Djody", "Jodi", "Jody"),
)
PAIRS = [pair for alike in SPELT_ALIKE for pair in permutations(alike, 2)]
some_words = st.lists(st.text("abdehijklmnoprstuy", min_size=1, max_size=7), max_size=3)


@given(st.sampled_from(PAIRS), some_words, some_words, st.booleans())
def test_either_spelling_finds_the_other(pair, before, after, comes_first):
    written, typed = pair
    name = " ".join((*before, written, *after))
    others = [*before, *after]
    text = " ".join((typed, *others) if comes_first else (*others, typed))
    assert finds(typed, name, whole=False)
    assert finds(text, name, whole=False)


@given(some_words, some_words)
def test_names_that_share_no_beginning_of_a_word_are_not_found(typed, words):
    assume(typed)
    name = " ".join(words)
    begun = {word[0] for word in words_of(name)}
    said = {letter for word in typed for letter in (word[0], respelt(word)[0])}
    if not begun & said:
        assert not finds(" ".join(typed), name, whole=False)
        assert not finds(" ".join(typed), name, whole=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nuraini", "Nur Hidayah Aini"),
        ("nuraini", "Aini Nur"),
        ("sitiaminah", "Siti Aminah"),
        ("muhammad", "Mdali"),
        ("nur aini", "Nur Hidayah"),
        ("nur aini", "Aini"),
        ("umarumar", "Oemar"),
        ("dydi", "Didi"),
        ("aliumar", "Oemar Ali"),
    ],
)
def test_what_is_no_spelling_of_a_name_does_not_find_it(typed, name):
    assert not finds(typed, name, whole=False)


def test_two_whole_words_are_not_one_word_however_they_are_spelt():
    assert not finds("nur aini", "Nuraini Siti", whole=True)
    assert finds("nuraini siti", "Nur Aini Siti", whole=True)
    assert finds("mohamed ali", "Muhammad Ali", whole=True)
    assert finds("muhammad ali", "Md. Ali", whole=True)
    assert not finds("moham ali", "Mohamed Ali", whole=True)
    assert finds("dedy ali", "Dedi Ali", whole=True)
    texts = ("md mohamed", "soekarno sukarno", "dedi dedy", "md ali", "ti ty", "")
    assert [distinct_words(text) for text in texts] == [1, 1, 1, 2, 2, 0]


@given(st.text(max_size=30), st.text(max_size=30))
def test_every_beginning_of_what_was_written_finds_it(first, second):
    name = f"{first} {second}"
    words = normal_name(name).split()
    for word in words:
        for end in range(1, len(word) + 1):
            assert finds(word[:end], name, whole=False)
    if words:
        assert finds(" ".join(reversed(words)), name, whole=True)


# The words follow every change


def found(typed, code=VILLAGE):
    return listing.found_ids(Filter(Area(code), text=typed))


def test_words_follow_a_new_name_a_move_a_deletion_and_a_new_code(app):
    operator = make_user()
    first = make_departure(by=operator, name="Siti Aminah")
    second = make_departure(by=operator, name="Budi Santoso")
    rename(first.resident_id, "Soetrisno")
    assert (found("siti"), found("sutr"), found("soetr")) == ([], [first.id], [first.id])
    for table, id_ in ((Resident, first.resident_id), (Departure, first.id)):
        db.session.execute(
            update(table.__table__).where(table.id == id_).values(village_code=SISTER_VILLAGE)
        )
    assert (found("sutrisno"), found("sutrisno", SISTER_VILLAGE)) == ([], [first.id])
    new = f"{DISTRICT[:2]}71{VILLAGE[4:]}"
    db.session.execute(update(Region).where(Region.code == VILLAGE).values(code=new))
    assert (found("budi", DISTRICT), found("budi", new)) == ([], [second.id])
    db.session.execute(
        update(Departure.__table__)
        .where(Departure.id == second.id)
        .values(resident_id=first.resident_id)
    )
    assert found("sutrisno", new) == [second.id]
    db.session.execute(delete(Departure.__table__).where(Departure.id == first.id))
    assert found("sutrisno", "18") == [second.id]
    rename(first.resident_id, "")
    db.session.commit()
    assert db.session.scalars(select(NameWord.word)).all() == []
    assert check() == 0


def test_words_that_were_tampered_with_are_noticed_and_written_anew(app):
    departure = make_departure(by=make_user(), name="Siti Aminah")
    row = {"departure_id": departure.id, "village_code": VILLAGE}
    harms = (
        delete(NameWord).where(NameWord.word == "siti"),
        update(NameWord).values(village_code=SISTER_VILLAGE),
        update(NameWord).values(leaving_on=None),
        insert(NameWord).values(district_code="3204", word="siti", **row),
        insert(NameWord).values(district_code=DISTRICT, word="rahasia", **row),
    )
    for harm in harms:
        db.session.execute(harm)
        db.session.commit()
        assert check() > 0
        assert any("kata nama" in finding for finding in check_all())
        rebuild()
        assert check() == 0


def test_a_migration_adds_the_joined_words_and_takes_them_back(app):
    operator = make_user()
    made = [make_departure(by=operator, name=name).id for name in ("Nur Aini", "Noer Aini", "Budi")]
    words = {"nur", "noer", "aini", "budi"}
    joined = {"nuraini"}
    for migrate, revision, wanted in (
        (downgrade, "015", words),
        (upgrade, "016", words | joined),
    ):
        db.session.remove()
        migrate(revision=revision)
        assert check() == 0
        assert set(db.session.scalars(select(NameWord.word))) == wanted
    assert found("nuraini") == made[1::-1]
    make_departure(by=operator, name="Ma Ruf")
    assert len(found("maruf")) == 1


def test_the_commands_check_and_rebuild(app):
    departure = make_departure(by=make_user(), name="Siti Aminah")
    runner, wrong = app.test_cli_runner(), delete(NameWord)
    assert runner.invoke(args=["names", "check"]).exit_code == 0
    db.session.execute(wrong)
    db.session.commit()
    told = runner.invoke(args=["names", "check"])
    assert told.exit_code != 0
    assert re.search(r"2 perbedaan.*names rebuild", told.output)
    assert runner.invoke(args=["names", "rebuild"]).exit_code == 0
    assert found("siti am") == [departure.id]
    assert "0 perbedaan" in runner.invoke(args=["names", "check"]).output


def test_every_index_of_a_list_is_in_the_database(app):
    is_file = db.engine.dialect.name == "sqlite"
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if is_file
        else "SELECT indexname FROM pg_indexes"
    )
    names = set(db.session.scalars(text(listed)))
    wanted = {index.name for index in Departure.__table__.indexes}
    assert wanted <= names
