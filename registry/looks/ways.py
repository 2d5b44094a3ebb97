"""In which ways an entry of the journal shows that somebody saw a person, and whom it names."""

from collections.abc import Mapping
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
