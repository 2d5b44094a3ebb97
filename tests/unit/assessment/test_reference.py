"""The reference data: rules in force on a day, and the requirement matrix as delivered."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from registry.assessment.assess import assess
from registry.assessment.case import Case
from registry.assessment.reference import (
    DocumentRule,
    Entry,
    Listed,
    Reference,
    ReferenceMissing,
)
from registry.assessment.rules import RULES
from registry.enums import (
    DocumentKind,
    EmployerKind,
    Requirement,
    Scheme,
    Stage,
    Threshold,
    VisaKind,
)
from registry.reference.lists import LISTS, _typed, shipped_rows
from registry.reference.models import DocumentRequirement, VisaRule

DAY = date(2026, 3, 1)
LETTERS = {DocumentKind.MARITAL_LETTER, DocumentKind.FAMILY_PERMISSION}

# domain.md 2.2, in the order of DocumentKind: R required, c conditional, - not used.
MATRIX = {
    Scheme.G_TO_G: "RRRRRRRRR---cRcRR",
    Scheme.G_TO_P: "RRRRRRRRR---cRcRR",
    Scheme.P_TO_P: "RRRRRRRRR---cRcRR",
    Scheme.UKPS: "RRRcRRRcc---cRcRR",
    Scheme.INDEPENDENT: "RRRRRRR-RRR-RRccR",
    Scheme.RE_ENTRY: "R---RRR-R--RcR--R",
    # Our reading of "as P to P, or perseorangan": what the two differ in is conditional.
    Scheme.SSW: "RRRRRRRcRcc-cRccR",
    Scheme.TRAINEE: "R----RR----------",
    Scheme.STUDENT: "R----RR----------",
    Scheme.OTHER: "R----RR----------",
}
SIGNS = {
    Requirement.REQUIRED: "R",
    Requirement.CONDITIONAL: "c",
    Requirement.NOT_USED: "-",
}


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_requirement_matrix(reference, scheme):
    rules = reference.rules_on(scheme, DAY)
    assert [rule.kind for rule in rules] == list(DocumentKind)
    assert "".join(SIGNS[rule.requirement] for rule in rules) == MATRIX[scheme]


def test_every_row_names_its_source_and_every_condition_is_told(reference):
    rows = Counter((rule.scheme, rule.kind) for rule in reference.document_rules)
    assert len(rows) == len(Scheme) * len(DocumentKind)
    assert set(rows.values()) == {1}
    for rule in reference.document_rules:
        assert rule.source
        assert rule.issuer
        assert bool(rule.condition) is (rule.requirement is Requirement.CONDITIONAL)
        assert rule.scheme.is_pmi or "Usulan" in rule.note


def test_re_entry_needs_no_village_letter(reference):
    rules = {rule.kind: rule for rule in reference.rules_on(Scheme.RE_ENTRY, DAY)}
    assert {rules[kind].requirement for kind in LETTERS} == {Requirement.NOT_USED}


def rule(kind=DocumentKind.PASSPORT, requirement=Requirement.REQUIRED, **dates):
    return DocumentRule(
        scheme=Scheme.P_TO_P,
        kind=kind,
        requirement=requirement,
        valid_months=None,
        margin_months=None,
        source="Uji",
        issuer="Uji",
        **{"valid_from": date(2020, 1, 1), **dates},
    )


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param((), id="none at all"),
        pytest.param((rule(valid_to=date(2025, 12, 31)),), id="all ended"),
        pytest.param((rule(requirement=Requirement.CONDITIONAL),), id="only conditional"),
        pytest.param((replace(rule(), scheme=Scheme.UKPS),), id="another scheme's"),
    ],
)
def test_no_list_of_papers_is_an_error_never_nothing_required(rules):
    case = Case(scheme=Scheme.P_TO_P, stage=Stage.PLANNED, recorded_on=DAY)
    with pytest.raises(ReferenceMissing, match="Daftar dokumen wajib untuk skema P to P"):
        assess(case, Reference(rules), DAY)


def test_an_unknown_scheme_without_any_list_is_an_error_too():
    with pytest.raises(ReferenceMissing, match="yang belum diketahui"):
        Reference(()).rules_on(None, DAY)


def test_an_unknown_scheme_ignores_schemes_that_have_no_list():
    assert [item.kind for item in Reference((rule(),)).rules_on(None, DAY)] == [
        DocumentKind.PASSPORT
    ]


def test_rules_change_on_their_days():
    health = rule(DocumentKind.HEALTH)
    reference = Reference(
        (
            replace(health, valid_to=date(2025, 12, 31)),
            replace(health, valid_from=date(2026, 1, 1), valid_months=6),
            rule(DocumentKind.ORIENTATION, valid_from=date(2026, 4, 1)),
        )
    )

    def months(day):
        return {
            item.kind.value: item.valid_months for item in reference.rules_on(Scheme.P_TO_P, day)
        }

    assert months(date(2025, 12, 31)) == {"surat_sehat": None}
    assert months(date(2026, 1, 1)) == {"surat_sehat": 6}
    assert months(date(2026, 4, 1)) == {"surat_sehat": 6, "opp": None}
    assert reference.next_change(Scheme.P_TO_P, date(2026, 1, 1)) == date(2026, 4, 1)
    assert reference.next_change(Scheme.P_TO_P, date(2026, 4, 1)) is None


def test_the_younger_of_two_overlapping_rules_counts():
    younger = replace(rule(), valid_from=date(2026, 2, 1), margin_months=6)
    reference = Reference((younger, rule()))
    assert reference.rules_on(Scheme.P_TO_P, DAY)[0].margin_months == 6


def test_departures_older_than_any_rule_are_judged_by_the_oldest(reference):
    old = reference.rules_on(Scheme.P_TO_P, date(2012, 5, 1))
    assert old == reference.rules_on(Scheme.P_TO_P, date(2017, 11, 22))


def dated(value, valid_from, valid_to=None):
    return Entry(value, valid_from, valid_to, "Uji")


def test_a_list_says_what_holds_on_a_day_and_the_younger_row_wins():
    listed = Listed(
        (
            ("KH", dated("lama", date(2020, 1, 1), date(2025, 12, 31))),
            ("KH", dated("baru", date(2026, 1, 1))),
            ("KH", dated("juga", date(2025, 6, 1))),
        )
    )
    assert [entry.value for entry in listed.on("KH", date(2025, 12, 31))] == ["juga", "lama"]
    assert listed.first("KH", date(2026, 1, 1)).value == "baru"
    assert listed.first("KH", date(2019, 12, 31)) is None
    assert listed.first("MM", DAY) is None
    assert listed.all_change_days() == {date(2020, 1, 1), date(2025, 6, 1), date(2026, 1, 1)}


def test_the_most_specific_age_limit_and_ceiling_count(reference):
    def youngest(country, employer, job=None):
        found = reference.special_age(country, employer, job, DAY)
        return found and found.value.youngest

    household, firm = EmployerKind.HOUSEHOLD, EmployerKind.LEGAL_ENTITY
    assert [youngest(c, household) for c in ("MY", "SG", "TW", "JP", None)] == [21, 23, 20, 21, 21]
    assert youngest("SG", firm) is None
    assert reference.general_age(DAY).value.youngest == 18
    taiwan = reference.fee_ceiling("TW", household, DAY).value
    assert reference.fee_ceiling("TW", firm, DAY) == reference.fee_ceiling(None, None, DAY)
    assert taiwan < reference.fee_ceiling("TW", firm, DAY).value


@pytest.mark.parametrize("item", LISTS, ids=lambda item: item.slug)
def test_every_shipped_row_says_where_it_is_from_and_one_row_holds_for_each_key(item):
    rows = shipped_rows(item)
    assert rows
    keys = Counter(tuple(getattr(row, name) for name in item.key) for row in rows)
    assert set(keys.values()) == {1}
    for row in rows:
        assert row.source
        is_uncertain = "Usulan" in row.source or "Belum bersumber" in row.source
        assert row.note or not is_uncertain


def test_every_threshold_and_every_visa_that_the_rules_read_is_shipped(reference):
    assert all(reference.threshold(name, DAY) is not None for name in Threshold)
    unsaid = {kind for kind in VisaKind if reference.allows_work(kind, DAY) is None}
    assert unsaid == {VisaKind.TRAINING, VisaKind.OTHER, VisaKind.NONE_YET}


def test_every_rule_that_needs_a_list_is_named_by_it():
    named = {(item.attribute, number) for item in LISTS for number in item.rules}
    for rule in RULES:
        if rule.needs and rule.needs not in ("licences", "sending_bodies"):
            assert (rule.needs, rule.number) in named


def test_an_unknown_word_in_a_file_is_an_error():
    with pytest.raises(ValueError, match="is no"):
        _typed(DocumentRequirement, {"scheme": "p2p"})
    with pytest.raises(KeyError):
        _typed(VisaRule, {"allows_work": "mungkin"})
