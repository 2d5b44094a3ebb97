"""The words of the domain: values that the contract fixes, labels that screens show."""

import pytest

from registry import enums
from registry.audit.events import Event
from registry.enums import LabelledEnum, Level, Procedure, ReviewStatus, Scheme, Stage

ALL = [
    kind
    for kind in vars(enums).values()
    if isinstance(kind, type) and issubclass(kind, LabelledEnum) and kind is not LabelledEnum
]
# Contract, section 3: offices write these into links and manuals.
CONTRACT = {
    ReviewStatus: "draft submitted needs_correction verified",
    Stage: "planned departed returned cancelled",
    Procedure: "complete incomplete at_risk not_pmi procedural suspected",
    Scheme: "p_to_p g_to_g g_to_p ukps ssw perseorangan re_entry magang pelajar lainnya",
    enums.Sex: "L P",
    enums.EmployerKind: "berbadan_hukum perseorangan",
    enums.AgeGroup: "<18 18-24 25-34 35-44 45+",
    enums.DocumentStatus: "belum proses ada tidak_perlu",
}
# Contract, section 4: the headings of the document columns, in their order.
PAPERS = (
    "KTP/KK | Surat Status Perkawinan | Izin Keluarga | Sertifikat Kompetensi | Surat Sehat | "
    "Paspor | Visa Kerja | Perjanjian Penempatan | Perjanjian Kerja | Call Letter | "
    "Pernyataan Tanggung Jawab | Surat Cuti | JKN | Jamsos PMI | SKCK | OPP | E-KPMI"
)


@pytest.mark.parametrize("kind", CONTRACT)
def test_values_are_those_of_the_contract(kind):
    assert [member.value for member in kind] == CONTRACT[kind].split()


def test_papers_are_headed_as_in_the_contract():
    assert [kind.label for kind in enums.DocumentKind] == PAPERS.split(" | ")


@pytest.mark.parametrize("kind", [*ALL, Event])
def test_values_and_labels_are_never_shared_and_fit_their_column(kind):
    values = [member.value for member in kind]
    labels = [member.label for member in kind]
    assert len(set(values)) == len(values)
    assert len(set(labels)) == len(labels)
    assert all(len(value) <= 40 for value in values)
    assert all(label == label.strip() and label for label in labels)


@pytest.mark.parametrize("kind", ALL)
def test_a_member_is_found_by_value_and_by_what_people_write(kind):
    for member in kind:
        assert kind.of(member.value) is member
        assert kind.from_text(member.label.upper()) is member
        assert kind.from_text(f"  {member.value.upper()} ") is member
    with pytest.raises(ValueError, match="is no"):
        kind.of("tidak ada")
    assert kind.from_text("tidak ada sama sekali") is None
    assert kind.choices() == [(member.value, member.label) for member in kind]


def test_only_trainees_students_and_others_are_not_pmi():
    assert [scheme.value for scheme in Scheme if not scheme.is_pmi] == [
        "magang",
        "pelajar",
        "lainnya",
    ]


def test_levels_follow_the_length_of_the_code():
    assert [int(level) for level in Level] == [0, 2, 4, 6, 10]
    assert [level.below for level in Level] == [*list(Level)[1:], None]
    assert [level.label for level in Level] == [
        "Negara",
        "Provinsi",
        "Kabupaten/Kota",
        "Kecamatan",
        "Desa/Kelurahan",
    ]
