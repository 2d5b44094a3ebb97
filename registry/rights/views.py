"""How long data are kept, as the administrator sees it: the policy and figures, never a person."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import current_area, requires
from registry.accounts.roles import Permission
from registry.enums import RetentionKind
from registry.formatting import today
from registry.rights.policy import find_due, rules_in_force
from registry.rights.routes import rights

COMMANDS = ("flask --app wsgi retention list", "flask --app wsgi retention run --yes")


@rights.get("/masa-simpan")
@requires(Permission.MANAGE_REFERENCE)
def retention() -> ResponseReturnValue:
    day = today()
    due = find_due(current_area(), day)
    rules = rules_in_force(day)
    return render_template(
        "rights/retention.html",
        lines=[(kind, rules.get(kind), due.counts()[kind]) for kind in RetentionKind],
        drafts=len(due.drafts),
        people=len(due.people),
        kept_with_another=due.kept_with_another,
        commands=COMMANDS,
        list_url=url_for("reference.rows", slug="masa-simpan"),
    )
