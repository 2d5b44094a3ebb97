"""What the ministry published for Lampung in 2025, and how it scales to fewer departures (pure)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from registry.demo.destinations import DESTINATIONS
from registry.enums import Sex

YEAR = 2025
TAIWAN = "TW"
BY_SEX = {Sex.FEMALE: 17_322, Sex.MALE: 6_853}
BY_DISTRICT = {
    "1801": 2_178,
    "1802": 3_827,
    "1803": 996,
    "1804": 138,
    "1805": 835,
    "1806": 1_232,
    "1807": 9_343,
    "1808": 614,
    "1809": 1_315,
    "1810": 1_213,
    "1811": 611,
    "1812": 753,
    "1813": 50,
    "1871": 657,
    "1872": 413,
}
TOTAL = sum(BY_DISTRICT.values())

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Quotas:
    """How many departures of the year each district, and each country by sex, has."""

    by_district: dict[str, int]
    by_country: dict[str, dict[Sex, int]]


def quotas(records: int) -> Quotas:
    """The published totals, or their shares of `records`; each adds up to `records`."""
    taiwan = apportion(records, {True: _total(TAIWAN), False: TOTAL - _total(TAIWAN)})[True]
    others = {d.country: d.total for d in DESTINATIONS if d.country != TAIWAN}
    countries = {TAIWAN: taiwan, **apportion(records - taiwan, others)}
    all_women = apportion(records, BY_SEX)[Sex.FEMALE]
    women = _at_most(apportion(all_women, {d.country: d.women for d in DESTINATIONS}), countries)
    by_country = {
        country: {Sex.FEMALE: women[country], Sex.MALE: count - women[country]}
        for country, count in countries.items()
    }
    return Quotas(apportion(records, BY_DISTRICT), by_country)


def _total(country: str) -> int:
    return next(d.total for d in DESTINATIONS if d.country == country)


def apportion(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Share out `total` by the largest remainder; the parts add up to it exactly."""
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    # Ties go to the first key, so that the answer is always the same.
    by_remainder = sorted(weights, key=lambda key: -(total * weights[key] % whole))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _at_most(parts: dict[str, int], limits: Mapping[str, int]) -> dict[str, int]:
    """Move what exceeds a limit to where most room is left."""
    fitted = {key: min(part, limits[key]) for key, part in parts.items()}
    for _ in range(sum(parts.values()) - sum(fitted.values())):
        fitted[max(limits, key=lambda key: limits[key] - fitted[key])] += 1
    return fitted
