"""Faults that change nothing that anybody could see, listed with the reason in `equivalent.csv`."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.mutating.faults import Mutant

LISTED = Path(__file__).with_name("equivalent.csv")


@dataclass(frozen=True)
class Equivalent:
    """One fault that no test could notice.

    Attributes:
        function: qualified name of the function, empty for what lies outside of all.
        line: text of its line in the module, without the blanks before it.
        change: as the runs print it.
        reason: one sentence that proves it.
    """

    module: str
    function: str
    line: str
    change: str
    reason: str


def listed() -> list[Equivalent]:
    """All that are recorded."""
    with LISTED.open(encoding="utf-8", newline="") as file:
        return [Equivalent(**row) for row in csv.DictReader(file)]


def equivalents_among(
    mutants: list[Mutant], module: str, source: str, recorded: list[Equivalent]
) -> set[Mutant]:
    """The module's mutants that are recorded; raises LookupError for an entry that fits not one."""
    lines = source.splitlines()
    found = set()
    for entry in recorded:
        if entry.module != module:
            continue
        fitting = list(_fitting(entry, mutants, lines))
        if len(fitting) != 1:
            raise LookupError(f"{module}: {len(fitting)} faults fit {entry.line}: {entry.change}")
        found.add(fitting[0])
    return found


def _fitting(entry: Equivalent, mutants: list[Mutant], lines: list[str]) -> Iterator[Mutant]:
    for mutant in mutants:
        function = mutant.key[0] if mutant.key else ""
        line = lines[mutant.line - 1].strip()
        if (function, line, mutant.change) == (entry.function, entry.line, entry.change):
            yield mutant
