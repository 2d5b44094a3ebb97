"""The report of a breach as a workbook or as a text: whose data, which fields, when, how often."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from registry.accounts.roles import Role
from registry.db import now
from registry.enums import N_
from registry.formatting import dotted_code, local_time, long_moment, thousands
from registry.looks.notice import notice
from registry.looks.queries import Access, Affected, Breach
from registry.looks.ways import Way, seen_by
from registry.regions.queries import Place, places
from registry.workbooks.sheets import new_book, put_headings, put_row, set_up_page, set_widths

Row = Sequence[Any]
SYSTEM_LABEL = N_("Perintah sistem")


@dataclass(frozen=True)
class Part:
    """One sheet of the workbook, one table of the text."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Report:
    """A breach with the people who were found in it.

    Attributes:
        people: by village and name; who was deleted since is in `breach` alone.
    """

    account: str
    since: datetime
    until: datetime
    breach: Breach
    people: list[Affected]

    @property
    def period(self) -> str:
        return f"{long_moment(self.since)} sampai {long_moment(self.until)}"

    def parts(self) -> list[Part]:
        found = places({person.village_code for person in self.people})
        return [
            Part("Ringkasan", ("Perihal", "Isi"), (34, 90), list(self._summary())),
            Part(
                "Orang",
                ("Desa/Kelurahan", "Kecamatan dan di atasnya", "Nama", "Alamat", "Telepon",
                 "No. Registrasi", "Kali", "Pertama", "Terakhir", "Cara"),
                (24, 34, 28, 34, 18, 18, 8, 18, 18, 40),
                [self._person(person, found[person.village_code]) for person in self.people],
            ),
            Part(
                "Akses",
                ("No. Warga", "Nama", "Cara", "Peran", "Kali", "Pertama", "Terakhir"),
                (12, 28, 26, 22, 8, 18, 18),
                list(self._accesses()),
            ),
            Part("Isian", ("Cara", "Peran", "Terlihat lengkap", "Terlihat disamarkan"),
                 (26, 22, 90, 60), list(self._fields())),
            Part("Per Desa", ("Kode Wilayah", "Desa/Kelurahan", "Di", "Orang"), (18, 26, 40, 10),
                 list(self._villages(found))),
        ]  # fmt: skip

    @property
    def letter(self) -> str:
        whole = {label for way, role in self.breach.accesses for label in seen_by(way, role).whole}
        partly = {
            label for way, role in self.breach.accesses for label in seen_by(way, role).masked
        }
        fields = [*sorted(whole), *(f"{label} (disamarkan)" for label in sorted(partly - whole))]
        roles = sorted({role_label(role) for _way, role in self.breach.accesses})
        ways = sorted({way.label.lower() for way, _role in self.breach.accesses})
        return notice(self.account, ", ".join(roles), self.period, fields, ways)

    def _summary(self) -> Iterator[Row]:
        yield "Akun", self.account
        yield "Masa", self.period
        yield "Orang yang datanya terlihat", thousands(len(self.breach.resident_ids))
        gone = sorted(
            set(self.breach.resident_ids) - {person.resident_id for person in self.people}
        )
        if gone:
            yield "Catatannya sudah dihapus (nomor warga)", ", ".join(map(str, gone))
        yield "Entri jurnal", thousands(self.breach.entries)
        for (way, role), seen in sorted(self.breach.accesses.items()):
            times = sum(access.times for access in seen.values())
            said = f"{thousands(len(seen))} orang, {thousands(times)} kali"
            yield f"{way.label} sebagai {role_label(role)}", said
        yield "Dibuat", long_moment(now())
        yield (
            "Penyimpanan",
            "Berisi data pribadi. Simpan terkunci, hapus sesudah pemberitahuan selesai.",
        )

    def _person(self, person: Affected, place: Place) -> Row:
        mine = [(way, access) for way, access in self._of(person.resident_id)]
        return (
            place.title,
            place.above,
            person.name,
            person.address,
            person.phone,
            ", ".join(person.numbers),
            sum(access.times for _way, access in mine),
            _moment(min(access.first for _way, access in mine)),
            _moment(max(access.last for _way, access in mine)),
            ", ".join(sorted({way.label for way, _access in mine})),
        )

    def _of(self, resident_id: int) -> Iterator[tuple[Way, Access]]:
        for (way, _role), seen in self.breach.accesses.items():
            if resident_id in seen:
                yield way, seen[resident_id]

    def _accesses(self) -> Iterator[Row]:
        names = {person.resident_id: person.name for person in self.people}
        for (way, role), seen in sorted(self.breach.accesses.items()):
            for resident_id, access in sorted(seen.items()):
                yield (
                    resident_id,
                    names.get(resident_id),
                    way.label,
                    role_label(role),
                    access.times,
                    _moment(access.first),
                    _moment(access.last),
                )

    def _fields(self) -> Iterator[Row]:
        for way, role in sorted(self.breach.accesses):
            seen = seen_by(way, role)
            yield way.label, role_label(role), ", ".join(seen.whole), ", ".join(seen.masked)

    def _villages(self, found: dict[str, Place]) -> Iterator[Row]:
        people = Counter(person.village_code for person in self.people)
        for code, place in sorted(found.items()):
            yield dotted_code(code), place.title, place.above, people[code]


def role_label(role: str) -> str:
    known = Role.from_text(role)
    return known.label if known else SYSTEM_LABEL


def _moment(instant: datetime) -> str:
    return f"{local_time(instant):%Y-%m-%d %H:%M}"


def write_workbook(report: Report, out: BinaryIO) -> None:
    book = new_book(now())
    for part in report.parts():
        sheet = book.create_sheet(part.title)
        put_headings(sheet, 1, part.headings)
        for number, row in enumerate(part.rows, 2):
            put_row(sheet, number, row)
        set_widths(sheet, part.widths)
        set_up_page(sheet, repeated_rows="1:1")
        sheet.freeze_panes = "A2"
    sheet = book.create_sheet("Surat")
    for number, line in enumerate(report.letter.splitlines(), 1):
        put_row(sheet, number, [line])
    set_widths(sheet, [110])
    book.save(out)


def write_text(report: Report, out: BinaryIO) -> None:
    """The same as Markdown, for where no spreadsheet is at hand."""
    parts = [f"# Laporan kebocoran: akun {report.account}"]
    for part in report.parts():
        parts.append(f"## {part.title}\n\n" + "\n".join(_table(part.headings, part.rows)))
    parts.append(f"## Surat\n\n```\n{report.letter}```\n")
    out.write("\n\n".join(parts).encode())


def _table(headings: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield _line(headings)
    yield _line(["---"] * len(headings))
    yield from (_line(row) for row in rows)


def _line(values: Row) -> str:
    cells = ("" if value is None else str(value) for value in values)
    return "| " + " | ".join(" ".join(c.replace("|", "\\|").split()) for c in cells) + " |"


WRITERS: dict[str, Callable[[Report, BinaryIO], None]] = {
    ".xlsx": write_workbook,
    ".md": write_text,
}
