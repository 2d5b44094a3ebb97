"""Judging again the open departures that a change of the reference data touches."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, stream_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registry.accounts.access import requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures.assessing import count_due, judge_put_off, put_off
from registry.departures.rejudging import BATCH, rejudge
from registry.departures.summary.storing import fold_quietly
from registry.departures.touching import touched
from registry.formatting import thousands, today
from registry.reference_pages.routes import reference

log = logging.getLogger("pamit")


class Rejudging:
    """The watcher of one operation."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def touch(self, model: Any, before: Any | None, after: Any | None) -> None:
        """Note the open departures that the changed row touches."""
        self._ids.update(touched(model, before, after))

    @property
    def count(self) -> int:
        """How many departures are to be judged again."""
        return len(self._ids)

    def finish(self, said: str, back_url: str, back_label: str) -> ResponseReturnValue:
        """Commit the change and judge what it touches: at once where these are few.

        Else the change is committed first, and they are judged on a page with a progress bar, in
        short transactions, for nobody should wait that long to save a record.
        """
        ids = sorted(self._ids)
        if len(ids) > BATCH:
            put_off(ids, today())
            db.session.commit()
            return _judge_before_their_eyes(len(ids), said, back_url, back_label)
        rejudge(ids, today())
        db.session.commit()
        flash(f"{said} {_judged(len(ids))}", "success")
        return redirect(back_url)


@reference.post("/nilai-ulang")
@requires(Permission.MANAGE_REFERENCE)
def judge_again() -> ResponseReturnValue:
    """Go on where judging was cut short."""
    said, back_url, back_label = _("Penilaian selesai."), url_for(".index"), _("Data rujukan")
    return _judge_before_their_eyes(count_due(today()), said, back_url, back_label)


def _judge_before_their_eyes(
    total: int, said: str, back_url: str, back_label: str
) -> ResponseReturnValue:
    about = {"total": total, "said": said, "back_url": back_url, "back_label": back_label}
    page = stream_with_context(_page(_done_so_far(total), about))
    # Compressing would hold the page back until its end; a proxy might as well.
    return Response(page, headers={"Content-Encoding": "identity", "X-Accel-Buffering": "no"})


def _page(done: Iterator[int | None], about: dict[str, Any]) -> Iterator[str]:
    try:
        yield from stream_template("reference/judging.html", done=done, **about)
    finally:
        # Whoever closes the page before its end does not stop the work.
        for _count in done:
            pass
        fold_quietly()


def _done_so_far(total: int) -> Iterator[int | None]:
    """How many are judged after each step, `total` at last; None where it was cut short."""
    done = 0
    try:
        for count in judge_put_off(today()):
            done += count
            if done < total:
                yield done
    except Exception as error:
        # Its message may hold personal data; its kind and the lines passed do not.
        passed = "".join(traceback.format_tb(error.__traceback__))
        log.error("unexpected %s in judging again\n%s", type(error).__name__, passed)
        yield None
    else:
        yield total


def _judged(count: int) -> str:
    if count:
        return str(
            ngettext(
                "%(count)s keberangkatan dinilai ulang.",
                "%(count)s keberangkatan dinilai ulang.",
                count,
                count=thousands(count),
            )
        )
    return str(_("Tidak ada keberangkatan yang perlu dinilai ulang."))
