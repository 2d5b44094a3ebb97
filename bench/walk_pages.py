"""What a walk reads on a page: where it leads, what can be chosen, which numbers have a list."""

import re
from html import unescape
from typing import NamedTuple

CHILD = re.compile(r'<th scope="row"[^>]*><a href="(/dasbor/\d+[^"]*)">')
ABOVE = re.compile(r'<a class="back-link" href="(/dasbor/\d+(?:\?[^"]*)?)">')
CHIP = re.compile(r'<a class="chip" href="(/[^"]*)">')
NUMBER = re.compile(
    r'<a (?:class="big-number-link" )?href="(/keberangkatan\?[^"]*)">'
    r'(?:<span class="big-number-value">)?([\d.]+)</'
)
FORM = re.compile(r'<form class="d-print-none" method="get" action="/dasbor.*?</form>', re.DOTALL)
SELECT = re.compile(r'<select [^>]*name="(\w+)">(.*?)</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
DAY = re.compile(r'<input [^>]*type="date" [^>]*name="(\w+)"')
TICK = re.compile(r'<input [^>]*type="checkbox" [^>]*name="(\w+)" value="([^"]+)"')
AGENCY = re.compile(r'href="(/dasbor/\d+\?[^"]*p3mi=\d+[^"]*)"')
NEXT = re.compile(r'href="([^"]+)" rel="next"')
SLOW = "jadi halaman dapat lebih lama terbuka"


class Linked(NamedTuple):
    """A number on a dashboard, and the address of its list."""

    number: int
    address: str


def children(page: str) -> list[str]:
    """The dashboards of the next level down, as they are listed."""
    return _addresses(CHILD, page)


def above(page: str) -> list[str]:
    """The dashboards above, from the country down."""
    return _addresses(ABOVE, page)


def chips(page: str) -> list[str]:
    """Where each chip leads that takes its filter off."""
    return _addresses(CHIP, page)


def agencies(page: str) -> list[str]:
    """The dashboards of single agencies, on the page where one is picked."""
    return _addresses(AGENCY, page)


def next_page(page: str) -> str | None:
    """The following page of a list."""
    return next(iter(_addresses(NEXT, page)), None)


def numbers(page: str) -> list[Linked]:
    """Every number on a dashboard that opens a list."""
    return [
        Linked(int(number.replace(".", "")), unescape(address))
        for address, number in NUMBER.findall(page)
    ]


def choices(page: str) -> dict[str, list[str]]:
    """By the name of each filter of the form: the values that it offers; none for a day."""
    (form,) = FORM.findall(page)
    found = {name: OPTION.findall(options) for name, options in SELECT.findall(form)}
    found |= {name: [] for name in DAY.findall(form)}
    found |= {name: [value] for name, value in TICK.findall(form)}
    return {name: [unescape(value) for value in values] for name, values in found.items()}


def is_slow(page: str) -> bool:
    """Whether the page says that it takes longer."""
    return SLOW in page


def _addresses(pattern: re.Pattern[str], page: str) -> list[str]:
    return [unescape(address) for address in pattern.findall(page)]
