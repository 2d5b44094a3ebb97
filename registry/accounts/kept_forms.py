"""What somebody typed when the session had expired: kept sealed, for that user alone, for an hour.

A form's view shows it again with `Form(formdata=kept_forms.formdata(user, request.path))` on GET.
"""

import json
import secrets
from datetime import timedelta

from flask import Request, current_app, request, session
from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict

from registry.accounts.models import KeptForm, User, UserSession
from registry.accounts.tokens import if_named, token_digest
from registry.db import db, now, short_write
from registry.sealing import keyring

KEPT_FOR = timedelta(hours=1)
MOST_BYTES = 64 * 1024
MOST_PER_USER = 5
MOST_PATH = 200
NEVER_KEPT = frozenset({"csrf_token", "code", "current_code"})
SEALED_AS = ("kept_form", "sealed")


def keep_typed(request: Request) -> bool:
    """Keep the posted fields for the user of the expired session; answers whether it did.

    Only a form that a GET on the same address shows again is kept, and never a password. The caller
    has checked the CSRF token, so nobody else can have typed it.
    """
    user = _user_of_expired_session()
    typed = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in NEVER_KEPT and "password" not in name
    ]
    if user is None or not typed or not has_page(request.path):
        return False
    plain = json.dumps(typed).encode()
    if len(plain) > MOST_BYTES or len(request.path) > MOST_PATH:
        return False
    with short_write():
        _make_room(user.id)
        session["kept_form"] = _keep(user.id, request.path, plain)
    return True


def has_page(path: str) -> bool:
    """Whether a GET on this address of ours shows a page."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")


def formdata(user: User, path: str) -> MultiDict[str, str] | None:
    """What a form begins with: the posted fields; on GET what the user typed before, once."""
    return request.form if request.method == "POST" else take(user, path)


def take(user: User, path: str) -> MultiDict[str, str] | None:
    """Give back the kept form to its own user on its own address, and delete it."""
    kept_id = session.get("kept_form")
    row = db.session.get(KeptForm, str(kept_id)) if kept_id else None
    if row is None or row.user_id != user.id or row.path != path:
        return None
    kept_id, sealed, is_fresh = row.id, row.sealed, row.expires_at > now()
    with short_write():
        db.session.execute(delete(KeptForm).where(KeptForm.id == kept_id))
    session.pop("kept_form")
    if not is_fresh:
        return None
    return MultiDict(json.loads(keyring().unseal(sealed, *SEALED_AS, kept_id)))


def is_of(user: User, kept_id: str | None) -> bool:
    """Whether the kept form is this user's."""
    row = db.session.get(KeptForm, kept_id) if kept_id else None
    return row is not None and row.user_id == user.id


def purge() -> None:
    """Delete what was kept longer than an hour; within a writing transaction."""
    db.session.execute(delete(KeptForm).where(KeptForm.expires_at < now()))


def _user_of_expired_session() -> User | None:
    token = str(session.get("_user_id", ""))
    row = if_named(db.session.get(UserSession, token_digest(token)), token)
    return row.user if row is not None and row.user.is_active_account else None


def _keep(user_id: int, path: str, plain: bytes) -> str:
    kept_id = secrets.token_urlsafe(32)
    sealed = keyring().seal(plain, *SEALED_AS, kept_id)
    db.session.add(
        KeptForm(id=kept_id, user_id=user_id, path=path, sealed=sealed, expires_at=now() + KEPT_FOR)
    )
    return kept_id


def _make_room(user_id: int) -> None:
    purge()
    newest_first = (
        select(KeptForm.id).where(KeptForm.user_id == user_id).order_by(KeptForm.expires_at.desc())
    )
    too_old = list(db.session.scalars(newest_first.offset(MOST_PER_USER - 1)))
    db.session.execute(delete(KeptForm).where(KeptForm.id.in_(too_old)))
