"""What a cell that names a kabupaten, a province or the country means."""

from collections.abc import Iterable

from registry.formatting import dotted_code, normal_name, plain_code
from registry.regions.area import level_of
from registry.workbooks.import_cells import BadCell, Parser, plain_text
from registry.workbooks.reader import Cell

UNKNOWN = (
    "Wilayah tidak dikenal di wilayah kerja Anda. Tulis kodenya, misalnya 18.07, atau nama "
    "lengkapnya, misalnya Kabupaten Lampung Timur."
)


NO_CODE = "Tulis kode wilayah resmi, misalnya 18.07 untuk kabupaten atau 18.07.01.2001 untuk desa."


def region_code(cell: Cell) -> str | None:
    """A region's code in a cell, without its dots, whether there is such a region or not yet."""
    found = _written(cell)
    if found is None:
        return None
    code = plain_code(found)
    try:
        level_of(code)
    except ValueError as error:
        raise BadCell(NO_CODE) from error
    return code


def region_parser(regions: Iterable[tuple[str, str]]) -> Parser:
    """Understands the code of a region, its name, and the name alone where only one bears it.

    Args:
        regions: code and name of those that may be named.
    """
    bearers: dict[str, set[str]] = {}
    for code, name in regions:
        for key in _keys(code, name):
            bearers.setdefault(key, set()).add(code)
    known = {key: codes.pop() for key, codes in bearers.items() if len(codes) == 1}

    def parse(cell: Cell) -> str | None:
        found = _written(cell)
        if found is None:
            return None
        code = known.get(_key(found))
        if code is None:
            raise BadCell(UNKNOWN)
        return code

    return parse


def _keys(code: str, name: str) -> set[str]:
    """All that a region goes by: `jambi` names a province and a town, so it names neither."""
    full = normal_name(name)
    alone = full.removeprefix("kabupaten ").removeprefix("kota ")
    said = f"provinsi {full}" if full == alone else full
    return {said, full, alone, code, normal_name(dotted_code(code))}


def _written(cell: Cell) -> str | None:
    """A code typed as a number loses the dot of `1807.0`, and the last 0 of `18.10`."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{cell:.0f}" if float(cell).is_integer() else f"{cell:.2f}"
    return plain_text(cell)


def _key(written: str) -> str:
    key = normal_name(written)
    return f"kabupaten {rest}" if (rest := key.removeprefix("kab ")) != key else key
