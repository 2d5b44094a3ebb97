"""`flask audit who-saw` and `flask audit breach-report`: who saw whom, from the journal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from registry.accounts.users_cli import Failure
from registry.audit import log
from registry.audit.events import Event
from registry.db import short_write, snapshot
from registry.formatting import WIB, local_time, thousands
from registry.looks.queries import (
    Look,
    affected,
    count_by,
    count_with_ids,
    find_person,
    is_known,
    seen_by_account,
    who_saw,
)
from registry.looks.report import WRITERS, Report, role_label
from registry.looks.sights import ALL_FIELDS
from registry.operating.audit_cli import audit
from registry.progress import progress
from registry.workbooks.own_file import new_file

__all__ = ["audit"]  # the group of the journal's commands, with the two of this module

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
A_DAY = timedelta(days=1)
MIDNIGHT = (0, 0)


@audit.command("who-saw")
@click.argument("person", metavar="NO_REGISTRASI|NO_WARGA")
def who_saw_person(person: str) -> None:
    """Menampilkan siapa yang melihat data seseorang, kapan, dan dengan cara apa."""
    with snapshot():
        found = find_person(person.strip())
        if found is None:
            raise Failure(f"Tidak ada warga dengan nomor {person}.")
        with progress("Membaca jurnal", count_with_ids()) as done:
            looks = who_saw(found, done)
    for look in looks:
        said = f"{look.way.label} · {Event.of(look.event).label}"
        click.echo(
            f"{local_time(look.at):%Y-%m-%d %H:%M} WIB  {look.actor} ({role_label(look.role)})  "
            f"{said}; {_fields(look)}"
        )
    accounts = len({look.actor for look in looks})
    click.echo(f"{thousands(len(looks))} kali, oleh {thousands(accounts)} akun.")


def _fields(look: Look) -> str:
    whole, masked = look.seen
    if len(whole) >= len(ALL_FIELDS):
        return "semua isian lengkap"
    said = (("lengkap", whole), ("disamarkan", masked))
    return "; ".join(f"{how}: {', '.join(labels)}" for how, labels in said if labels)


@audit.command("breach-report")
@click.option("--account", required=True, help="Nama pengguna akun yang bocor.")
@click.option("--from", "since", type=click.DateTime(FORMATS), required=True, help="Sejak (WIB).")
@click.option(
    "--to",
    "until",
    type=click.DateTime(FORMATS),
    required=True,
    help="Sampai (WIB); tanggal saja berarti sampai akhir hari itu.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Berkas .xlsx atau .md; berisi data pribadi.",
)
def breach_report(account: str, since: datetime, until: datetime, out: Path) -> None:
    """Menyusun daftar orang yang datanya dilihat sebuah akun, dan rancangan surat pasal 46."""
    write = WRITERS.get(out.suffix.lower())
    if write is None:
        raise Failure("Nama berkas harus berakhiran .xlsx atau .md.")
    first = since.replace(tzinfo=WIB).astimezone(UTC)
    last = until.replace(tzinfo=WIB).astimezone(UTC)
    last += A_DAY if (until.hour, until.minute) == MIDNIGHT else timedelta(minutes=1)
    if last <= first:
        raise Failure("--to harus sesudah --from.")
    with snapshot():
        if not is_known(account):
            raise Failure(f"Tidak ada akun {account}, dan jurnal tidak mengenalnya.")
        with progress("Membaca jurnal", count_by(account, first, last)) as done:
            breach = seen_by_account(account, first, last, done)
        people = list(affected(breach.resident_ids))
        people.sort(key=lambda person: (person.village_code, person.name, person.resident_id))
        report = Report(account, first, last, breach, people)
        with new_file(out, *WRITERS) as file:
            write(report, file)
            _note(report)
    click.echo(f"{out}: {thousands(len(breach.resident_ids))} orang; berisi data pribadi.")


def _note(report: Report) -> None:
    detail = {
        "akun": report.account,
        "dari": report.since.isoformat(),
        "sampai": report.until.isoformat(),
        "orang": len(report.breach.resident_ids),
    }
    with short_write():
        log.record(Event.BREACH_REPORTED, by=log.SYSTEM, area_code="0", detail=detail)
