"""Days and months forward and back, that stop at the calendar's ends instead of failing.

"9999-12-31" is how many a spreadsheet says "for ever", so a day past the end must not be an error.
"""

from calendar import monthrange
from datetime import date, timedelta


def add_days(day: date, days: int) -> date:
    """The day `days` later; the calendar's last or first day where that lies beyond it."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day (31 January + 1 = 28 February)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    if day.day <= 28:
        return date(year, month0 + 1, day.day)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def birthday(birth_date: date, age: int) -> date:
    """The day a person completes `age` years; 1 March for 29 February in a common year."""
    year = birth_date.year + age
    if year > date.max.year:
        return date.max
    if (birth_date.month, birth_date.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return birth_date.replace(year=year)
