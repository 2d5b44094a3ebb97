"""In which ways an entry of the journal shows that somebody saw a person, and whom it names."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from registry.audit.events import Event
from registry.enums import N_, LabelledEnum


class Way(LabelledEnum):
    """How somebody came to see a person; the label is what pages and reports say."""

    LISTED = "listed", N_("Daftar")
    SEARCHED = "searched", N_("Pencarian")
    OPENED = "opened", N_("Membuka")
    REVEALED = "revealed", N_("Menampilkan")
    PRINTED = "printed", N_("Mencetak")
    EXPORTED = "exported", N_("Mengunduh, disamarkan")
    EXPORTED_FULL = "exported_full", N_("Mengunduh, lengkap")
    WRITTEN = "written", N_("Menulis catatannya")


OF_EVENT = {
    Event.LIST_SEEN.value: Way.LISTED,
    Event.PEOPLE_SEARCHED.value: Way.SEARCHED,
    Event.PERSON_OPENED.value: Way.OPENED,
    Event.PERSON_REVEALED.value: Way.REVEALED,
    Event.PERSON_PRINTED.value: Way.PRINTED,
    Event.EXPORTED.value: Way.EXPORTED,
}
# Their ids stand in the entry; the people of all others are subjects of theirs.
WITH_IDS = frozenset({Event.LIST_SEEN.value, Event.PEOPLE_SEARCHED.value, Event.EXPORTED.value})


def way_of(event: str, detail: Mapping[str, Any]) -> Way:
    if event == Event.EXPORTED.value and not detail.get("disamarkan", True):
        return Way.EXPORTED_FULL
    return OF_EVENT.get(event, Way.WRITTEN)


class Ids:
    """The ids that an entry names; an export writes them in short (`1-5,9`)."""

    def __init__(self, said: str | Sequence[int] | None) -> None:
        if isinstance(said, str):
            bounds = [part.partition("-")[::2] for part in said.split(",") if part]
            self._ranges = [range(int(first), int(last or first) + 1) for first, last in bounds]
            self._single: Sequence[int] = ()
        else:
            self._ranges, self._single = [], said or ()

    def all(self) -> Iterator[int]:
        return chain(self._single, *self._ranges)

    def touch(self, ordered: Sequence[int]) -> bool:
        """Whether one of these ids, given in order, is among them."""
        for one in self._single:
            at = bisect_left(ordered, one)
            if at < len(ordered) and ordered[at] == one:
                return True
        for those in self._ranges:
            at = bisect_left(ordered, those.start)
            if at < len(ordered) and ordered[at] in those:
                return True
        return False
