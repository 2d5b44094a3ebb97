"""Four planted flaws, one for each kind that the scanners must find.

Served by `bench.scanners.served` where it is told to, and read by bandit as source.
"""

from flask import Flask, Response, request
from markupsafe import Markup
from sqlalchemy import text

from registry.accounts.access import public
from registry.db import db
from registry.extensions import csrf

LINKS = (
    '<a href="/cacat/gema?q=a">1</a> <a href="/cacat/urut?nama=a">2</a> '
    '<a href="/cacat/angka?n=1">3</a> <form method="post" action="/cacat/simpan">'
    '<input name="catatan" value="a"><button>4</button></form>'
)


@public
def echo() -> str:
    """A page that shows a text as it came."""
    return str(Markup(f"<!doctype html><title>a</title><p>{request.args.get('q', '')}"))  # noqa: S704 (the flaw)


@public
def by_hand() -> str:
    """A query whose words are put together by hand."""
    query = f"SELECT count(*) FROM user_account WHERE role != '{request.args.get('nama', '')}'"  # noqa: S608 (the flaw)
    return f"<!doctype html><title>a</title><p>{db.session.execute(text(query)).scalar_one()} orang"


@public
def number() -> str:
    """A page that breaks on whatever is no number."""
    return f"<!doctype html><title>a</title><p>{int(request.args.get('n', '1'))}"


@public
def unasked() -> str:
    """A form that is taken without its token."""
    return "<!doctype html><title>a</title><p>Tersimpan"


def link(response: Response) -> Response:
    """Let the first page lead to the flaws."""
    if request.path == "/" and response.status_code == 200 and not response.is_streamed:
        response.set_data(response.get_data().replace(b"</main>", f"{LINKS}</main>".encode()))
    return response


def plant(app: Flask) -> None:
    """Add the flaws to the application, as routes of its own."""
    app.add_url_rule("/cacat/gema", "flaw.echo", echo)
    app.add_url_rule("/cacat/urut", "flaw.by_hand", by_hand)
    app.add_url_rule("/cacat/angka", "flaw.number", number)
    app.add_url_rule("/cacat/simpan", "flaw.unasked", csrf.exempt(unasked), methods=["POST"])
    app.after_request(link)
