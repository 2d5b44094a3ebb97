"""Findings of the document checklist that look at the family: always info, never a risk."""

from registry.assessment.rules.base import CALL_NOBODY, Facts, Hit, Rule, question, reads
from registry.enums import N_, DocumentKind, DocumentStatus, Relation, Severity


def family_permission(facts: Facts) -> Hit | None:
    """R24: the family permission is missing, or who signed it is unclear."""
    case, paper = facts.case, DocumentKind.FAMILY_PERMISSION
    if paper not in facts.papers.required:
        return None
    status = case.status_of(paper)
    if status is None:
        return question("documents", N_("Apakah keluarga sudah memberi izin tertulis?"))
    if status is not DocumentStatus.PRESENT:
        return Hit(N_("Surat izin keluarga belum ada: buat di kantor desa bersama keluarganya."))
    if case.signer_relation is None:
        return question("letter_signer_relation", N_("Siapa yang menandatangani izin keluarga?"))
    if case.signer_relation is Relation.OTHER:
        return Hit(N_("Hubungan penanda tangan izin keluarga belum jelas: cocokkan dengan KK."))
    return None


RULES = (
    Rule(
        number="R24",
        severity=Severity.INFO,
        title=N_("Izin keluarga"),
        advice=N_("Bicarakan dengan suami, istri, atau orang tuanya di kantor desa."),
        call=CALL_NOBODY,
        source="UU 18/2017 Pasal 13 huruf b",
        fields=reads("documents", "signer_relation"),
        check=family_permission,
        is_checklist=True,
    ),
)
