"""What each stored field is for (UU 27/2022 articles 21 and 27 to 28), and who may see it.

A test compares this table with the fields of the product, and `docs/privacy.md` with it: a field
without a purpose fails.
"""

from registry.departures.fields import FIELDS, Mask
from registry.enums import N_

IDENTITY = N_("Memastikan siapa orangnya, supaya tidak tercatat dua kali")
LETTERS = N_("Menulis surat dan tanda terima atas nama yang benar")
AGE = N_("Memeriksa batas usia bekerja di negara tujuan")
HOME = N_("Menemukan rumahnya di desa, bila keluarganya perlu didatangi")
CALL = N_("Menghubungi orangnya sebelum berangkat dan selama di luar negeri")
FAMILY = N_("Menghubungi keluarganya bila ada bahaya atau lama tidak ada kabar")
PAPERS_NEEDED = N_("Mengetahui dokumen dan izin keluarga yang diwajibkan")
RULES = N_("Menilai dokumen dan aturan yang berlaku untuk keberangkatan itu")
OFFER = N_("Mengenali tawaran yang merugikan atau membahayakan sebelum berangkat")
RECRUITING = N_("Mengenali perekrut yang merugikan beberapa warga")
FOLLOWING = N_("Mengetahui siapa yang sedang di luar negeri dan siapa yang sudah pulang")
STATISTICS = N_("Menghitung keberangkatan menurut wilayah, tanpa nama")
FINDING = N_("Menemukan orangnya melalui perwakilan Indonesia bila ada masalah")
HISTORY = N_("Menjelaskan kepada desa dan warga mengapa catatan berubah")
PERMISSION = N_("Membuktikan izin keluarga yang diwajibkan undang-undang (UU 18/2017 pasal 13)")

PURPOSES: dict[str, tuple[str, ...]] = {
    "name": (IDENTITY, LETTERS),
    "nik": (IDENTITY,),
    "family_card": (IDENTITY, RECRUITING),
    "sex": (STATISTICS,),
    "birth_date": (AGE, IDENTITY),
    "address": (HOME,),
    "rt": (HOME, LETTERS),
    "rw": (HOME, LETTERS),
    "phone": (CALL,),
    "education": (RULES,),
    "marital_status": (PAPERS_NEEDED,),
    "family_name": (FAMILY,),
    "family_relation": (FAMILY,),
    "family_phone": (FAMILY,),
    "country": (RULES, STATISTICS),
    "scheme": (RULES, STATISTICS),
    "agency_name": (RULES, OFFER),
    "agency_id": (RULES, STATISTICS),
    "job_title": (RULES, OFFER),
    "job_code": (RULES, STATISTICS),
    "employer_kind": (RULES, STATISTICS),
    "recruiter_name": (OFFER, RECRUITING),
    "recruiter_phone": (OFFER, RECRUITING),
    "visa_kind": (OFFER,),
    "amount_asked": (OFFER,),
    "planned_on": (RULES, STATISTICS),
    "contract_months": (FOLLOWING,),
    "employer_name": (FINDING,),
    "destination_city": (FINDING,),
    "promised_wage": (OFFER,),
    "visa_country": (OFFER,),
    "contract_country": (OFFER,),
    "transit_country": (OFFER,),
    "recruiter_advance": (OFFER,),
    "recruiter_kind": (OFFER,),
    "training_body": (RULES,),
    "job_order": (RULES,),
    "information_source": (OFFER,),
    "immigration_office": (OFFER,),
    "passport_holder": (OFFER,),
    "id_pmi": (FINDING, RULES),
    "last_contact_on": (FOLLOWING,),
    "departed_on": (FOLLOWING, STATISTICS),
    "returned_on": (FOLLOWING, STATISTICS),
    "return_kind": (FOLLOWING,),
    "cancel_reason": (HISTORY,),
    "send_back_reason": (HISTORY,),
    "letter_signer": (PERMISSION,),
    "letter_signer_relation": (PERMISSION,),
    "letter_country": (PERMISSION,),
}

OPEN_TO = N_("semua petugas yang berwenang atas wilayahnya")
NAMES_TO = N_("desa dan kecamatan; kantor di atasnya hanya dengan alasan yang dicatat")
NUMBERS_TO = N_("desa; kecamatan dan kantor di atasnya hanya bila ditampilkan, dan itu dicatat")
RECRUITERS_TO = N_("desa, dinas kabupaten dan provinsi, dan BP3MI")

_SEEN_BY = {Mask.OPEN: OPEN_TO, Mask.NAME: NAMES_TO, Mask.RECRUITER: RECRUITERS_TO}


def seen_by(name: str) -> str:
    """Who may see a field in clear, as the masking table says."""
    return _SEEN_BY.get(FIELDS[name].mask, NUMBERS_TO)
