"""The yearly run: drafts past their period are deleted, people past theirs are erased.

In short transactions, each judged anew inside it; what a crash cuts short is found by the next run.
The registration numbers of what goes are first written to a list beside the database and outside of
its backups, so that whoever restores an older backup can repeat the erasures.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Select, select

from registry.accounts import kept_forms
from registry.audit import log
from registry.db import db, short_write, snapshot
from registry.departures.models import Departure, Resident
from registry.departures.operations import remove_draft
from registry.enums import ReviewStatus
from registry.regions.area import Area
from registry.rights.erasing import erase, residents_of
from registry.rights.policy import Due, find_due, find_due_among

BATCH = 50
LIST_NAME = "penghapusan.txt"
EVERYWHERE = Area("0")
DRAFT, PERSON = "draf", "orang"
OWNER = Departure.resident_id
IS_DRAFT = (Departure.review_status == ReviewStatus.DRAFT, Departure.submitted_at.is_(None))

T = TypeVar("T")


@dataclass
class Purged:
    """What a run did."""

    drafts: int = 0
    people: int = 0


def purge(
    day: date, written_list: Path, progress: Callable[[int], object] = lambda done: None
) -> Purged:
    """Delete and erase what is past its period on the day."""
    done = Purged()
    with short_write():
        kept_forms.purge()
    with snapshot():
        ids = _people_concerned(find_due(EVERYWHERE, day))
    for batch in _batches(ids):
        with short_write():
            _purge_batch(find_due_among(EVERYWHERE, batch, day), written_list, done)
        progress(len(batch))
    return done


class ListUnreadable(ValueError):
    """A list that does not say whom to erase; the message names the line."""


def listed(written_list: Path) -> list[tuple[str, str]]:
    """The registration numbers of the list, each with what became of it: `draf` or `orang`.

    Raises ListUnreadable for any other line: whoever stood there would not be erased.
    """
    found = []
    text = written_list.read_text(encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words and (len(words) != 2 or words[1] not in (DRAFT, PERSON)):
            raise ListUnreadable(
                f"Baris {number} dari {written_list.name} bukan nomor registrasi dengan "
                f"“{DRAFT}” atau “{PERSON}”; belum ada yang dihapus."
            )
        if words:
            found.append((words[0].upper(), words[1]))
    return found


def note_down(lines: Iterable[tuple[str, str]], written_list: Path) -> None:
    """Add to the list what it does not say yet."""
    known = set(listed(written_list)) if written_list.exists() else set()
    if missing := [f"{number} {what}" for number, what in lines if (number, what) not in known]:
        _append(written_list, missing)


def repeat(
    wanted: Sequence[tuple[str, str]], progress: Callable[[int], object] = lambda done: None
) -> Purged:
    """Delete and erase again what a list names, after a restore brought it back.

    A draft that was submitted in the end was written down by a run that was cut short; it stays.
    """
    done = Purged()
    for batch in _batches(wanted):
        with short_write():
            drafts = _of_numbers(number for number, what in batch if what == DRAFT)
            _remove(drafts.where(*IS_DRAFT), done)
            owners = _of_numbers(number for number, what in batch if what == PERSON)
            _erase(residents_of(db.session.scalars(owners.with_only_columns(OWNER))), done)
        progress(len(batch))
    return done


def _of_numbers(numbers: Iterable[str]) -> Select[Departure]:
    return select(Departure).where(Departure.registration_number.in_(list(numbers)))


def _people_concerned(due: Due) -> list[int]:
    with_drafts = [past.departure_id for past in due.drafts]
    owners = {
        owner
        for batch in _batches(with_drafts)
        for owner in db.session.scalars(
            select(Departure.resident_id).where(Departure.id.in_(batch))
        )
    }
    return sorted(owners | due.people.keys())


def _purge_batch(due: Due, written_list: Path, done: Purged) -> None:
    lines = [f"{past.registration_number} {DRAFT}" for past in due.drafts]
    lines += [
        f"{past.registration_number} {PERSON}" for some in due.people.values() for past in some
    ]
    if not lines:
        return
    # Before the commit: a number too many is erased a second time, one too few would come back.
    _append(written_list, lines)
    drafts = [past.departure_id for past in due.drafts]
    _remove(select(Departure).where(Departure.id.in_(drafts)), done)
    _erase(residents_of(due.people), done)


def _remove(drafts: Select[Departure], done: Purged) -> None:
    for draft in db.session.scalars(drafts).all():
        resident = draft.resident
        remove_draft(draft, by=log.SYSTEM, sebab="masa_simpan")
        db.session.flush()
        if resident in db.session:
            db.session.expire(resident, ["departures"])
        done.drafts += 1


def _erase(residents: Iterable[Resident], done: Purged) -> None:
    for resident in residents:
        erase(resident, by=log.SYSTEM)
        done.people += 1


def _append(path: Path, lines: Iterable[str]) -> None:
    """Add the lines whole or not at all; somebody may have left the last one without its end."""
    before = path.read_bytes() if path.exists() else b""
    content = "".join(f"{line}\n" for line in lines).encode()
    if before and not before.endswith(b"\n"):
        content = b"\n" + content
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        while content:  # a full disk takes less than it is given
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, len(before))
        raise
    finally:
        os.close(descriptor)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
