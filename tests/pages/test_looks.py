"""Who saw whom: the commands tell it completely, from lists, files and searches too."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.ids import Ids
from registry.audit.models import JournalEntry
from registry.audit.verify import head_anchor
from registry.db import db
from registry.departures import operations
from registry.departures.models import Departure
from registry.enums import ReviewStatus, VisaKind
from registry.formatting import today
from registry.looks import queries
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    VILLAGE,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import h1, links, post, rows, text_of
from tests.pages.accounts import owner

REASON = {"alasan": "Keluarga meminta dicari"}
PURPOSE = "Pendataan penempatan tahunan"


def command(app, *arguments):
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=["audit", *arguments])
    db.session.expire_all()
    return done


@pytest.fixture
def breach(app, sign_in):
    """A stolen account of the labour office looks in every way; others look too."""
    village, sister = make_user(), make_user(area=SISTER_VILLAGE)
    people = {
        name: make_departure(
            by=village, name=f"{name} Wulandari", status=ReviewStatus.SUBMITTED, visa_kind=visa
        )
        # A grave flag of the office, so that it shows a person with a reason.
        for name, visa in (("Opened", None), ("Revealed", VisaKind.TOURIST))
    }
    for name in ("Listed", "Found"):
        area = {"village": SISTER_VILLAGE, "by": sister}
        people[name] = make_departure(name=f"{name} Kusuma", nik=make_nik(), **area)
    people["Never"] = make_departure(by=make_user(area=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE,
                                     name="Never Seen")  # fmt: skip
    stolen = make_user(role=Role.LABOUR_OFFICE, area="1807")
    client = sign_in(stolen)
    at = {name: f"/keberangkatan/{departure.id}" for name, departure in people.items()}
    client.get(at["Opened"])
    client.get(f"{at['Opened']}/mengapa")
    post(client, f"{at['Revealed']}/tampilkan", REASON, seen=at["Revealed"])
    client.get(f"/keberangkatan?wilayah={SISTER_VILLAGE}")
    post(client, "/cari", {"q": people["Found"].resident.nik}, seen="/akun/saya")
    client.get(f"/ekspor/keberangkatan.csv?wilayah={SISTER_VILLAGE}")
    post(client, f"/ekspor/keberangkatan?wilayah={VILLAGE}", {"keperluan": PURPOSE, **owner()})
    client.get(at["Never"])
    sign_in(village).get(at["Opened"])
    return stolen, people


def report(app, account, out):
    days = ("--from", (today() - timedelta(days=1)).isoformat(), "--to", today().isoformat())
    done = command(app, "breach-report", "--account", account, *days, "--out", str(out))
    assert done.exit_code == 0, done.output
    return done


def sheets(path):
    book = load_workbook(io.BytesIO(path.read_bytes()))
    return {name: [list(row) for row in book[name].values] for name in book.sheetnames}


def test_the_report_of_a_breach_names_everybody_who_was_seen_and_nobody_else(app, breach, tmp_path):
    stolen, people = breach
    numbers = {name: departure.registration_number for name, departure in people.items()}
    out = tmp_path / "laporan.xlsx"
    report(app, stolen.username, out)
    assert out.stat().st_mode & 0o777 == 0o600
    found = sheets(out)
    named = {row[2].split()[0]: row for row in found["Orang"][1:]}
    assert set(named) == {"Opened", "Revealed", "Listed", "Found"}
    assert named["Opened"][5] == numbers["Opened"]
    assert named["Opened"][7] >= named["Opened"][6]
    ways = [heading.removesuffix(" (Dinas tenaga kerja)") for heading in found["Orang"][0][8:]]
    times = {name: dict(zip(ways, row[8:], strict=True)) for name, row in named.items()}
    of = {name: {way: n for way, n in mine.items() if n} for name, mine in times.items()}
    assert of["Opened"] == {"Membuka": 2, "Mengunduh, lengkap": 1}
    assert of["Revealed"] == {"Membuka": 1, "Menampilkan": 1, "Mengunduh, lengkap": 1}
    assert of["Found"] == {"Daftar": 1, "Pencarian": 1, "Mengunduh, disamarkan": 1}
    assert of["Listed"] == {"Daftar": 1, "Mengunduh, disamarkan": 1}
    fields = {row[0]: row for row in found["Isian"][1:]}
    assert "NIK" in fields["Membuka"][3]
    assert "NIK" in fields["Menampilkan"][2]
    assert [row[3] for row in found["Per Desa"][1:]] == [2, 2]
    letter = "\n".join(row[0] or "" for row in found["Surat"])
    assert "Pasal 46 Undang-Undang Nomor 27 Tahun 2022" in letter
    assert stolen.username in letter
    assert "Wulandari" not in letter


def test_the_report_as_text_and_its_entry(app, breach, tmp_path):
    stolen, _people = breach
    out = tmp_path / "laporan.md"
    assert "Wulandari" not in report(app, stolen.username, out).output
    assert out.stat().st_mode & 0o777 == 0o600
    text = out.read_text()
    assert "Opened Wulandari" in text
    assert "Never" not in text
    reported = JournalEntry.event == Event.BREACH_REPORTED.value
    assert db.session.scalar(select(JournalEntry.detail).where(reported))["orang"] == 4
    nobody = command(app, "breach-report", "--account", stolen.username, "--from", "2020-01-01",
                     "--to", "2020-01-02", "--out", str(out))  # fmt: skip
    assert "0 orang" in nobody.output
    wrong = command(app, "breach-report", "--account", "x", "--from", "2020-01-02", "--to",
                    "2020-01-01", "--out", str(out))  # fmt: skip
    assert wrong.output.startswith("Gagal: --to harus")


def test_an_account_that_nobody_has_is_no_breach_without_people(app, breach, tmp_path):
    out = tmp_path / "laporan.md"
    done = command(app, "breach-report", "--account", "tidak.ada", "--from", "2020-01-01",
                   "--to", "2020-01-02", "--out", str(out))  # fmt: skip
    assert done.exit_code == 1
    assert done.output == "Gagal: Tidak ada akun tidak.ada, dan jurnal tidak mengenalnya.\n"
    assert not out.exists()


def test_the_canary_a_report_that_reads_no_lists_is_noticed(app, breach, tmp_path, monkeypatch):
    stolen, _people = breach
    monkeypatch.setattr(queries, "Ids", lambda said: Ids(None))
    report(app, stolen.username, tmp_path / "laporan.xlsx")
    named = {row[2].split()[0] for row in sheets(tmp_path / "laporan.xlsx")["Orang"][1:]}
    assert "Listed" not in named


def test_who_saw_lists_every_look_with_its_way(app, breach):
    stolen, people = breach
    told = command(app, "who-saw", people["Found"].registration_number)
    assert told.exit_code == 0
    mine = [line for line in told.output.splitlines() if stolen.username in line]
    ways = [line.split(")  ")[1].split(" · ")[0] for line in mine]
    assert ways == ["Daftar", "Pencarian", "Mengunduh, disamarkan"]
    assert "disamarkan: Nama, NIK" in mine[0]
    assert "Kusuma" not in told.output
    assert people["Found"].resident.nik not in told.output
    same = command(app, "who-saw", str(people["Found"].resident_id))
    assert same.output == told.output
    opened = command(app, "who-saw", people["Opened"].registration_number.lower())
    assert (
        sum("(Dinas tenaga kerja)  Membuka · " in line for line in opened.output.splitlines()) == 2
    )
    assert "(Operator desa)  Membuka · Membuka data orang; semua isian lengkap" in opened.output
    for unknown in ("PM-2026-XXXXX", "999999", "x"):
        assert command(app, "who-saw", unknown).output.startswith("Gagal: Tidak ada warga")


def test_a_search_before_recording_and_a_deleted_draft_are_told_too(app, sign_in, tmp_path):
    operator = make_user()
    draft = make_departure(by=operator, name="Sari Dewi")
    resident_id = draft.resident_id
    searcher = make_user()
    client = sign_in(searcher)
    post(client, "/keberangkatan/baru", {"cari": "Sari Dewi", "desa": VILLAGE})
    client.get("/keberangkatan")
    db.session.expire_all()
    operations.delete_draft(
        db.session.get(Departure, draft.id), by=operator, seen_revision=draft.revision
    )
    db.session.commit()
    told = command(app, "who-saw", str(resident_id)).output
    assert f"{searcher.username} (Operator desa)  Pencarian" in told
    assert f"{searcher.username} (Operator desa)  Daftar" in told
    report(app, searcher.username, tmp_path / "laporan.xlsx")
    summary = dict(sheets(tmp_path / "laporan.xlsx")["Ringkasan"][1:])
    assert summary["Catatannya sudah dihapus (nomor warga)"] == str(resident_id)
    fields = {row[4]: row for row in sheets(tmp_path / "laporan.xlsx")["Isian"][1:]}
    assert fields["Pencarian sebelum mencatat"][2:4] == ["Nama, Dusun atau alamat", "NIK"]
    assert "Dusun atau alamat" not in fields["Daftar keberangkatan"][2]
    letter = "\n".join(row[0] or "" for row in sheets(tmp_path / "laporan.xlsx")["Surat"])
    assert "Dusun atau alamat" in letter
    assert "lengkap: Nama, Dusun atau alamat; disamarkan: NIK" in told


@pytest.mark.parametrize(
    ("said", "ids"), [("1-3,9", [1, 2, 3, 9]), ([5, 2], [5, 2]), ("", []), (None, []), ("7", [7])]
)
def test_ids_are_read_in_both_of_their_forms(said, ids):
    assert list(Ids(said).all()) == ids
    for one in range(12):
        assert Ids(said).touch([one, 20]) == (one in ids)


# The page of the village's head


def monthly(sign_in, area=VILLAGE, **asked):
    head = make_user(role=Role.VILLAGE_HEAD, area=area)
    return sign_in(head).get("/jurnal/desa", query_string=asked)


def of_account(page, account):
    return next(row for row in rows(page) if row[0].startswith(account.username))


def test_the_head_of_the_village_sees_who_looked_how_often_and_on_how_many_days(
    app, breach, sign_in
):
    stolen, _people = breach
    row = of_account(monthly(sign_in), stolen)
    assert row[0].endswith("Dinas tenaga kerja")
    assert row[1].endswith("Lampung Timur")
    # Opened, opened with its why, opened before it was shown; shown; one whole file; one day.
    assert row[2:] == ["0", "0", "3", "1", "0", "1", "1"]
    sister = of_account(monthly(sign_in, SISTER_VILLAGE), stolen)
    assert sister[2:] == ["1", "1", "0", "0", "0", "1", "1"]
    assert "Belum ada yang melihat" in text_of(monthly(sign_in, "1807012003"))


def test_a_list_of_a_wider_area_counts_where_somebody_of_the_village_stood_in_it(sign_in):
    make_departure(by=make_user())
    reviewer = make_user(role=Role.REVIEWER)
    sign_in(reviewer).get("/keberangkatan")
    assert [row[2] for row in rows(monthly(sign_in)) if reviewer.username in row[0]] == ["1"]
    assert reviewer.username not in text_of(monthly(sign_in, SISTER_VILLAGE))


def test_the_month_is_chosen_printed_with_the_head_and_never_a_strange_one(sign_in, breach):
    now_ = today()
    page = monthly(sign_in, bulan=f"{now_.year - 1}-01")
    assert h1(page) == "Siapa melihat data warga kami"
    assert "Belum ada yang melihat" in text_of(page)
    assert ("Bulan sebelumnya", f"/jurnal/desa?bulan={now_.year - 2}-12") in links(page)
    head = sign_in(make_user(role=Role.VILLAGE_HEAD))
    paper = head.get("/jurnal/desa/cetak")
    assert paper.status_code == 200
    assert breach[0].username in text_of(paper)
    assert " ".join(head_anchor().text.split()) in text_of(paper)
    for strange in ("2026-13", "x", "2999-01", "2026-3-1"):
        assert head.get("/jurnal/desa", query_string={"bulan": strange}).status_code == 400


def test_more_onlookers_cost_no_more_queries(sign_in):
    made, counted = make_departure(by=make_user()), []
    event.listen(db.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    client = sign_in(make_user(role=Role.VILLAGE_HEAD))

    def cost():
        counted.clear()
        assert client.get("/jurnal/desa").status_code == 200
        return len(counted)

    sign_in(make_user()).get(f"/keberangkatan/{made.id}")
    cost()
    few = cost()
    for _ in range(4):
        sign_in(make_user()).get(f"/keberangkatan/{made.id}")
    assert cost() == few


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VILLAGE_HEAD])
def test_others_do_not_open_the_page_of_the_village_head(sign_in, role):
    assert sign_in(make_user(role=role)).get("/jurnal/desa").status_code == 403
