"""The words of names by kabupaten, so that a name is found quickly among millions.

Triggers keep `name_word` in the same transaction as every change of a name, a village, a region's
code or a leaving date, and when a departure goes or what tells who it was. What it must hold is
said once, by the view `name_word_expected`; the triggers, the filling and the check read it.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Select, String, delete, func, insert, select, text, union
from sqlalchemy import column as named
from sqlalchemy import table as named_table
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, db, short_write, snapshot
from registry.departures.models import BigId, Departure
from registry.departures.names import OLD_SPELLING, SHORT_WORD
from registry.enums import Level
from registry.regions.area import Area

DISTRICT = int(Level.DISTRICT)
# Compared byte by byte on both databases, so that a beginning is a range.
Word = String(140).with_variant(String(140, collation="C"), "postgresql")


class NameWord(Base):
    """A word of a departure's name, and by what its list is ordered."""

    __tablename__ = "name_word"
    __table_args__ = {"sqlite_with_rowid": False}

    district_code: Mapped[str] = mapped_column(String(4), primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    departure_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    village_code: Mapped[str] = mapped_column(String(10))
    leaving_on: Mapped[date | None]


COLUMNS = tuple(column.name for column in NameWord.__table__.columns)
_expected = named_table("name_word_expected", *(named(name) for name in COLUMNS))

Progress = Callable[[int], object]


def check(progress: Progress = lambda done: None) -> int:
    """How many words are missing, or too many, or not as they must be."""
    found = 0
    with snapshot():
        for code in _districts():
            found += _differences(code)
            progress(1)
    return found


def rebuild(progress: Progress = lambda done: None) -> None:
    """Write every word anew, a kabupaten in a transaction, also while others write."""
    with snapshot():
        codes = _districts()
    for code in codes:
        with short_write():
            _rebuild(code)
        progress(1)


def districts() -> int:
    """How many kabupaten there are to build."""
    with snapshot():
        return len(_districts())


def _districts() -> list[str]:
    of_departures = select(func.substr(Departure.village_code, 1, DISTRICT).label("code"))
    return sorted(db.session.scalars(union(of_departures, select(NameWord.district_code))))


def _expected_of(district: str) -> Select[Any]:
    return select(*_expected.c).where(Area(district).covers(_expected.c.village_code))


def _differences(district: str) -> int:
    held = select(*NameWord.__table__.c).where(NameWord.district_code == district)
    wanted = _expected_of(district)
    return sum(
        db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
        for rows in (held.except_(wanted), wanted.except_(held))
    )


def _rebuild(district: str) -> None:
    if db.engine.dialect.name == "postgresql":
        # Who is changing a name has its words; nobody changes another one until this is done.
        db.session.execute(text("LOCK TABLE name_word IN EXCLUSIVE MODE"))
    db.session.execute(delete(NameWord).where(NameWord.district_code == district))
    db.session.execute(insert(NameWord).from_select(COLUMNS, _expected_of(district).distinct()))


# What the migration makes


def view(dialect: str, *, joined: bool = True) -> str:
    """The statement that makes the view of what the table must hold.

    Args:
        joined: whether neighbours are found as one word too, as they are since migration 016.
    """
    head = _column(dialect, "head")
    words = _selected(dialect, head, "head", f"{head} <> ''")
    both = f"{words} UNION ALL {joined_words(dialect)}" if joined else words
    return f"CREATE VIEW name_word_expected AS {both}"


def joined_words(dialect: str) -> str:
    """The statement that reads neighbours as one word, where one of the two is short."""
    head, tail = (_column(dialect, side) for side in ("head", "tail"))
    condition = (
        f"{_place(dialect, 'tail')} = {_place(dialect, 'head')} + 1 "
        f"AND {head} <> '' AND {tail} <> '' "
        f"AND (length({head}) <= {SHORT_WORD} OR length({tail}) <= {SHORT_WORD})"
    )
    return _selected(dialect, f"{head} || {tail}", "head, tail", condition)


def _column(dialect: str, words: str) -> str:
    return f"{words}.value" if dialect == "sqlite" else f"{words}.word"


def _place(dialect: str, words: str) -> str:
    return f"{words}.key" if dialect == "sqlite" else f"{words}.place"


def _selected(dialect: str, word: str, sources: str, condition: str) -> str:
    respelt = "resident.normal_name"
    for old, new in OLD_SPELLING:
        respelt = f"replace({respelt}, '{old}', '{new}')"
    # An empty word between the two spellings: the last and the first are no neighbours.
    said = (
        f"CASE WHEN {respelt} = resident.normal_name THEN resident.normal_name "
        f"ELSE resident.normal_name || '  ' || {respelt} END"
    )
    if dialect == "sqlite":
        array = f"""'[' || replace(json_quote({said}), ' ', '","') || ']'"""
        words = [f"json_each({array}) AS {source}" for source in sources.split(", ")]
    else:
        array = f"unnest(string_to_array({said}, ' ')) WITH ORDINALITY"
        words = [f"{array} AS {source} (word, place)" for source in sources.split(", ")]
    return (
        f"SELECT substr(departure.village_code, 1, {DISTRICT}) AS district_code, "  # noqa: S608 - names of our own
        f"{word} AS word, departure.id AS departure_id, departure.village_code AS village_code, "
        "departure.leaving_on AS leaving_on, departure.resident_id AS resident_id "
        "FROM departure JOIN resident ON resident.id = departure.resident_id "
        f"CROSS JOIN {' CROSS JOIN '.join(words)} WHERE {condition}"
    )


def fill_empty() -> str:
    """The statement that fills the table; a tree grows many times faster in its own order."""
    return fill("1 = 1").replace(" ON CONFLICT", " ORDER BY district_code, word ON CONFLICT")


def fill_joined(dialect: str) -> str:
    """The statement that adds neighbours as one word, in the order of the table."""
    return fill_empty().replace("name_word_expected", f"({joined_words(dialect)}) AS joined")


def fill(condition: str) -> str:
    """The statement that adds the words of the departures for which the condition holds."""
    names = ", ".join(COLUMNS)
    return (
        f"INSERT INTO name_word ({names}) SELECT {names} FROM name_word_expected "  # noqa: S608 - names of our own
        f"WHERE {condition} ON CONFLICT DO NOTHING"
    )


def _empty(condition: str) -> str:
    key = "district_code, word, departure_id"
    return (
        f"DELETE FROM name_word WHERE ({key}) IN "  # noqa: S608 - names of our own
        f"(SELECT {key} FROM name_word_expected WHERE {condition})"
    )


def triggers() -> list[tuple[str, str, str]]:
    """Name, event and body of each; words go before a row changes and come after it has."""
    of_departure = "UPDATE OF village_code, leaving_on, resident_id ON departure"
    of_person = "UPDATE OF normal_name ON resident"
    return [
        ("worded_insert", "AFTER INSERT ON departure", fill("departure_id = NEW.id")),
        ("worded_before", f"BEFORE {of_departure}", _empty("departure_id = OLD.id")),
        ("worded_after", f"AFTER {of_departure}", fill("departure_id = NEW.id")),
        ("worded_delete", "BEFORE DELETE ON departure", _empty("departure_id = OLD.id")),
        ("worded_before_name", f"BEFORE {of_person}", _empty("resident_id = OLD.id")),
        ("worded_after_name", f"AFTER {of_person}", fill("resident_id = NEW.id")),
    ]


def create_triggers(op: Any) -> None:
    """Let the database keep the words; `op` is Alembic's."""
    is_file = op.get_bind().dialect.name == "sqlite"
    for name, event, body in triggers():
        if is_file:
            op.execute(f"CREATE TRIGGER {name} {event} BEGIN {body}; END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body}; RETURN {'OLD' if 'DELETE' in event else 'NEW'}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def drop_triggers(op: Any) -> None:
    """Undo `create_triggers`."""
    is_file = op.get_bind().dialect.name == "sqlite"
    for name, event, _ in triggers():
        if is_file:
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {event.rpartition(' ')[2]}")
            op.execute(f"DROP FUNCTION {name}()")
