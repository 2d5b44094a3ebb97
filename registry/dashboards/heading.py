"""What a dashboard says of itself where it leaves the screen: on paper, in a copy, in a picture."""

from datetime import datetime

from flask_babel import gettext as _

from registry.departures.chips import chips_of
from registry.departures.filters import Filter
from registry.formatting import long_moment


def filter_words(f: Filter) -> str:
    """The filters besides area and period in one line; what was searched for is not repeated."""
    plain = f.with_(since=None, until=None, year=None, month=None, dateless=False, text="")
    words = [chip.label for chip in chips_of(plain, f.area, "dashboards.show", kode=f.area.code)]
    if f.text:
        words.append(_("pencarian nama atau nomor registrasi"))
    if f.public:
        words.append(_("untuk publik, angka kecil disamarkan"))
    if not words:
        return str(_("Tanpa saringan lain"))
    return str(_("Saringan: %(filters)s", filters="; ".join(words)))


def heading_of(place: str, period: str, filters: str, drawn_at: datetime) -> str:
    """The lines above a copied table or a picture: where, when, what, and whence, one a line."""
    source = _("Sumber: Pamit, catatan desa/kelurahan. Satuan: keberangkatan.")
    drawn = _("Dihitung langsung pada %(moment)s.", moment=long_moment(drawn_at, _))
    return "\n".join((f"{place}, {period}", filters, f"{source} {drawn}"))
