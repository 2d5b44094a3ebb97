"""The draft of the written notice that UU 27/2022 article 46 asks for, within 3 x 24 hours.

It says what the article wants at least: which data were disclosed, when and how, and what was done.
What only people can know is left as a dotted line.
"""

from collections.abc import Sequence

DOTS = "........................................"


def notice(account: str, role: str, period: str, fields: Sequence[str], ways: Sequence[str]) -> str:
    """The letter to one person; the officials fill in the dotted lines."""
    return f"""PEMBERITAHUAN TERTULIS KEGAGALAN PELINDUNGAN DATA PRIBADI
(Pasal 46 Undang-Undang Nomor 27 Tahun 2022; paling lambat 3 x 24 jam sejak diketahui)

Nomor: {DOTS}
Kepada Yth. {DOTS} (nama dan alamat di lembar Orang)
Tembusan: lembaga pelindungan data pribadi

Dengan hormat,

1. Data pribadi yang terungkap: {", ".join(fields)}.
2. Kapan: {period}. Bagaimana: lewat akun “{account}” ({role}), dengan cara {", ".join(ways)}.
   Penyebabnya: {DOTS}
3. Upaya penanganan dan pemulihan: akun tersebut ditutup pada {DOTS};
   yang sudah dilakukan sesudah itu: {DOTS}
4. Yang dapat Anda lakukan: waspadai telepon atau orang yang menawarkan pekerjaan, meminta uang
   atau dokumen, atau mengaku petugas. Jangan serahkan KTP, KK, atau paspor.
5. Untuk bertanya atau melapor: {DOTS} (nama, jabatan, telepon)

{DOTS}, tanggal {DOTS}

Pengendali data pribadi,


{DOTS}
"""
