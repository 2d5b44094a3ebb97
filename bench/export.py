"""CPU time of the streamed sheet `Data` against openpyxl's own write-only mode, on the same rows.

Run it from the project's folder: `python -m bench.export [ROWS]`. Both files are read again and
compared cell by cell. Exits 1 when they differ or the goal is missed.
"""

import io
import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import Any, BinaryIO

from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from bench.goals import told
from registry.workbooks.columns import COLUMNS, HEADINGS, Column, Kind
from registry.workbooks.sheets import add_data_sheet, new_book, parts_of, write_book

ROWS = 20_000
ROUNDS = 2
GOAL = 0.15
DRAWN_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NAMES = ("Siti", "Rahmawati", "Dewi", "Lestari", "Ahmad", "Fauzi", "Aini", "Budi", "Santoso")
# What villages seldom know or that belongs to few: these columns are mostly empty.
SELDOM = {column.heading for column in COLUMNS if column.heading.endswith("Berlaku Sampai")} | {
    "Negara Transit",
    "Uang Muka Perekrut",
    "No. Job Order",
    "LPK",
    "Tanggal Pulang",
    "Kontak Terakhir",
    "Tanda",
}

Row = list[Any]


def value_of(column: Column, random_: random.Random) -> Any:
    if random_.random() < (0.85 if column.heading in SELDOM else 0.15):
        return None
    if column.kind is Kind.DATE:
        return date(2024, 1, 1) + timedelta(days=random_.randrange(900))
    if column.kind is Kind.MOMENT:
        return datetime(2025, 1, 1) + timedelta(seconds=random_.randrange(30_000_000))  # noqa: DTZ001
    if column.kind is Kind.WHOLE:
        return random_.randrange(18)
    if column.kind is Kind.MONEY:
        return random_.randrange(1, 40) * 500_000
    if column.codes:
        return random_.choice(column.codes)[1]
    if column.heading in ("NIK", "No. KK"):
        return f"1807{random_.randrange(10**12):012}"
    return " ".join(random_.choices(NAMES, k=2))


def make_rows(count: int) -> list[Row]:
    random_ = random.Random(2026)
    return [[value_of(column, random_) for column in COLUMNS] for _ in range(count)]


def stream(rows: list[Row], out: BinaryIO) -> None:
    book, parts = new_book(DRAWN_AT), parts_of(len(rows))
    styles = [add_data_sheet(book, part, COLUMNS) for part in parts][0]
    write_book(out, book, parts, COLUMNS, styles, rows)


def write_only(rows: list[Row], out: BinaryIO) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    book.save(out)


def measured(write: Callable[[list[Row], BinaryIO], None], rows: list[Row]) -> tuple[float, bytes]:
    out = io.BytesIO()
    start = process_time()
    write(rows, out)
    return process_time() - start, out.getvalue()


def cells(data: bytes) -> list[list[Any]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Data")
    return [[*row, *[""] * (len(COLUMNS) - len(row))] for row in sheet.to_python()]


def main() -> int:
    rows = make_rows(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    times: dict[str, list[float]] = {"write_only": [], "streamed": []}
    files = {}
    for _ in range(ROUNDS):
        for name, write in (("write_only", write_only), ("streamed", stream)):
            seconds, files[name] = measured(write, rows)
            times[name].append(seconds)
    best = {name: min(seconds) for name, seconds in times.items()}
    for name, seconds in best.items():
        size, micro = len(files[name]) / 1e6, seconds / len(rows) * 1e6
        print(f"{name:10} {seconds:7.2f} s CPU {micro:8.1f} us a row {size:7.2f} MB")
    ratio = best["streamed"] / best["write_only"]
    is_same = cells(files["streamed"]) == cells(files["write_only"])
    print(f"{len(rows)} rows, {len(COLUMNS)} columns; the same cells: {is_same}")
    is_met = told("CPU against openpyxl's write-only mode", ratio, GOAL, "times")
    return 0 if is_same and is_met else 1


if __name__ == "__main__":
    sys.exit(main())
