"""What the queue of flags shows: parsed once from the query string (pure but for its messages)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from registry.accounts.roles import Role
from registry.assessment.rules import RULES
from registry.departures.filters import BadFilter
from registry.enums import FlagState, LabelledEnum, Office, Severity

ALL = "semua"
RULE_NUMBERS = frozenset(rule.number for rule in RULES)
PARAMETERS = ("lingkup", "keadaan", "keparahan", "aturan", "lewat", "setelah")


@dataclass(frozen=True)
class QueueFilter:
    """Which flags of an area; empty fields do not filter, and no states means the open ones."""

    states: tuple[FlagState, ...] = ()
    severities: tuple[Severity, ...] = ()
    owner: Office | None = None
    rules: tuple[str, ...] = ()
    overdue: bool = False
    gravest_first: bool = False
    after: int | None = None


OF_ROLE: dict[Role, QueueFilter] = {
    Role.OPERATOR: QueueFilter(owner=Office.VILLAGE),
    Role.VILLAGE_HEAD: QueueFilter(owner=Office.VILLAGE),
    Role.REVIEWER: QueueFilter(severities=(Severity.CRITICAL, Severity.HIGH)),
}
OF_OFFICES = QueueFilter(
    severities=(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM), gravest_first=True
)


def own_queue(role: Role) -> QueueFilter:
    """What waits for an office when it asks for nothing in particular."""
    return OF_ROLE.get(role, OF_OFFICES)


def parse_queue(pairs: Iterable[tuple[str, str]], role: Role) -> QueueFilter:
    """The filter of a query string; raises BadFilter for what is unknown."""
    said = _said(pairs)
    wanted = own_queue(role)
    if _one_of(frozenset({"", ALL}), "lingkup", said.get("lingkup", "")):
        wanted = replace(wanted, severities=(), owner=None)
    if rule := said.get("aturan"):
        wanted = replace(wanted, severities=(), rules=(_one_of(RULE_NUMBERS, "aturan", rule),))
    if severity := said.get("keparahan"):
        wanted = replace(wanted, severities=(_member(Severity, "keparahan", severity),))
    if state := said.get("keadaan"):
        wanted = replace(wanted, states=(_member(FlagState, "keadaan", state),))
    late = _one_of(frozenset({"", "1"}), "lewat", said.get("lewat", ""))
    after = said.get("setelah", "")
    if after and not re.fullmatch(r"[0-9]{1,18}", after):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    return replace(wanted, overdue=bool(late), after=int(after) if after else None)


def _said(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in pairs:
        if name not in PARAMETERS or name in said:
            raise BadFilter(_("Saringan “%(name)s” tidak dikenal.", name=name[:60]))
        said[name] = value
    return said


def _one_of(known: frozenset[str], name: str, value: str) -> str:
    if value not in known:
        raise _unknown(name, value)
    return value


def _member(kind: type[LabelledEnum], name: str, value: str) -> Any:
    try:
        return kind.of(value)
    except ValueError as error:
        raise _unknown(name, value) from error


def _unknown(name: str, value: str) -> BadFilter:
    return BadFilter(
        _("Nilai “%(value)s” tidak dikenal untuk saringan “%(name)s”.", value=value[:60], name=name)
    )
