"""Why a flag stands, in the reader's language.

The sentence is stored in Indonesian with its values in it. One without values is in the catalogue
as it stands; another is known by the template that its rule declares.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from registry.assessment.rules import BY_NUMBER
from registry.enums import DocumentKind, LicenceStatus, VisaKind
from registry.formatting import MONTHS, long_date

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class _Value(NamedTuple):
    """How a value stands in a stored sentence, and how it is said."""

    pattern: str
    say: Callable[[str], str]


def sentence_words(rule: str, sentence: str) -> str:
    """The sentence as the reader knows it; as it was stored where no template fits."""
    whole: str = _(sentence)
    known = BY_NUMBER.get(rule)
    if whole != sentence or known is None or not known.templates:
        return whole
    return _by_templates(sentence, known.templates) or sentence


def _by_templates(sentence: str, templates: tuple[str, ...]) -> str | None:
    """A sentence, or several one after another, each said by its template."""
    said, rest = [], sentence
    while rest:
        for template in templates:
            if match := _reading(template).match(rest):
                said.append(_(template).format(**_said(match.groupdict())))
                rest = rest[match.end() :].lstrip()
                break
        else:
            return None
    return " ".join(said)


def _said(values: Mapping[str, str]) -> dict[str, str]:
    return {name: _VALUES[name].say(value) for name, value in values.items()}


@lru_cache(maxsize=64)
def _reading(template: str) -> re.Pattern[str]:
    """What finds the values in a sentence that was made of the template."""
    parts = _PLACEHOLDER.split(template)
    texts, names = map(re.escape, parts[::2]), parts[1::2]
    values = [f"(?P<{name}>{_VALUES[name].pattern})" for name in names]
    return re.compile("".join(a + b for a, b in zip(texts, [*values, ""], strict=True)))


def _one_of(labels: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, labels), key=len, reverse=True))


def _label(text: str) -> str:
    return str(_(text))


def _labels(text: str) -> str:
    return ", ".join(_label(one) for one in text.split(", "))


def _licence(text: str) -> str:
    status = next(one for one in LicenceStatus if one.label.lower() == text)
    return _label(status.label).lower()


def _day(text: str) -> str:
    day, month, year = text.split()
    return long_date(date(int(year), MONTHS.index(month) + 1, int(day)), _)


def _span(text: str) -> str:
    number, unit = text.split()
    count = int(number)
    if unit == "hari":
        return str(ngettext("%(num)s hari", "%(num)s hari", count))
    return str(ngettext("%(num)s bulan", "%(num)s bulan", count))


_PAPER = _one_of(kind.label for kind in DocumentKind)
_NUMBER = _Value(r"\d+", str)
_PAPERS = _Value(f"(?:{_PAPER})(?:, (?:{_PAPER}))*", _labels)
_DAY = _Value(rf"\d{{1,2}} (?:{_one_of(MONTHS)}) \d{{4}}", _day)
_VALUES: dict[str, _Value] = {
    "minimum": _NUMBER,
    "age": _NUMBER,
    "ceiling": _Value(r"Rp[\d.]*\d", str),
    "visa": _Value(_one_of(kind.label for kind in VisaKind), _label),
    "status": _Value(_one_of(status.label.lower() for status in LicenceStatus), _licence),
    "paper": _Value(_PAPER, _label),
    "papers": _PAPERS,
    "n": _PAPERS,
    "time": _Value(r"\d+ (?:hari|bulan)", _span),
    "end": _DAY,
    "until": _DAY,
}
