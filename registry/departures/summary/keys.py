"""What is counted of a departure, as one text, and the triggers that write it at every change.

The text is made by the database, so that nothing that changes a row is missed: forms, imports,
judgements, a region's new code, a repair by hand. `layout.pack` reads it.
"""

from typing import Any

WATCHED = (
    *("resident_id", "village_code", "leaving_on", "country", "scheme", "employer_kind"),
    *("job_code", "stage", "review_status", "procedure", "readiness_at_departure"),
    *("submitted_at", "reviewed_at", "papers_complete_on", "created_at", "origin"),
)
WATCHED_OF_PERSON = ("sex", "birth_date")
COLUMNS = (
    *("country", "scheme", "employer_kind", "sex", "stage", "review_status", "procedure"),
    "readiness_at_departure",
)


def key(dialect: str, departure: str = "departure", resident: str = "resident") -> str:
    """The expression of the key, for rows under these names.

    Ages are those of the leaving day, or of the day of recording where there is none.
    """
    is_file = dialect == "sqlite"
    number = "CAST(replace({}, '-', '') AS INTEGER)" if is_file else "to_char({}, 'YYYYMMDD')::int"
    leaving = (
        f"replace({departure}.leaving_on, '-', '')"
        if is_file
        else f"to_char({departure}.leaving_on, 'YYYYMMDD')"
    )
    recorded = _recorded_on(dialect, departure)
    age_on = number.format(f"coalesce({departure}.leaving_on, {recorded})")
    age = f"({age_on} - {number.format(f'{resident}.birth_date')}) / 10000"
    columns = [f"{resident if c == 'sex' else departure}.{c}" for c in COLUMNS]
    days = spans(dialect, departure)
    parts = [
        f"{departure}.village_code",
        leaving,
        *columns,
        age,
        f"{departure}.job_code",
        *(days[name] for name in SPANS),
    ]
    return " || '|' || ".join(f"coalesce(CAST({part} AS TEXT), '')" for part in parts)


SPANS = ("lead", "wait", "papers")


def spans(dialect: str, departure: str = "departure") -> dict[str, str]:
    """Expressions of whole days: NULL where one end is not known, and for imported lists.

    `lead` is from the recording to the leaving, `wait` from the sending to the decision, `papers`
    from the day on which the papers were complete to the leaving.
    """
    recorded = _recorded_on(dialect, departure)
    complete = f"{departure}.papers_complete_on"
    if dialect == "sqlite":
        day, second = "CAST(julianday({}) AS INTEGER)", "unixepoch({})"
    else:
        day, second = "{}", "floor(extract(epoch FROM {}))::bigint"
    leaving = day.format(f"{departure}.leaving_on")
    reviewed, submitted = (
        second.format(f"{departure}.{name}") for name in ("reviewed_at", "submitted_at")
    )
    lead = f"({leaving} - {day.format(recorded)})"
    wait = f"(({reviewed} - {submitted}) / 86400)"
    papers = f"({leaving} - {day.format(complete)})"
    told = f"CASE WHEN {departure}.origin = 'impor' THEN NULL ELSE {{}} END"
    return {name: told.format(days) for name, days in zip(SPANS, (lead, wait, papers), strict=True)}


def _recorded_on(dialect: str, departure: str) -> str:
    if dialect == "sqlite":
        return f"date({departure}.created_at, '+7 hours')"
    return f"({departure}.created_at + interval '7 hours')::date"


def _differs(names: tuple[str, ...], dialect: str) -> str:
    unlike = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f"OLD.{name} {unlike} NEW.{name}" for name in names)


def _of_departure(sign: int, row: str, dialect: str) -> str:
    return (
        f"INSERT INTO count_change (sign, key) SELECT {sign}, {key(dialect, row)} "  # noqa: S608 - names of our own
        f"FROM resident WHERE resident.id = {row}.resident_id;"
    )


def _of_person(sign: int, row: str, dialect: str) -> str:
    said = key(dialect, resident=row)
    return (
        f"INSERT INTO count_change (sign, key) SELECT {sign}, {said} "  # noqa: S608 - names of our own
        f"FROM departure WHERE departure.resident_id = {row}.id;"
    )


def statements(dialect: str) -> list[tuple[str, str, str, str]]:
    """Name, event, condition and body of each trigger."""
    gone, new = _of_departure(-1, "OLD", dialect), _of_departure(1, "NEW", dialect)
    person = _of_person(-1, "OLD", dialect) + " " + _of_person(1, "NEW", dialect)
    edited = f"UPDATE OF {', '.join(WATCHED)} ON departure"
    edited_person = f"UPDATE OF {', '.join(WATCHED_OF_PERSON)} ON resident"
    return [
        ("counted_insert", "INSERT ON departure", "", new),
        ("counted_update", edited, _differs(WATCHED, dialect), f"{gone} {new}"),
        ("counted_delete", "DELETE ON departure", "", gone),
        ("counted_person", edited_person, _differs(WATCHED_OF_PERSON, dialect), person),
    ]


def create_triggers(op: Any) -> None:
    """Let the database note every change of what is counted; `op` is Alembic's."""
    dialect = op.get_bind().dialect.name
    for name, event, condition, body in statements(dialect):
        when = f"WHEN ({condition}) " if condition else ""
        if dialect == "sqlite":
            op.execute(f"CREATE TRIGGER {name} AFTER {event} {when}BEGIN {body} END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW {when}EXECUTE FUNCTION {name}()"
        )


def drop_triggers(op: Any) -> None:
    """Undo `create_triggers`, of whatever version."""
    dialect = op.get_bind().dialect.name
    for name, event, _, _ in statements(dialect):
        if dialect == "sqlite":
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {event.rpartition(' ')[2]}")
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
