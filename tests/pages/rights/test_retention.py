"""The yearly run: what is past its period goes for good, and the statistics stay as they were."""

import errno
import os
import random
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select, text

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.dashboards import counts
from registry.dashboards.figures import Dimension
from registry.db import db, learn_sizes
from registry.departures import listing, operations
from registry.departures.conditions import AGE_BOUNDS
from registry.departures.filters import Filter
from registry.departures.models import Departure, Flag, FlagStep, Resident
from registry.enums import PeriodUnit, RetentionKind, ReviewStatus, Sex, Stage
from registry.flags.queries import rule_figures
from registry.formatting import today
from registry.reference.models import RetentionRule
from registry.regions.area import Area
from registry.rights import erasing, purging
from registry.rights.erasing import KEPT, birthday_left
from tests.factories import VILLAGE, make_departure, make_user
from tests.page import h1, post, rows, text_of
from tests.pages.rights.people import (
    BORN,
    PERSON,
    PLAN,
    SECRETS,
    found_in,
    found_in_files,
    make_known,
    make_plain,
)

LATER = datetime(2040, 6, 1, 3, tzinfo=UTC)
LEFT = date(2026, 2, 10)
EVERYWHERE = Area("0")
CLEAN = "rantai utuh; semua catatan cocok dengan jurnal."


@pytest.fixture(autouse=True)
def instance(app, tmp_path, monkeypatch):
    """An instance folder of this test's own, with its list of what was erased."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path


def run(app, *arguments):
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["retention", *arguments])
    db.session.expire_all()
    return result


def verified(app):
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["audit", "verify"]).output


def every_count():
    """All that dashboards, lists and the figures of the rules say, for areas at every level."""
    found = {}
    for code in ("0", "18", "1807", "180701", VILLAGE):
        for year in (None, 2026, 2027):
            f = Filter(Area(code)) if year is None else Filter(Area(code)).with_(year=year)
            found[code, year] = [
                counts.headline(f),
                *(counts.by(f, dimension) for dimension in Dimension),
                counts.by_child(f),
                counts.child_by_country(f),
                counts.procedures_by_child(f),
                counts.by_month(f),
                listing.count(f),
                [listing.count(f.with_(age=(group.value,))) for group in AGE_BOUNDS],
                [listing.count(f.with_(flag=(rule,))) for rule in ("R03", "R16", "R29")],
            ]
        found[code] = rule_figures(Area(code))
    return found


def test_nothing_is_deleted_without_a_yes_and_the_list_names_nobody(app):
    known, young = make_known(LEFT), make_plain(LEFT)
    draft = make_departure(by=make_user())
    with time_machine.travel(datetime(2031, 4, 1, tzinfo=UTC)):
        listed = run(app, "list")
        refused = run(app, "run")
    assert refused.exit_code == 1
    assert "--yes" in refused.output
    assert listed.exit_code == 0
    assert "Draf yang tidak pernah diajukan, sejak terakhir diubah (90 hari): 1" in listed.output
    # Its case may have to be answered for longer than the departure itself.
    assert "Berkas kasus yang ditangani kantor, sejak tindak lanjut terakhir (10 tahun): 0" in (
        listed.output
    )
    assert draft.registration_number in listed.output
    assert young.registration_number not in listed.output  # 400 days later at home
    assert known.registration_number not in listed.output
    assert not found_in(listed.output.encode(), SECRETS)
    assert db.session.get(Resident, known.resident_id).name == PERSON["name"]


def test_a_record_is_kept_until_its_own_period_is_over(app):
    plain = make_plain(LEFT)  # home on 17 March 2027, and kept for five years
    with time_machine.travel(datetime(2032, 3, 16, tzinfo=UTC)):
        assert plain.registration_number not in run(app, "list").output
    with time_machine.travel(datetime(2032, 3, 17, tzinfo=UTC)):
        assert plain.registration_number in run(app, "list").output


def test_without_a_period_in_force_nothing_of_that_kind_is_deleted(app):
    resident_id = make_plain(LEFT).resident_id
    rule = db.session.scalars(
        select(RetentionRule).where(RetentionRule.kind == RetentionKind.RETURNED)
    ).one()
    rule.valid_to = rule.valid_from - timedelta(days=1)
    db.session.commit()
    with time_machine.travel(LATER):
        listed = run(app, "list").output
        run(app, "run", "--yes")
    assert "Sudah pulang, sejak tanggal pulang (tanpa batas): 0" in listed
    assert db.session.get(Resident, resident_id).erased_on is None


def test_a_person_is_kept_whole_while_one_departure_is_within_its_period(app):
    plain = make_plain(LEFT)
    resident_id = plain.resident_id
    with time_machine.travel(datetime(2032, 1, 10, tzinfo=UTC)):
        second = operations.create(
            village_code=VILLAGE,
            resident=plain.resident,
            values={},
            by=make_user(),
            client_key="kedua",
        )
        db.session.commit()
        second_id = second.id
    with time_machine.travel(datetime(2032, 4, 1, tzinfo=UTC)):
        assert "karena keberangkatan lain orang itu: 1." in run(app, "list").output
        run(app, "run", "--yes")
    assert db.session.get(Resident, resident_id).erased_on is None
    with time_machine.travel(datetime(2032, 5, 1, tzinfo=UTC)):
        result = run(app, "run", "--yes")
    assert "1 draf, data pribadi 1 orang" in result.output
    assert db.session.get(Departure, second_id) is None
    assert db.session.get(Resident, resident_id).erased_on == date(2032, 5, 1)


def test_drafts_go_as_the_program_deletes_them_and_their_people_with_them(app):
    draft = make_departure(by=make_user())
    resident_id = draft.resident_id
    other = operations.create(
        village_code=VILLAGE,
        resident=None,
        values={"name": "Warga Lain"},
        by=make_user(),
        client_key="lain",
    )
    db.session.commit()
    with time_machine.travel(datetime(2027, 12, 1, tzinfo=UTC)):
        result = run(app, "run", "--yes")
        assert CLEAN in verified(app)
    assert "Dihapus: 2 draf, data pribadi 0 orang." in result.output
    assert db.session.get(Departure, draft.id) is None
    assert db.session.get(Resident, resident_id) is None
    assert db.session.get(Departure, other.id) is None
    assert other.resident_id not in set(db.session.scalars(select(Resident.id)))
    entries = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.DEPARTURE_DELETED.value)
    ).all()
    assert [entry.detail["sebab"] for entry in entries] == ["masa_simpan"] * 2


def test_every_count_is_equal_before_and_after(app):
    make_known(LEFT)
    for number in range(8):
        born = date(1980 + 3 * number, 1 + number, 27 - number)
        make_plain(LEFT + timedelta(days=41 * number), born, (Sex.FEMALE, Sex.MALE)[number % 2])
    make_departure(by=make_user(), status=ReviewStatus.SUBMITTED, stage=Stage.CANCELLED)
    make_departure(by=make_user(), status=ReviewStatus.SUBMITTED, planned_on=None)
    with time_machine.travel(LATER, tick=False):
        app.test_cli_runner().invoke(args=["assess", "due"])
        before = every_count()
        assert before[VILLAGE, None][0].total == 10
        result = run(app, "run", "--yes")
        assert "data pribadi 11 orang" in result.output
        assert every_count() == before
        assert CLEAN in verified(app)
    # Judged again on a later day, and after a change of the lists, they keep the answer they had.
    with time_machine.travel(LATER + timedelta(days=900), tick=False):
        app.test_cli_runner().invoke(args=["assess", "due"])
        assert every_count() == before


@pytest.mark.parametrize("seed", range(3))
def test_the_birthday_that_is_left_gives_the_same_age_at_each_leaving(seed):
    rng = random.Random(seed)

    def any_day(first, last):
        return first + timedelta(days=rng.randrange((last - first).days))

    def age(day, born):
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    for _turn in range(3_000):
        born = any_day(date(1960, 1, 1), date(2009, 1, 1))
        leaving = [any_day(date(2020, 1, 1), date(2033, 1, 1)) for _ in range(rng.randrange(4))]
        left = birthday_left(leaving, born)
        assert left.year == born.year
        assert left <= born
        assert [age(day, left) for day in leaving] == [age(day, born) for day in leaving]
    assert birthday_left([date(2024, 2, 29)], date(1999, 8, 1)) == date(1999, 3, 1)
    assert birthday_left([LEFT], None) is None


def test_no_byte_of_a_person_is_left_in_any_file(app, instance, caplog):
    """The name lies open before; afterwards nothing does, in no table, log, list or entry."""
    departure = make_known(LEFT)
    number, resident_id = departure.registration_number, departure.resident_id
    wrapped = bytes(departure.resident.wrapped_key)
    with time_machine.travel(LATER):
        result = run(app, "run", "--yes")
        assert CLEAN in verified(app)
    assert "data pribadi 1 orang" in result.output
    assert not found_in((result.output + caplog.text).encode(), SECRETS)
    assert not everything_left(app, instance)
    assert wrapped not in all_bytes(app)
    assert (instance / "penghapusan.txt").read_text() == f"{number} orang\n"
    resident = db.session.get(Resident, resident_id)
    assert (resident.name, resident.sex, resident.village_code) == (
        "(dihapus)",
        Sex.FEMALE,
        VILLAGE,
    )
    assert resident.birth_date.year == BORN.year
    erased = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.PERSON_ERASED.value)
    ).one()
    assert erased.detail == {"nomor": [number]}
    values = db.session.scalars(select(JournalValue).where(JournalValue.seq == erased.seq)).all()
    beside = {"flag_step", "flag_step.was", "emergency", "emergency.was"}
    assert {value.kind for value in values} == {"departure", "resident"} | beside
    assert all(value.sealed is None for value in values)
    # The note of the office is gone from its row; of the access there is no row any more.
    assert {value.kind for value in values if not value.digest} == {"emergency"}


def all_bytes(app):
    """What the database holds: its files, or every row of it."""
    if not app.config["PAMIT"].is_sqlite:
        return dump()
    path = Path(db.engine.url.database)
    return b"".join(part.read_bytes() for part in (path, Path(f"{path}-wal")) if part.exists())


def dump():
    db.session.rollback()
    parts = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            parts += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    db.session.rollback()
    return b"\n".join(parts)


def everything_left(app, folder):
    """Which secrets lie open somewhere, or are still to be read with the keys of the instance."""
    db.session.rollback()
    readable = [
        f"{table.name}.{column.name}"
        for table, column, row in sealed_values()
        if row[column.name] is not None
    ]
    keys = [r.id for r in db.session.scalars(select(Resident)) if r.wrapped_key and r.erased_on]
    opened = [f"key of {resident_id}" for resident_id in keys]
    return found_in(all_bytes(app), SECRETS) + found_in_files(SECRETS, folder) + opened + readable


def sealed_values():
    """Every sealed value of the tables beside the journal, with its column and row."""
    for table in (Resident, Departure, Flag, FlagStep):
        names = [c for c in table.__table__.columns if c.name.endswith(("_sealed", "_index"))]
        for row in db.session.execute(select(table.__table__)).mappings():
            yield from ((table.__table__, column, row) for column in names)


@pytest.mark.parametrize(
    ("flaw", "found"),
    [
        ("the key is kept", "key of"),
        ("the name is kept", PERSON["name"]),
        ("what a recruiter was called is kept", PLAN["recruiter_name"]),
        ("sealed values are kept", "_sealed"),
        ("the files are not written anew", PERSON["name"]),
    ],
)
def test_the_search_goes_red_when(app, instance, monkeypatch, flaw, found):
    make_known(LEFT)
    overwrite = erasing._overwrite

    def flawed(row, **values):
        if isinstance(row, Resident) and flaw == "the key is kept":
            values["wrapped_key"] = row.wrapped_key
        if isinstance(row, Resident) and flaw == "the name is kept":
            values["name"] = row.name
        if isinstance(row, Departure) and flaw == "what a recruiter was called is kept":
            values["recruiter_name"] = row.recruiter_name
        if flaw == "sealed values are kept":
            names = [c.key for c in row.__table__.columns if c.key.endswith("_sealed")]
            values |= {name: getattr(row, name) for name in names}
        overwrite(row, **values)

    monkeypatch.setattr(erasing, "_overwrite", flawed)
    if flaw == "the files are not written anew":
        if not app.config["PAMIT"].is_sqlite:
            pytest.skip("SQLite only")
        monkeypatch.setattr("registry.rights.commands.compact", lambda tables: True)
    with time_machine.travel(LATER):
        assert "data pribadi 1 orang" in run(app, "run", "--yes").output
    assert any(found in line for line in everything_left(app, instance))


def test_every_column_is_kept_by_name_or_overwritten(app):
    """A new column is erased unless somebody writes it down as one that the statistics need."""
    for model, kept in KEPT.items():
        assert kept <= {column.key for column in model.__table__.columns}
        personal = {
            column.key
            for column in model.__table__.columns
            if column.key.endswith(("_sealed", "_index")) or str(column.type) == "VARCHAR(120)"
        }
        assert not personal & kept
    assert not {"name", "birth_date", "address", "education", "marital_status"} & KEPT[Resident]


def test_a_run_that_was_cut_short_is_taken_up_by_the_next(app, monkeypatch):
    people = [make_plain(LEFT + timedelta(days=number)).resident_id for number in range(5)]
    monkeypatch.setattr(purging, "BATCH", 2)
    erase, seen = purging.erase, []

    def cut(resident, *, by):
        erase(resident, by=by)
        seen.append(resident.id)
        if len(seen) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(purging, "erase", cut)
    with time_machine.travel(LATER):
        assert run(app, "run", "--yes").exit_code != 0
        erased = select(Resident.id).where(Resident.erased_on.is_not(None)).order_by(Resident.id)
        assert db.session.scalars(erased).all() == people[:2]
        assert CLEAN in verified(app)
        assert "data pribadi 3 orang" in run(app, "run", "--yes").output
        assert db.session.scalars(erased).all() == people
        assert CLEAN in verified(app)


def server_files(databases):
    """What PostgreSQL wrote of this test's database: tables, indexes, the planner's samples."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        oid = connection.scalar(
            text("SELECT oid FROM pg_database WHERE datname=current_database()")
        )
    files = (databases.folder / "data/base" / str(oid)).iterdir()
    return b"".join(path.read_bytes() for path in files if path.is_file())


def test_neither_words_nor_samples_of_names_are_left_by_the_server(app, databases):
    if app.config["PAMIT"].is_sqlite:
        pytest.skip("PostgreSQL only: SQLite takes no samples, and its file is searched above")
    make_known(LEFT)
    make_departure(by=make_user(), status=ReviewStatus.SUBMITTED, planned_on=date(2039, 1, 1))
    words = [*SECRETS, *PERSON["name"].casefold().split()]
    db.session.remove()
    learn_sizes()
    assert PERSON["name"] in found_in(server_files(databases), words)
    with time_machine.travel(LATER):
        assert "data pribadi 1 orang" in run(app, "run", "--yes").output
    assert not found_in(server_files(databases), words)


def test_a_list_that_names_nobody_is_refused(app, instance):
    written = instance / "daftar.txt"
    for content in (b"Baca saya\n", b"PM-2026-AAAAA\n", b"PM-2026-AAAAA hapus\n", b"\xff\xfe\x00"):
        written.write_bytes(content)
        refused = run(app, "repeat", str(written))
        assert refused.exit_code == 1
        assert refused.output.startswith("Gagal: Baris 1 dari daftar.txt bukan nomor registrasi")
        assert refused.output.count("\n") == 1
    assert not (instance / "penghapusan.txt").exists()


def test_who_was_erased_by_another_list_is_on_the_list_of_this_installation(app, instance):
    number = make_plain(LEFT).registration_number
    own, other = instance / "penghapusan.txt", instance / "daftar-lama.txt"
    own.write_text("PM-2025-AAAAA orang")  # as an editor leaves it, without the end of the line
    other.write_text(f"PM-2025-AAAAA orang\r\n{number.lower()} orang\r\n\r\n")
    for _ in range(2):
        assert run(app, "repeat", str(other)).exit_code == 0
        assert own.read_text() == f"PM-2025-AAAAA orang\n{number} orang\n"
    assert stat.S_IMODE(own.stat().st_mode) & 0o111 == 0


def test_a_draft_that_was_submitted_after_all_is_not_deleted_by_a_list(app, instance):
    kept = make_departure(by=make_user(), status=ReviewStatus.SUBMITTED)
    written = instance / "daftar.txt"
    written.write_text(f"{kept.registration_number} draf\n")
    result = run(app, "repeat", str(written))
    assert (result.exit_code, "0 draf" in result.output) == (0, True)
    assert db.session.get(Departure, kept.id).review_status is ReviewStatus.SUBMITTED


def test_a_list_that_cannot_be_written_whole_is_as_it_was_and_nobody_is_erased(
    app, instance, monkeypatch
):
    resident_id = make_plain(LEFT).resident_id
    own = instance / "penghapusan.txt"
    own.write_text("PM-2025-AAAAA orang\n")
    write = os.write

    def nearly_full(descriptor, content):
        """A full disk takes the first bytes, and then none."""
        if len(content) < 10:
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, content[:9])

    monkeypatch.setattr(purging.os, "write", nearly_full)
    with time_machine.travel(LATER):
        refused = run(app, "run", "--yes")
    assert (refused.exit_code, "Ruang penyimpanan habis" in refused.output) == (1, True)
    assert own.read_text() == "PM-2025-AAAAA orang\n"
    assert db.session.get(Resident, resident_id).erased_on is None


def test_an_older_backup_is_erased_again_by_the_list(app, instance):
    plain, stays = make_plain(LEFT), make_plain(LEFT)
    draft = make_departure(by=make_user())
    written = instance / "daftar-lama.txt"
    lines = [
        f"{plain.registration_number} orang",
        f"{draft.registration_number} draf",
        "PM-2026-XXXXX orang",
    ]
    written.write_text("\n".join(lines))
    ids = SimpleNamespace(plain=plain.resident_id, stays=stays.resident_id, draft=draft.id)
    result = run(app, "repeat", str(written))
    assert "1 draf, data pribadi 1 orang" in result.output
    assert db.session.get(Resident, ids.plain).name == "(dihapus)"
    assert db.session.get(Resident, ids.stays).name != "(dihapus)"
    assert db.session.get(Departure, ids.draft) is None
    assert CLEAN in verified(app)


class TestPages:
    """What is seen of somebody who was erased."""

    @pytest.fixture
    def erased(self, app):
        departure = make_known(LEFT, returned=False)
        with time_machine.travel(LATER):
            run(app, "run", "--yes")
        return SimpleNamespace(id=departure.id, number=departure.registration_number)

    def test_the_record_says_so_and_shows_what_remains(self, erased, sign_in):
        for role in (Role.OPERATOR, Role.REVIEWER, Role.LABOUR_OFFICE):
            page = sign_in(make_user(role=role)).get(f"/keberangkatan/{erased.id}")
            said = text_of(page)
            assert h1(page) == f"Catatan {erased.number}"
            assert "Data pribadi sudah dihapus" in said
            assert "1998-••-••" in said
            assert "Taiwan" in said
            assert "Menghapus data pribadi yang lewat masa simpan" in said
            assert not found_in(page.data, SECRETS)

    def test_nothing_more_can_be_done_with_it(self, erased, sign_in):
        client = sign_in(make_user())
        for path in ("ubah/warga", "surat-izin", "tanda-terima", "mengapa"):
            assert client.get(f"/keberangkatan/{erased.id}/{path}").status_code in (404, 409), path
        answer = post(client, f"/keberangkatan/{erased.id}/pulang", {}, seen="/akun/saya")
        assert answer.status_code == 409
        assert "sudah dihapus" in text_of(answer)

    def test_it_is_in_the_list_without_a_name_and_no_search_finds_it(self, erased, sign_in):
        client = sign_in(make_user())
        assert [row[0] for row in rows(client.get("/keberangkatan"))] == [
            f"(dihapus){erased.number}"
        ]
        for words in ("Zubaidah", "dihapus"):
            assert not rows(client.get(f"/keberangkatan?q={words}"))
        for number in (PERSON["nik"], PERSON["phone"], "C7741852"):
            page = post(client, "/cari", {"q": number}, seen="/akun/saya")
            assert erased.number not in text_of(page)
        assert erased.number not in text_of(client.get("/"))

    def test_an_export_says_so_and_an_import_does_not_match_it(
        self, app, erased, sign_in, tmp_path
    ):
        user = make_user()
        exported = sign_in(user).get("/ekspor/keberangkatan.csv").data
        row = exported.decode().splitlines()[1]
        for said in ("(dihapus)", "1998-••-••", erased.number):
            assert said in row
        assert not found_in(exported, SECRETS)
        path = tmp_path / "lagi.csv"
        path.write_text(
            f"No. Registrasi;NIK;Nama\n{erased.number};;{PERSON['name']}\n"
            f";{PERSON['nik']};{PERSON['name']}\n"
        )
        arguments = ["departures", "import", str(path), "--as", user.username, "--dry-run"]
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=arguments)
        assert "1 siap, 1 galat, 0 sudah ada" in result.output
        assert "Nomor ini tidak dapat dipakai di sini" in result.output

    def test_offices_find_nothing_to_do_about_it(self, erased, sign_in):
        client = sign_in(make_user(role=Role.LABOUR_OFFICE))
        assert erased.number not in text_of(client.get("/tanda"))
        flag = db.session.scalars(select(Flag).where(Flag.departure_id == erased.id)).first()
        assert flag.sentence == "(dihapus)"
        assert client.get(f"/tanda/{flag.id}").status_code == 404
        assert erased.number not in text_of(sign_in(make_user(role=Role.REVIEWER)).get("/periksa"))

    def test_what_was_said_for_an_emergency_access_goes_with_the_person(self, erased, sign_in):
        for role, path in (
            (Role.BP3MI, "/akses-darurat"),
            (Role.LABOUR_OFFICE, "/akses-darurat"),
            (Role.OPERATOR, "/"),
            (Role.VILLAGE_HEAD, "/jurnal/desa"),
        ):
            page = sign_in(make_user(role=role)).get(path)
            assert page.status_code == 200, path
            assert not found_in(page.data, SECRETS)


def test_the_admin_sees_the_policy_and_figures_and_no_person(app, sign_in):
    plain = make_plain(LEFT)
    client = sign_in(make_user(role=Role.ADMIN))
    with time_machine.travel(LATER):
        client = sign_in(make_user(role=Role.ADMIN))
        page = client.get("/masa-simpan")
    table = {row[0]: row[1:] for row in rows(page)}
    returned = table["Sudah pulang, sejak tanggal pulang"]
    assert returned[:2] == ["5 tahun", "1"]
    assert "Usulan Pamit" in returned[2]
    assert plain.registration_number not in page.text
    assert plain.resident.name not in page.text
    for role in (Role.OPERATOR, Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI):
        assert sign_in(make_user(role=role)).get("/masa-simpan").status_code == 403


def test_a_period_of_nothing_is_refused(app, sign_in):
    client = sign_in(make_user(role=Role.ADMIN))
    rule = db.session.scalars(select(RetentionRule).order_by(RetentionRule.id)).first()
    data = {
        "kind": rule.kind.value,
        "period": "0",
        "unit": PeriodUnit.DAY.value,
        "valid_from": today().isoformat(),
        "source": "Peraturan Bupati",
        "reason": "Ditetapkan bupati",
    }
    path = f"/rujukan/masa-simpan/{rule.id}/ganti"
    assert "Harus antara 1 dan" in text_of(post(client, path, data))
    assert post(client, path, data | {"period": "60"}).status_code == 302
    listed = run(app, "list").output
    assert "Draf yang tidak pernah diajukan, sejak terakhir diubah (60 hari)" in listed
