"""Masking: one table of fields, and for each role what the contract lets it see of each."""

import enum
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts.roles import Role
from registry.departures.fields import (
    CASE_FIELDS,
    ERASED,
    FIELDS,
    FULL_SIGHT,
    INNER,
    JOURNAL_FIELDS,
    NO_SIGHT,
    NOT_EDITED,
    PAPER_FIELDS,
    PROGRESS,
    Mask,
    list_sight,
    mask_of,
    masked,
    record_sight,
    shown,
)
from registry.departures.forms import HomeForm, PersonForm, PlanForm
from registry.departures.models import Departure, Resident, SealedText
from registry.enums import Relation, Sex

# Contract, section 2, written out once more: everything else may be seen by all who see departures.
DECIDED = {
    "name": Mask.NAME,
    "nik": Mask.NIK,
    "family_card": Mask.NUMBER,
    "phone": Mask.NUMBER,
    "id_pmi": Mask.NUMBER,
    "birth_date": Mask.BIRTH_DATE,
    "address": Mask.HIDDEN,
    "rt": Mask.HIDDEN,
    "rw": Mask.HIDDEN,
    "family_name": Mask.HIDDEN,
    "family_relation": Mask.HIDDEN,
    "family_phone": Mask.HIDDEN,
    "letter_signer": Mask.HIDDEN,
    "letter_signer_relation": Mask.HIDDEN,
    "cancel_reason": Mask.HIDDEN,
    "send_back_reason": Mask.BETWEEN_OFFICES,
    "recruiter_name": Mask.RECRUITER,
    "recruiter_phone": Mask.RECRUITER,
}
EXAMPLES = {
    "name": ("Siti Aminah", "S•• A••"),
    "nik": ("1807015203980001", "1807••••••••••••"),
    "family_card": ("1807012345670001", "••••••••••••••01"),
    "phone": ("+6281234567890", "••••••••••••90"),
    "id_pmi": ("PMI123456", "•••••••56"),
    "birth_date": (date(1999, 3, 12), "1999-••-••"),
    "address": ("Dusun III, Jalan Mawar 7", "•"),
    "rt": ("003", "•"),
    "rw": ("001", "•"),
    "family_name": ("Slamet Riyadi", "•"),
    "family_relation": (Relation.HUSBAND, "•"),
    "family_phone": ("+6281299887766", "•"),
    "letter_signer": ("Slamet Riyadi", "•"),
    "letter_signer_relation": (Relation.FATHER, "•"),
    "cancel_reason": ("Ibunya sakit", "•"),
    "send_back_reason": ("Nama ibu tidak cocok", "•"),
    "recruiter_name": ("Pak Budi", "•"),
    "recruiter_phone": ("+628111222333", "•"),
}
# Of what the journal, papers and the case before the rules say: all else may be seen.
DECIDED_BESIDE = {
    "journal": {"reason": Mask.HIDDEN},
    "paper": {"number": Mask.NUMBER},
    "case": {"recruiter_named": Mask.RECRUITER, "signer_relation": Mask.HIDDEN},
}
BESIDE = {"journal": JOURNAL_FIELDS, "paper": PAPER_FIELDS, "case": CASE_FIELDS}
VILLAGE_ROLES = (Role.OPERATOR, Role.VILLAGE_HEAD)
OFFICES = (Role.LABOUR_OFFICE, Role.BP3MI)


def sees_on_lists(role, mask):
    """What the contract's table says, read by hand."""
    return {
        Mask.OPEN: True,
        Mask.NAME: role in (*VILLAGE_ROLES, Role.REVIEWER),
        Mask.RECRUITER: role in (*VILLAGE_ROLES, *OFFICES),
        Mask.BETWEEN_OFFICES: role in (*VILLAGE_ROLES, Role.REVIEWER),
    }.get(mask, False)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_masked_as_decided(name):
    assert FIELDS[name].mask is DECIDED.get(name, Mask.OPEN)


@pytest.mark.parametrize("table", BESIDE)
def test_what_stands_beside_the_fields_is_masked_as_decided(table):
    masks = {name: info.mask for name, info in BESIDE[table].items()}
    assert masks == dict.fromkeys(masks, Mask.OPEN) | DECIDED_BESIDE[table]


def test_the_table_says_what_is_written_as_a_country_as_money_or_never_by_itself():
    marked = {
        mark: {name for name, info in FIELDS.items() if getattr(info, mark)}
        for mark in ("is_country", "is_money", "is_code")
    }
    assert marked == {
        "is_country": {
            *("country", "visa_country", "transit_country", "letter_country"),
            "contract_country",
        },
        "is_money": {"amount_asked", "promised_wage", "recruiter_advance"},
        "is_code": {"agency_id", "job_code"},
    }


@pytest.mark.parametrize("name", ["religion", "", *sorted(INNER)])
def test_a_column_that_no_table_names_is_shown_to_nobody(name):
    assert mask_of(name) is Mask.UNLISTED
    assert masked(mask_of(name), "apa saja", FULL_SIGHT) is None


def test_a_fact_of_the_record_is_open_and_a_field_is_masked_as_the_table_says():
    assert mask_of("registration_number") is Mask.OPEN
    assert mask_of("nik") is Mask.NIK


@pytest.mark.parametrize("mask", [mask for mask in Mask if mask is not Mask.UNLISTED])
def test_an_erased_person_is_said_to_be_erased(mask):
    assert masked(mask, ERASED, NO_SIGHT) == ERASED


def test_every_sealed_text_of_a_person_has_a_mask_or_is_shown_nowhere():
    for model in (Resident, Departure):
        for name, value in vars(model).items():
            if isinstance(value, SealedText) and name in FIELDS:
                assert FIELDS[name].mask is not Mask.OPEN, name
    kept_from_screens = {
        name
        for model in (Resident, Departure)
        for name, value in vars(model).items()
        if isinstance(value, SealedText) and name not in FIELDS
    }
    assert kept_from_screens == {"before_correction"}


def test_every_field_belongs_to_its_owner_and_every_form_field_is_in_the_table():
    owners = {"resident": Resident, "departure": Departure}
    for name, info in FIELDS.items():
        assert info.name == name
        assert hasattr(owners[info.owner], name), name
        assert info.label
    for form in (PersonForm, HomeForm, PlanForm):
        for name in form.FIELD_NAMES:
            assert name in FIELDS
            assert name not in NOT_EDITED
    assert set(FIELDS) >= PROGRESS | NOT_EDITED
    labels = [info.label for info in FIELDS.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_role_sees_a_field_on_lists_as_the_contract_says(role, name):
    value, hidden = EXAMPLES[name]
    expected = value if sees_on_lists(role, FIELDS[name].mask) else hidden
    assert masked(FIELDS[name].mask, value, list_sight(role)) == expected


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_role_sees_a_field_of_an_opened_record_as_the_contract_says(role, name):
    value, hidden = EXAMPLES[name]
    mask = FIELDS[name].mask
    is_seen = role in VILLAGE_ROLES or sees_on_lists(role, mask)
    assert masked(mask, value, record_sight(role, shown=False)) == (value if is_seen else hidden)
    # An administrator sees no persons at all, not even where others were shown one.
    is_shown = role is not Role.ADMIN or mask is Mask.OPEN
    assert masked(mask, value, record_sight(role, shown=True)) == (value if is_shown else hidden)


def test_the_examples_leave_out_no_masked_field():
    assert set(EXAMPLES) == set(DECIDED)


texts = st.text(st.characters(categories=("L", "N", "P")), min_size=2, max_size=40)
VALUES = {
    Mask.NAME: st.lists(texts, min_size=1, max_size=4).map(" ".join),
    Mask.NIK: st.text("0123456789", min_size=16, max_size=16),
    Mask.NUMBER: texts,
    Mask.BIRTH_DATE: st.dates(),
    Mask.HIDDEN: texts | st.sampled_from(list(Relation)),
    Mask.RECRUITER: texts,
}


@given(st.data())
def test_a_masked_value_holds_a_dot_and_never_the_value(data):
    mask = data.draw(st.sampled_from(list(VALUES)))
    value = data.draw(VALUES[mask])
    found = masked(mask, value, NO_SIGHT)
    assert isinstance(found, str)
    assert "•" in found
    plain = value.value if isinstance(value, enum.Enum) else str(value)
    assert plain not in found


@pytest.mark.parametrize("mask", Mask)
def test_what_was_not_recorded_is_not_masked_as_if_it_were(mask):
    for sight in (NO_SIGHT, FULL_SIGHT):
        assert masked(mask, None, sight) is None
        assert masked(mask, "", sight) == ""


def test_a_masked_field_on_a_screen_is_never_its_label_or_long_date():
    assert shown(FIELDS["family_relation"], Relation.HUSBAND, NO_SIGHT) == "•"
    assert shown(FIELDS["birth_date"], date(1999, 3, 12), NO_SIGHT) == "1999-••-••"
    assert shown(FIELDS["birth_date"], date(1999, 3, 12)) == "12 Maret 1999"


def test_values_are_written_for_people():
    assert shown(FIELDS["sex"], Sex.FEMALE) == "Perempuan"
    assert shown(FIELDS["country"], "TW") == "Taiwan"
    assert shown(FIELDS["amount_asked"], 5_000_000) == "Rp5.000.000"
    assert shown(FIELDS["amount_asked"], 0) == "Rp0"
    assert shown(FIELDS["contract_months"], 24) == "24"
    assert shown(FIELDS["phone"], None) == "–"
    assert shown(FIELDS["phone"], "") == "–"
