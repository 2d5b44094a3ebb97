"""Cells that name a kabupaten or a province, as people and spreadsheets write them."""

import pytest

from registry.reference_pages.region_cells import region_parser
from registry.workbooks.import_cells import BadCell

REGIONS = [
    ("0", "Indonesia"),
    ("18", "Lampung"),
    ("1807", "Kabupaten Lampung Timur"),
    ("1810", "Kabupaten Pringsewu"),
    ("1872", "Kota Metro"),
    ("3204", "Kabupaten Bandung"),
    ("3273", "Kota Bandung"),
    ("75", "Gorontalo"),
    ("7501", "Kabupaten Gorontalo"),
]


@pytest.fixture(scope="module")
def parse():
    return region_parser(REGIONS)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1807", "1807"),
        ("18.07", "1807"),
        (18.07, "1807"),
        (1807.0, "1807"),
        (1807, "1807"),
        (18.1, "1810"),
        (18, "18"),
        (0, "0"),
        ("Lampung", "18"),
        ("Provinsi Lampung", "18"),
        ("LAMPUNG TIMUR", "1807"),
        ("Kab. Lampung Timur", "1807"),
        ("kabupaten  lampung timur", "1807"),
        ("Metro", "1872"),
        ("Kota Bandung", "3273"),
        ("Kab Bandung", "3204"),
        ("Kabupaten Gorontalo", "7501"),
        ("Provinsi Gorontalo", "75"),
        ("Indonesia", "0"),
        ("", None),
        (None, None),
    ],
)
def test_what_is_understood(parse, cell, code):
    assert parse(cell) == code


@pytest.mark.parametrize(
    "cell", ["Bandung", "Gorontalo", "Antah Berantah", "1899", "18.07.01", 3.5]
)
def test_what_could_be_two_areas_or_none_is_refused(parse, cell):
    with pytest.raises(BadCell, match="Wilayah tidak dikenal"):
        parse(cell)
