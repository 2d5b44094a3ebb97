"""Reading what a dashboard's page says."""

from urllib.parse import urlsplit

RECT = "{http://www.w3.org/2000/svg}rect"


def words_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


def linked_numbers(tree) -> list[tuple[int, str]]:
    """Every number that leads to a list, with the query string of that list."""
    cells = [
        cell
        for name in ("td", "span")
        for cell in tree.iter(name)
        if {"number", "big-number-before"} & set((cell.get("class") or "").split())
    ]
    boxes = [link for link in tree.iter("a") if link.get("class") == "big-number-link"]
    found = []
    for link in (*boxes, *(link for cell in cells for link in cell.iter("a"))):
        address = urlsplit(link.get("href"))
        assert address.path == "/keberangkatan"
        found.append((int(words_of(link).split()[0].replace(".", "")), address.query))
    return found


def unlinked_numbers(tree) -> set[str]:
    """The numbers in tables that lead nowhere, shares left out."""
    cells = [cell for cell in tree.iter("td") if "number" in (cell.get("class") or "").split()]
    bare = {words_of(cell) for cell in cells if cell.find("a") is None}
    return {words for words in bare if not words.endswith(("%", "–"))}


def figures_of(tree) -> dict[str, int]:
    """The big numbers by their words."""
    found = {}
    for box in tree.iter("div"):
        if (box.get("class") or "").split()[:1] == ["big-number"]:
            value, label = (words_of(span) for span in list(box.iter("span"))[:2])
            found[label] = number(value)
    return found


def number(words: str) -> int | str:
    """A number as it is written; the mark in its place stays as it is."""
    digits = words.replace(".", "")
    return int(digits) if digits.isdigit() else words


def notes_before(tree) -> dict[str, str]:
    """What stands below each big number of the year before, by the words of the number."""
    found = {}
    for box in tree.iter("div"):
        if (box.get("class") or "").split()[:1] == ["big-number"]:
            spans = list(box.iter("span"))
            notes = [s for s in spans if "big-number-before" in (s.get("class") or "")]
            found[words_of(spans[1])] = words_of(notes[0]) if notes else ""
    return found


def tables_of(tree, *, with_bars: bool = False) -> dict[str, list[list[str]]]:
    """The cells of each table by its caption, the row of the total last.

    Args:
        with_bars: only those of departures by something, with a bar for each number.
    """
    found = {}
    for table in tree.iter("table"):
        if with_bars and "sorts" not in (table.get("class") or "").split():
            continue
        rows = [[words_of(cell) for cell in row] for row in table.iter("tr")]
        found[words_of(next(table.iter("caption")))] = rows[1:]
    return found


def bars_of(tree) -> dict[str, list[float]]:
    """How long the bar of each row of a table is, from 0 to 100, by the table's caption."""
    found = {}
    for table in tree.iter("table"):
        if "sorts" in (table.get("class") or "").split():
            bars = [rect for body in table.iter("tbody") for rect in body.iter(RECT)]
            found[words_of(next(table.iter("caption")))] = [float(b.get("width")) for b in bars]
    return found
