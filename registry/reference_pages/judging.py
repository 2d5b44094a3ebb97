"""Judging again the open departures that a change of the reference data touches."""

from typing import Any

from registry.departures.rejudging import rejudge, touched
from registry.formatting import today


class Rejudging:
    """The watcher of one operation."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def touch(self, model: Any, before: Any | None, after: Any | None) -> None:
        """Note the open departures that the changed row touches."""
        self._ids.update(touched(model, before, after))

    def judge(self) -> int:
        """Judge them again; answers how many."""
        return rejudge(sorted(self._ids), today())
