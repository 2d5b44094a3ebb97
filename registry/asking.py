"""Statements that are made once, and what was drawn from their answers.

What is drawn is a function of its key and of what it reads, so it is kept together with its reads.
These are asked again each time, and only where every answer is the same is it handed out again: it
never says what the database no longer says, whoever changed that.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar, cast

from sqlalchemy import event

from registry.db import db, may_write

KEPT_STATEMENTS = 256
MOST_REMEMBERED = 1 << 14  # rows
MOST_READ = 1 << 18  # bytes; more takes longer to compare than to draw

T = TypeVar("T")


class _Made(NamedTuple):
    """A statement as the driver takes it; the names stand in order where its places have none."""

    text: str
    values: dict[str, Any]
    names: Sequence[str] | None


class _Read(NamedTuple):
    """A statement that was sent, and its answer."""

    text: str
    given: Any
    rows: Sequence[Any]

    def size(self) -> int:
        return sum(
            len(value) for row in self.rows for value in row if isinstance(value, bytes | str)
        )


class _Reading:
    """What one thing that is drawn asks; of one state of the database, so each statement once.

    Attributes:
        reads: what was asked, in its order.
        sent: how often the database was asked for it.
        memory: what was learned from it; what was learned before is nothing that it asked.
    """

    def __init__(self) -> None:
        self.reads: dict[Hashable, _Read] = {}
        self.sent = 0
        self.memory: dict[str, Any] = {}
        self._known: dict[Hashable, _Read] = {}

    def answer(self, text: str, given: Any) -> Sequence[Any]:
        key = _key(text, given)
        if key not in self._known:
            earlier = _answered().get(key)
            self.sent += earlier is None
            self._known[key] = earlier or _Read(text, given, _sent(text, given))
        self.reads[key] = self._known[key]
        return self._known[key].rows

    def begin(self) -> None:
        """Ask for something else of the same state."""
        self.reads, self.sent = {}, 0


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _made(_dialect: str, make: Callable[..., Any], *about: Any) -> _Made:
    compiled = make(*about).compile(dialect=db.engine.dialect)
    return _Made(compiled.string, dict(compiled.params), compiled.positiontup)


def _key(text: str, given: Any) -> Hashable:
    return text, tuple(given.items()) if isinstance(given, dict) else given


def of_transaction(name: str, make: Callable[[], T]) -> T:
    """What was kept under this name in the present transaction, first made by `make`.

    For transactions that only read, in which nothing changes.
    """
    session = db.session()
    transaction = session.get_transaction()
    owner, kept = session.info.get(name, (None, None))
    if transaction is None or owner is not transaction:
        kept = make()
        session.info[name] = (transaction or session.begin(), kept)
    return cast(T, kept)


def _answered() -> dict[Hashable, _Read]:
    """The small answers that a request which only reads got before anything was drawn."""
    return of_transaction("answers", dict)


def _remembered(text: str, given: Any) -> Sequence[Any]:
    answered, key = _answered(), _key(text, given)
    if (earlier := answered.get(key)) is not None:
        return earlier.rows
    read = _Read(text, given, _sent(text, given))
    if len(read.rows) <= MOST_REMEMBERED and read.size() <= MOST_READ:
        answered[key] = read
    return read.rows


def _sent(text: str, given: Any) -> Sequence[Any]:
    return db.session.connection().exec_driver_sql(text, given).fetchall()


def ask(make: Callable[..., Any], *about: Any, **values: Any) -> Sequence[Any]:
    """The rows of a statement that is made once: to make one takes longer than a small answer.

    A transaction that only reads asks for a small answer once.
    Values go to the driver and come from it as they are: texts, bytes and whole numbers.
    A day is given as a text, and comes back as one from SQLite.

    Args:
        make: makes the statement; `about` must be hashable, `values` fill its parameters.
    """
    if may_write():
        db.session.flush()
    made = _made(db.engine.dialect.name, make, *about)
    given: Any = {**made.values, **values}
    if made.names is not None:
        given = tuple(given[name] for name in made.names)
    if reading := _reading.get():
        return reading.answer(made.text, given)
    return (_sent if may_write() else _remembered)(made.text, given)


def memory_of_drawing() -> dict[str, Any] | None:
    """Where to keep what was read for as long as something is drawn; None where nothing is."""
    reading = _reading.get()
    return reading.memory if reading else None


def plainly(statement: Any, **values: Any) -> list[Any]:
    """The rows of a statement that names columns, past the session's handling of models.

    For statements that are made once and asked for on every page: what is sent is kept with them.
    Values and columns keep their types, as days and enums, which `ask` leaves to the driver.
    """
    if may_write():
        db.session.flush()
    return list(db.session.connection().execute(statement, values))


class Drawings(Generic[T]):
    """The last things that were drawn, each handed out for as long as its reads answer the same."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[list[_Read], T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], T]) -> T:
        """What `draw` makes, or made before from the same answers.

        Args:
            key: everything that it is made of and that it does not `ask` for while it is drawn.
        """
        if may_write():
            return draw()
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
        reading = _Reading()
        if kept and all(reading.answer(one.text, one.given) == one.rows for one in kept[0]):
            return kept[1]
        reading.begin()
        with _during(reading), _counting() as sent:
            made = draw()
        reads = list(reading.reads.values())
        # What was read in another way could not be compared.
        if len(sent) == reading.sent and sum(read.size() for read in reads) <= MOST_READ:
            self._keep(key, reads, made)
        return made

    def _keep(self, key: Hashable, reads: list[_Read], made: T) -> None:
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (reads, made)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


@contextmanager
def _during(reading: _Reading) -> Iterator[None]:
    token = _reading.set(reading)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Every statement that the session sends meanwhile, however it is sent."""
    sent: list[str] = []
    connection = db.session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, *_about: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)
