"""The ids of departures that an entry of the journal names."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain


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
