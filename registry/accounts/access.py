"""The one enforcer: views declare what they need, and nothing undeclared is served.

`@requires(Permission.X)` and `@public` only mark a view; `enforce`, run before each request, reads
the mark. The typed doors to the request are `current_user()` and `current_area()`.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TypeVar, cast

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, logout_user
from flask_login import current_user as login_user_proxy
from sqlalchemy import bindparam, delete, select, update
from werkzeug.wrappers import Response

from registry.accounts import kept_forms
from registry.accounts.models import AwaitedCode, User, UserSession
from registry.accounts.roles import Permission, Role
from registry.accounts.tokens import if_named, new_token, token_digest
from registry.config import UnsafeStart
from registry.db import allow_writing, db, now
from registry.regions.area import Area

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
IDLE_LIMIT = timedelta(hours=2)
ABSOLUTE_LIMIT = timedelta(hours=12)
STAMP_EVERY = timedelta(minutes=5)
WAY_BACK_LENGTH = 1500
CONDUCT_VERSION = "2026-1"  # of the text in templates/accounts/conduct.html

SIGNING_IN = frozenset({"accounts.sign_in", "accounts.enter_code"})

# Made once: that takes longer than reading the row.
_SESSION = select(UserSession).where(UserSession.token_digest == bindparam("digest"))
View = TypeVar("View", bound=Callable[..., object])

login_manager = LoginManager()
login_manager.session_protection = None


class SignedIn(UserMixin):
    """What Flask-Login carries: the account behind a session token, not the account itself."""

    def __init__(self, token: str, user: User) -> None:
        self.token = token
        self.user = user

    def get_id(self) -> str:
        return self.token


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare the permission that a view needs."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Declare that a view is open to everybody."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def declared_permission(view: object) -> Permission | None:
    """The declared permission, None for a public view; raises LookupError when undeclared."""
    if not hasattr(view, "permission"):
        raise LookupError("undeclared")
    return cast(Permission | None, view.permission)


def open_transaction_mode() -> None:
    """Let only unsafe methods open writing transactions."""
    allow_writing(request.method not in SAFE_METHODS)


def enforce() -> Response | None:
    """Refuse what is undeclared (403), signed out (to sign-in), or beyond the role (403)."""
    if request.endpoint is None:
        return None
    try:
        permission = declared_permission(current_app.view_functions[request.endpoint])
    except LookupError:
        abort(403)
    if permission is None:
        return None
    if not login_user_proxy.is_authenticated:
        return _to_sign_in()
    user = current_user()
    unfinished = unfinished_step(user)
    if unfinished and request.endpoint not in (unfinished, "accounts.sign_out"):
        return redirect(url_for(unfinished))
    if not user.may(permission):
        abort(403)
    return None


def unfinished_step(user: User) -> str | None:
    """The endpoint of what an account must do before anything else opens, or None."""
    if user.must_change_password:
        return "accounts.change_password"
    if user.is_demo:
        return None
    if must_have_second_factor(user) and not user.has_second_factor:
        return "accounts.set_up_phone"
    if user.conduct_version != CONDUCT_VERSION:
        return "accounts.conduct"
    return None


def must_have_second_factor(user: User) -> bool:
    """Whether this installation asks the account's role for a code from a phone."""
    return user.role in current_app.config["SECOND_FACTOR_ROLES"] and not user.is_demo


def roles_named(names: Collection[str]) -> frozenset[Role]:
    """The roles of a setting; raises UnsafeStart for a name that is none."""
    unknown = set(names) - set(Role)
    if unknown:
        raise UnsafeStart(
            f"SECOND_FACTOR_ROLES: {', '.join(sorted(unknown))} bukan peran. "
            f"Pilihan: {', '.join(Role)}, atau - untuk tidak satu pun."
        )
    return frozenset(Role.of(name) for name in names)


def _to_sign_in() -> Response:
    if request.method in SAFE_METHODS:
        _remember_page()
        if g.get("session_expired"):
            flash(_("Sesi Anda berakhir. Masuk lagi untuk melanjutkan."), "warning")
    else:
        is_kept = kept_forms.keep_typed(request)
        return sign_in_again(is_kept)
    return redirect(url_for("accounts.sign_in"))


def _remember_page() -> None:
    """Keep the page that was asked for, to come back to it after signing in.

    Filters may name people: it is kept in the signed cookie and not in a URL. A browser drops a
    cookie of more than 4 KB, so of a very long address the page alone is kept.
    """
    asked = request.full_path.rstrip("?")
    session["way_back"] = asked if len(asked) <= WAY_BACK_LENGTH else request.path[:WAY_BACK_LENGTH]


def sign_in_again(is_kept: bool) -> Response:
    """To sign-in after a form could not be taken, and from there back to its page."""
    if kept_forms.has_page(request.path) and request.endpoint not in SIGNING_IN:
        _remember_page()
    said = _("Sesi Anda berakhir. Masuk lagi; isian Anda masih tersimpan.")
    if not is_kept:
        said = _("Sesi Anda berakhir; isian terakhir belum tersimpan. Masuk lagi, lalu ulangi.")
    flash(said, "warning")
    return redirect(url_for("accounts.sign_in"))


def current_user() -> User:
    """The account behind this request; only where somebody is signed in."""
    return cast(User, login_user_proxy.user)


def current_user_or_none() -> User | None:
    """The account behind this request, where somebody is signed in."""
    return current_user() if login_user_proxy.is_authenticated else None


def current_area() -> Area:
    """The area on which the user's role is held."""
    return current_user().area


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_signed_in(token: str) -> SignedIn | None:
    row = if_named(db.session.scalars(_SESSION, {"digest": token_digest(token)}).first(), token)
    if row is None or not row.user.is_active_account:
        g.session_expired = True  # ended elsewhere: by hand, a new password, a changed role
        return None
    moment = now()
    if moment - row.last_seen_at > IDLE_LIMIT or moment - row.created_at > ABSOLUTE_LIMIT:
        g.session_expired = True
        return None
    if moment - row.last_seen_at > STAMP_EVERY:
        g.stamp_session = row.token_digest
    return SignedIn(token, row.user)


def open_session(user: User, device: str) -> SignedIn:
    """A new server-side session for the account; the caller commits."""
    token = new_token(user.id)
    moment = now()
    db.session.add(
        UserSession(
            token_digest=token_digest(token),
            user_id=user.id,
            created_at=moment,
            last_seen_at=moment,
            device=device[:120],
        )
    )
    return SignedIn(token, user)


def end_this_session() -> None:
    """Sign the browser out and forget its session; the caller commits."""
    token = str(login_user_proxy.get_id())
    db.session.execute(delete(UserSession).where(UserSession.token_digest == token_digest(token)))
    logout_user()
    session.clear()


def end_all_sessions(user: User, *, but: str | None = None) -> int:
    """End every session and emergency access of the account, begun sign-ins included.

    Answers how many sessions; the caller commits.

    Args:
        but: the token of the one session that goes on.
    """
    user.access_ended_at = now()
    db.session.execute(delete(AwaitedCode).where(AwaitedCode.user_id == user.id))
    of_user = delete(UserSession).where(UserSession.user_id == user.id)
    if but is not None:
        of_user = of_user.where(UserSession.token_digest != token_digest(but))
    ended = db.session.execute(of_user)
    return int(ended.rowcount)  # type: ignore[attr-defined]


def stamp_session(moment: datetime, digest: bytes) -> None:
    """Note that the session was used; within a short write."""
    db.session.execute(
        update(UserSession).where(UserSession.token_digest == digest).values(last_seen_at=moment)
    )
