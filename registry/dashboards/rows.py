"""A dashboard's tables as HTML: made here, since a page has hundreds of rows.

A template takes five times as long for a row; everything that is no number is escaped.
"""

from functools import lru_cache

from markupsafe import Markup

from registry.charts import bar_html
from registry.dashboards.suppression import Mark, Shown
from registry.dashboards.tables import Row, Table
from registry.escaping import escaped, linked
from registry.extensions import gettext as _
from registry.extensions import page_language
from registry.formatting import thousands


def table_with_bars(table: Table) -> Markup:
    """Each row: the label, the number, a bar as long as it is of the scale, and the share.

    On a phone too a row is one line, as bars are there to be compared; the share gives way.
    """
    number, bars, share = _headings(page_language())
    rows = "".join(_row(row, table.scale) for row in table.rows)
    total = f"<tfoot>{_row(table.total, None)}</tfoot>" if table.total else ""
    return Markup(  # noqa: S704 - escaped here and in the rows
        f'<div class="table-frame"><table class="table sorts">'
        f'<caption class="visually-hidden">{escaped(table.title)}</caption><thead><tr>'
        f'<th scope="col" class="px-2">{escaped(table.head)}</th>'
        f'<th scope="col" class="number px-2">{number}</th>'
        f'<th scope="col"><span class="visually-hidden">{bars}</span></th>'
        f'<th scope="col" class="number px-2 d-none d-sm-table-cell">{share}</th>'
        f"</tr></thead><tbody>{rows}</tbody>{total}</table></div>"
    )


@lru_cache(maxsize=8)
def _headings(_locale: str) -> tuple[str, str, str]:
    return escaped(_("Jumlah")), escaped(_("Perbandingan")), escaped(_("Bagian"))


def _row(row: Row, scale: int | None) -> str:
    number, drawn = _number(row.value), "<td></td>"
    if row.url:
        number = f'<a href="{escaped(row.url)}">{number}</a>'
    if scale is not None:
        length = None if isinstance(row.value, Mark) else row.value
        drawn = bar_html(length, scale)
        drawn = f'<td class="w-25 px-2 align-middle" aria-hidden="true">{drawn}</td>'
    return (
        f'<tr><th scope="row" class="px-2">{linked(row.label, row.deeper_url)}</th>'
        f'<td class="number px-2">{number}</td>{drawn}'
        f'<td class="number px-2 d-none d-sm-table-cell">{row.share}</td></tr>'
    )


def said(value: Shown) -> str:
    """A number as it is written, or the mark in its place."""
    return value.value if isinstance(value, Mark) else thousands(value)


def _number(value: Shown) -> str:
    """The same as HTML: a mark may be `<5`."""
    return escaped(value.value) if isinstance(value, Mark) else thousands(value)
