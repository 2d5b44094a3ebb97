"""The rows of a dashboard's tables as HTML: made here, since a page has hundreds of them.

A template takes five times as long for a row; everything that is no number is escaped.
"""

from collections.abc import Iterable

from markupsafe import Markup, escape

from registry.charts import bar
from registry.dashboards.tables import Row
from registry.formatting import thousands


def rows_with_bars(rows: Iterable[Row], highest: int | None) -> Markup:
    """Table rows: the label, the number, a bar as long as it is of the highest, and the share.

    Args:
        highest: None for rows without a bar, as those of totals.
    """
    return Markup("").join(Markup(_row(row, highest)) for row in rows)  # noqa: S704 - escaped there


def _row(row: Row, highest: int | None) -> str:
    drawn = (
        "<td></td>"
        if highest is None
        else f'<td class="w-25 px-2 align-middle" aria-hidden="true">{bar(row.value, highest)}</td>'
    )
    return (
        f'<tr><th scope="row" class="px-2">{_linked(row.label, row.deeper_url)}</th>'
        f'<td class="number px-2">{_linked(thousands(row.value), row.url)}</td>{drawn}'
        f'<td class="number px-2 d-none d-sm-table-cell">{escape(row.share)}</td></tr>'
    )


def _linked(words: str, url: str | None) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>' if url else str(escape(words))
