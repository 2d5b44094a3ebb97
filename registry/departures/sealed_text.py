"""A text column that lies sealed under the key of the row's person."""

from typing import Any, overload

from registry import sealing
from registry.sealing import PersonKey


class SealedText:
    """A text that lies sealed in the column `<name>_sealed`, under the key of the row's person.

    With `index`, a blind index of it is kept in `<name>_index` for exact search. The row needs its
    id before the value is set (`registry.db.next_ids`).
    """

    def __init__(self, *, index: str | None = None) -> None:
        self.index = index

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> "SealedText": ...
    @overload
    def __get__(self, row: Any, owner: type) -> str | None: ...
    def __get__(self, row: Any, owner: type) -> "SealedText | str | None":
        if row is None:
            return self
        sealed = getattr(row, f"{self.name}_sealed")
        if sealed is None:
            return None
        key: PersonKey = row.person_key
        return key.unseal(sealed, row.__tablename__, self.name, row.sealing_row)

    def __set__(self, row: Any, value: str | None) -> None:
        if value == self.__get__(row, type(row)):
            return
        sealed = index = None
        if value:
            key: PersonKey = row.person_key
            sealed = key.seal(value, row.__tablename__, self.name, row.sealing_row)
            if self.index:
                index = sealing.keyring().blind_index(self.index, value)
        setattr(row, f"{self.name}_sealed", sealed)
        if self.index:
            setattr(row, f"{self.name}_index", index)
