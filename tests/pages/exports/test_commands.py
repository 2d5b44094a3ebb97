"""`flask export`: the same files from the command line."""

import os
import stat

import pytest

from registry.accounts.roles import Role
from registry.enums import Stage
from registry.formatting import today
from tests.factories import VILLAGE, make_departure, make_user
from tests.pages.exports.books import facts, last_entry, people, sheet


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


@pytest.fixture
def out(tmp_path):
    return tmp_path / "keluar.xlsx"


def test_without_an_account_everything_is_masked(app, run, out):
    departure = make_departure(by=make_user(), name="Siti Aminah", recruiter_name="Pak Rudi")
    result = run(args=["export", "departures", str(out), "--area", "18.07"])
    assert result.exit_code == 0, result.output
    assert result.output == f"{out}: 1 keberangkatan, disamarkan.\n"
    (row,) = people(out.read_bytes())
    assert (row["Nama"], row["Perekrut"]) == ("S•• A••", "•")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert os.listdir(out.parent) == [out.name]
    entry = last_entry(app)
    assert (entry.actor, entry.area_code) == ("sistem", "1807")
    assert (entry.detail["id"], entry.detail["disamarkan"]) == (str(departure.id), True)


def test_with_an_account_the_file_looks_as_its_list(app, run, out):
    operator = make_user()
    make_departure(by=operator, name="Siti Aminah")
    args = ["export", "departures", str(out), "--area", VILLAGE, "--as", operator.username]
    assert run(args=args).exit_code == 0
    (row,) = people(out.read_bytes())
    assert (row["Nama"], row["NIK"]) == ("Siti Aminah", "1807••••••••••••")
    assert facts(out.read_bytes())["Dibuat oleh"] == operator.username
    assert last_entry(app).actor == operator.username


def test_from_and_to_are_inclusive_on_the_leaving_date(app, run, out):
    operator = make_user()
    left = make_departure(by=operator, stage=Stage.DEPARTED)
    make_departure(by=operator)
    day = left.leaving_on.isoformat()
    args = ["export", "departures", str(out), "--area", "18", "--from", day, "--to", day]
    assert run(args=args).exit_code == 0
    (row,) = people(out.read_bytes())
    assert row["No. Registrasi"] == left.registration_number


def test_the_summary_command(app, run, out):
    operator = make_user()
    make_departure(by=operator)
    bp3mi = make_user(role=Role.BP3MI)
    args = ["export", "summary", str(out), "--area", "18", "--as", bp3mi.username]
    result = run(args=args)
    assert result.output == f"{out}: rekap 1 keberangkatan.\n"
    front = sheet(out.read_bytes(), "Ringkasan")
    texts = [cell for row in front.iter_rows(values_only=True) for cell in row if cell]
    assert "Kepala BP3MI Lampung" in texts
    assert f"Lampung, {today().day} " in " ".join(map(str, texts))
    assert last_entry(app).event == "summary.exported"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--area", "99"], "Wilayah 99 tidak ada"),
        (["--area", "lampung"], "bukan kode wilayah"),
        (["--area", "18", "--as", "siapa"], "tidak ada atau tidak aktif"),
        (["--area", "1807", "--as", "OPERATOR"], "di luar wilayah kerja"),
        (["--area", "18", "--as", "ADMIN"], "tidak boleh mengekspor"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_no_file(app, run, out, args, message):
    names = {"OPERATOR": make_user().username, "ADMIN": make_user(role=Role.ADMIN).username}
    result = run(args=["export", "departures", str(out), *(names.get(a, a) for a in args)])
    assert result.exit_code != 0
    assert message in result.output
    assert result.output.count("\n") == 1
    assert os.listdir(out.parent) == []


def test_the_name_of_the_file_must_say_what_it_is(app, run, tmp_path):
    result = run(args=["export", "departures", str(tmp_path / "x.csv"), "--area", "18"])
    assert (result.exit_code, "berakhiran .xlsx" in result.output) == (1, True)


def test_a_failure_leaves_the_old_file_as_it_was(app, run, out, monkeypatch):
    out.write_bytes(b"lama")
    monkeypatch.setattr("registry.departures.listing.found_ids", lambda f, whole_words: [1, 2])
    result = run(args=["export", "departures", str(out), "--area", "18"])
    assert result.exit_code == 1
    assert "Ekspor dibatalkan" in result.output
    assert out.read_bytes() == b"lama"
    assert os.listdir(out.parent) == [out.name]
