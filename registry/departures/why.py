"""Why a departure has its procedure on a day: every rule, what it read, and what it rests on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from registry.assessment.assess import Assessment, assess, readiness
from registry.assessment.case import Case
from registry.assessment.documents import Papers, judge_papers, leaving_day
from registry.assessment.reference import DocumentRule, Reference
from registry.assessment.rules import RULES, Flag, Rule
from registry.assessment.rules.base import GRAVE
from registry.departures.fields import CASE_FIELDS, FIELDS, FieldInfo, Sight, shown
from registry.departures.flag_sentences import sentence_words
from registry.enums import (
    N_,
    DocumentKind,
    DocumentStatus,
    LabelledEnum,
    Procedure,
)
from registry.formatting import long_date
from registry.reference.lists import LISTS
from registry.reference.queries import load_reference
from registry.regions.queries import place

TITLES = {item.attribute: item.title for item in LISTS if item.attribute} | {
    "licences": N_("P3MI"),
    "sending_bodies": N_("LPK pengirim magang (SO)"),
}


@dataclass(frozen=True)
class RuleRow:
    """One rule in words: what it said that day, what it read, and where it is written."""

    number: str
    title: str
    version: int
    source: str
    state: str
    tone: str
    severity: str | None
    sentence: str | None
    inputs: list[tuple[str, str]]


@dataclass(frozen=True)
class PaperRow:
    """One paper in words: how the scheme uses it, who issues it, and how it stood."""

    label: str
    requirement: str
    issuer: str
    source: str
    state: str
    tone: str


@dataclass(frozen=True)
class Answer:
    """What the rules say of a case on a day, with all that it rests on."""

    procedure: Procedure | None
    at_departure: Procedure | None
    counts: str
    holds: str
    judged_on: str
    rules: list[RuleRow]
    papers: list[PaperRow]


def answer(case: Case, day: date, sight: Sight) -> Answer:
    """Judge the case as of that day, by the rules in force then, in words for this viewer."""
    reference = load_reference()
    found = assess(case, reference, day)
    papers = judge_papers(case, reference, day)
    judged_on = leaving_day(case, day)
    used = reference.used_on(case.scheme, judged_on)
    raised = {flag.rule: flag for flag in found.flags}
    return Answer(
        procedure=found.procedure,
        at_departure=readiness(case, reference),
        counts=_(
            "%(complete)s dari %(required)s dokumen wajib",
            complete=found.complete,
            required=found.required,
        ),
        holds=_holds(found),
        judged_on=long_date(judged_on, _),
        rules=[_rule_row(rule, raised.get(rule.number), case, reference, sight) for rule in RULES],
        papers=[_paper_row(rule, papers, case) for rule in used],
    )


def _holds(found: Assessment) -> str:
    if found.holds_until is None:
        return str(_("seterusnya, sampai datanya berubah"))
    return str(_("sebelum %(day)s", day=long_date(found.holds_until, _)))


def _rule_row(
    rule: Rule, flag: Flag | None, case: Case, reference: Reference, sight: Sight
) -> RuleRow:
    state, tone = _state(rule, flag, case, reference)
    return RuleRow(
        number=rule.number,
        title=_(rule.title),
        version=rule.version,
        source=rule.source,
        state=state,
        tone=tone,
        severity=_(flag.severity.label) if flag else None,
        sentence=sentence_words(flag.rule, flag.sentence) if flag else None,
        inputs=_inputs(rule, case, sight),
    )


def _state(rule: Rule, flag: Flag | None, case: Case, reference: Reference) -> tuple[str, str]:
    if flag is not None:
        return _("Ada tanda"), "danger" if flag.severity in GRAVE else "info"
    if not rule.concerns(case):
        return _("Tidak menyangkut keberangkatan ini"), "neutral"
    if not rule.can_judge(reference):
        title = _(TITLES.get(rule.needs or "", ""))
        return _("Tidak dinilai: daftar %(title)s kosong", title=title), "warning"
    if any((word.rule, word.version) == (rule.number, rule.version) for word in case.settlements):
        return _("Tidak ada tanda, sudah dijawab kantor"), "neutral"
    return _("Tidak ada tanda"), "success"


def _inputs(rule: Rule, case: Case, sight: Sight) -> list[tuple[str, str]]:
    """The fields that the rule declares, with their values as the viewer may see them."""
    names = sorted(rule.fields, key=_place_of)
    return [(_(_info(name).label), _value(name, case, sight)) for name in names]


def _info(name: str) -> FieldInfo:
    return CASE_FIELDS.get(name) or FIELDS[name]


def _place_of(name: str) -> tuple[bool, str]:
    return name == "documents", name


def _value(name: str, case: Case, sight: Sight) -> str:
    value: Any = getattr(case, name)
    if name == "documents":
        said = [f"{_(paper.kind.label)}: {_(paper.status.label)}" for paper in case.documents]
        return "; ".join(said) or "–"
    if name == "province" and value:
        value = place(value).name
    if isinstance(value, bool):
        value = _("ya") if value else None
    if name == "agency_id" and value is not None:
        value = _("ya")
    return shown(_info(name), value, sight)


def _paper_row(rule: DocumentRule, papers: Papers, case: Case) -> PaperRow:
    state, tone = _paper_state(rule.kind, papers, case)
    return PaperRow(
        label=_(rule.kind.label),
        requirement=_(rule.requirement.label),
        issuer=rule.issuer,
        source=rule.source,
        state=state,
        tone=tone,
    )


def _paper_state(kind: DocumentKind, papers: Papers, case: Case) -> tuple[str, str]:
    status: LabelledEnum | None = case.status_of(kind)
    if kind in papers.valid:
        return _("Ada dan berlaku"), "success"
    if status is DocumentStatus.PRESENT:
        return _("Tidak berlaku saat berangkat"), "warning"
    if status is None:
        return _("Belum ditanyakan"), "neutral"
    return _(status.label), "warning" if kind in papers.missing else "neutral"
