"""The page of usage: which of the accounts below are in use, and what waits for them."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.forms import AccountFilterForm
from registry.accounts.queries import list_accounts, state_of
from registry.accounts.roles import Permission
from registry.usage.queries import NOTHING, recorded_by

usage = Blueprint("usage", __name__)


@usage.get("/akun/pemakaian")
@requires(Permission.MANAGE_ACCOUNTS)
def index() -> ResponseReturnValue:
    manager = current_user()
    filters = AccountFilterForm(request.args)
    filters.offer(manager)
    page = list_accounts(current_area(), manager.role, filters.wanted(manager))
    after: dict[str, Any] = {**request.args.to_dict(), "setelah": page.next_after}
    return render_template(
        "usage/index.html",
        filters=filters,
        page=page,
        recorded=recorded_by(current_area(), [user.username for user in page.users]),
        nothing=NOTHING,
        state_of=state_of,
        next_url=url_for(".index", **after) if page.next_after else None,
    )
