"""What an import would do, row by row, before anything is written: the dry run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.log import Actor
from registry.departures.changes import Changes
from registry.enums import Level, ReviewStatus, Stage
from registry.formatting import thousands
from registry.workbooks.import_changes import Update
from registry.workbooks.import_matching import Stored
from registry.workbooks.import_rows import ImportRow, Problem
from registry.workbooks.reader import Row

Progress = Callable[[int], object]
Show = Callable[[str, int], AbstractContextManager[Progress]]

ONLY_ADDS = frozenset({Role.LABOUR_OFFICE, Role.ADMIN})


@contextmanager
def silent(label: str, length: int) -> Iterator[Progress]:
    """No progress bar."""
    yield lambda done: None


@dataclass(slots=True, eq=False)
class Person:
    """The person of new departures: somebody new, or a resident that the registry has.

    Attributes:
        values: what is known of somebody new; empty where `resident` is there.
    """

    village_code: str
    values: dict[str, Any] = field(default_factory=dict)
    resident: Stored | None = None


@dataclass(slots=True, eq=False)
class NewDeparture:
    """A departure that the import adds."""

    row: ImportRow
    person: Person
    status: ReviewStatus
    stage: Stage


class BadRow(NamedTuple):
    """A row that is not taken: its number in the file, its cells, and what is wrong with them."""

    number: int
    source: Row
    problems: tuple[Problem, ...]


class Note(NamedTuple):
    """Something worth a look that stands in no row's way; without a number, about the file."""

    number: int | None
    message: str


@dataclass(slots=True, eq=False)
class Plan:
    """The outcome of the dry run, and all that `apply` needs.

    Attributes:
        headings: as the file has them; unknown ones among them are passed over.
        journal_seq: the last journal entry that was read; what is newer may contradict the plan.
        resident_changes: known residents with what changes of them, by id.
        known: rows that are there already.
    """

    filename: str
    actor: Actor
    user_id: int
    journal_seq: int
    headings: tuple[str, ...] = ()
    unknown_headings: tuple[str, ...] = ()
    new: list[NewDeparture] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    resident_changes: dict[int, tuple[Stored, Changes]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    known: int = 0

    @property
    def ready(self) -> int:
        return len(self.new) + len(self.updates)

    @property
    def reviewed_again(self) -> int:
        """How many verified records go back to the subdistrict for what changes of them."""
        return sum(
            update.needs_review
            and update.record.departure["review_status"] is ReviewStatus.VERIFIED
            for update in self.updates
        )

    @property
    def summary(self) -> str:
        """`118 siap, 7 galat, 3 sudah ada`."""
        return (
            f"{thousands(self.ready)} siap, {thousands(len(self.bad))} galat, "
            f"{thousands(self.known)} sudah ada"
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """What the importing role may do with rows (contract, section 2)."""

    only_adds: bool
    first_status: ReviewStatus
    past_is_verified: bool

    @classmethod
    def of(cls, user: User) -> "Rights":
        is_operator = user.role is Role.OPERATOR
        return cls(
            only_adds=user.role in ONLY_ADDS,
            first_status=ReviewStatus.DRAFT if is_operator else ReviewStatus.SUBMITTED,
            past_is_verified=not is_operator and user.area.level < Level.VILLAGE,
        )
