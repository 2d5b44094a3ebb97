"""The page of the head of a village: who looked at our people."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, requires
from registry.accounts.roles import Permission
from registry.audit.verify import head_anchor
from registry.audit_views import journal
from registry.departures import told_files
from registry.departures.emergency import office_words
from registry.departures.filters import BadFilter
from registry.enums import N_
from registry.formatting import MONTHS, thousands, today
from registry.looks.monthly import Month, Onlooker, onlookers
from registry.looks.report import role_label
from registry.looks.ways import Way
from registry.regions.queries import Place, place, places

__all__ = ["journal"]  # the blueprint, with the views of this module

COLUMNS: tuple[tuple[str, tuple[Way, ...]], ...] = (
    (N_("Daftar"), (Way.LISTED,)),
    (N_("Mencari"), (Way.SEARCHED,)),
    (N_("Membuka"), (Way.OPENED,)),
    (N_("Menampilkan"), (Way.REVEALED,)),
    (N_("Mencetak"), (Way.PRINTED,)),
    (N_("Mengunduh"), (Way.EXPORTED, Way.EXPORTED_FULL)),
)


@journal.get("/desa")
@requires(Permission.SEE_LOOKS)
def village() -> ResponseReturnValue:
    month = _month()
    is_past = month < Month.parse("")
    return render_template(
        "journal/village.html",
        **_found(month),
        before_url=url_for("journal.village", bulan=month.before.text),
        after_url=url_for("journal.village", bulan=month.after.text) if is_past else None,
        print_url=url_for("journal.village_print", bulan=month.text),
    )


@journal.get("/desa/cetak")
@requires(Permission.SEE_LOOKS)
def village_print() -> ResponseReturnValue:
    month = _month()
    return render_template(
        "journal/village_print.html",
        **_found(month),
        head=head_anchor(),
        printed_on=today(),
        back_url=url_for("journal.village", bulan=month.text),
    )


def _month() -> Month:
    try:
        month = Month.parse(request.args.get("bulan", ""))
    except ValueError as error:
        raise BadFilter(_("Tulis bulannya seperti 2026-03.")) from error
    if month > Month.parse(""):
        raise BadFilter(_("Bulan itu belum tiba."))
    return month


def _found(month: Month) -> dict[str, Any]:
    found = onlookers(current_area(), month)
    files = list(told_files.told_between(current_area(), *month.bounds))
    offices = places({who.area_code for who in found if who.area_code})
    return {
        "place": place(current_area().code),
        "month": f"{_(MONTHS[month.number - 1])} {month.year}",
        "columns": [
            {"label": label, "numeric": True}
            for label in (*(_(label) for label, _ways in COLUMNS), _("Hari"))
        ],
        "rows": [_row(who, offices) for who in found],
        "files": [(office_words(told.role, told.office, _), told) for told in files],
    }


def _row(who: Onlooker, offices: dict[str, Place]) -> dict[str, Any]:
    return {
        "account": who.username,
        "role": _(role_label(who.role)),
        "office": offices[who.area_code].title if who.area_code else None,
        "counts": [
            *(thousands(who.total(*ways)) for _label, ways in COLUMNS),
            thousands(len(who.days)),
        ],
    }
