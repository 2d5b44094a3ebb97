"""The parts of a small workbook made by hand, and ways to change them."""

import io
import warnings
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
PEOPLE = ("Ani", "Budi", "Citra")
Parts = dict[str, bytes]


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def person(number: int, name: str) -> str:
    return f'<row r="{number}">{text(f"B{number}", name)}</row>'


HEADING = f'<row r="1">{text("A1", "NIK")}{text("B1", "Nama")}</row>'
ROWS = [person(number, name) for number, name in enumerate(PEOPLE, 2)]


def sheet(*rows: str, before: str = "", behind: str = "", prolog: str = "") -> bytes:
    """The XML of a sheet with these rows under the heading."""
    body = f"{before}<sheetData>{HEADING}{''.join(rows)}</sheetData>{behind}"
    return f'{prolog}<worksheet xmlns="{MAIN}" xmlns:r="{LINK}">{body}</worksheet>'.encode()


def links(*targets: tuple[str, str, str]) -> bytes:
    found = "".join(
        f'<Relationship Id="{name}" Type="{LINK}/{kind}" Target="{target}"/>'
        for name, kind, target in targets
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'.encode()


def plain() -> Parts:
    """The parts of the good workbook."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/{SHEET}" ContentType="{kinds}.worksheet+xml"/></Types>'
        ).encode(),
        "_rels/.rels": links(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": links(("rId1", "worksheet", "worksheets/sheet1.xml")),
        SHEET: sheet(*ROWS),
    }


def packed(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def book(sheet_xml: bytes) -> bytes:
    """The good workbook with its sheet replaced."""
    return packed({**plain(), SHEET: sheet_xml})


def adding(name: str, content: bytes = b"<x/>") -> bytes:
    return packed({**plain(), name: content})


def lacking(name: str) -> bytes:
    return packed({key: content for key, content in plain().items() if key != name})


def appended(name: str, content: str, attributes: int = 0) -> bytes:
    """The good workbook with a member behind, which may carry a name that is there already."""
    out, part = io.BytesIO(packed(plain())), zipfile.ZipInfo(name)
    part.external_attr = attributes << 16
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the name that is there twice
        archive.writestr(part, content)
    return out.getvalue()


def in_directory(position: int, value: bytes) -> bytes:
    """The good workbook, its directory changed at the entry of the sheet."""
    data = bytearray(packed(plain()))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    data[entry + position : entry + position + len(value)] = value
    return bytes(data)


def linking(target: str, kind: str = "worksheet") -> bytes:
    """The good workbook, whose sheet is said to lie elsewhere."""
    return packed({**plain(), "xl/_rels/workbook.xml.rels": links(("rId1", kind, target))})


def with_texts(index: int, texts: int, each: str = "Ani") -> bytes:
    """A workbook whose only name is one of its shared texts."""
    shared = "".join(f"<si><t>{each}</t></si>" for _ in range(texts))
    return packed(
        {
            **plain(),
            SHEET: sheet(f'<row r="2"><c r="B2" t="s"><v>{index}</v></c></row>'),
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>'.encode(),
            "xl/_rels/workbook.xml.rels": links(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "sharedStrings", "sharedStrings.xml"),
            ),
        }
    )


def open_document(rows: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    names = " ".join(f'xmlns:{name}="{space}{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Data">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": content.encode(),
        },
        zipfile.ZIP_STORED,
    )


def open_row(value: str, *, rows: int = 1, columns: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}" '
        f'office:value-type="string"><text:p>{value}</text:p></table:table-cell></table:table-row>'
    )
