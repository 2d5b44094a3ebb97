"""Signing in and accounts."""

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from registry.accounts import access, kept_forms, operations, passwords, queries, signing_in
from registry.accounts.access import SignedIn, current_area, current_user, public, requires
from registry.accounts.forms import (
    AccountFilterForm,
    ChangePasswordForm,
    NewUserForm,
    SignInForm,
    UserForm,
)
from registry.accounts.models import User, token_digest
from registry.accounts.operations import AccountRefused
from registry.accounts.passwords import OneTimeCode
from registry.accounts.roles import Permission, Role, managed_roles
from registry.accounts.slowdown import TooSoon
from registry.db import db
from registry.extensions import LANGUAGES
from registry.regions.queries import place

accounts = Blueprint("accounts", __name__)

LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")


@accounts.route("/masuk", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and access.current_user_or_none():
        return redirect("/")
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    try:
        result = signing_in.sign_in(
            form.username.data,
            form.password.data,
            address=signing_in.network_of(request.remote_addr),
            device=_device(),
            old_token=session.get("_user_id"),
        )
    except TooSoon as wait:
        return _sign_in_page(form, str(wait)), 429
    target = _start_browser_session(result.signed_in) if result.signed_in else None
    db.session.commit()
    return redirect(target) if target else _sign_in_page(form, result.message)


@accounts.post("/keluar")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    user = current_user()
    signing_in.sign_out(user)
    session["language"] = user.language
    db.session.commit()
    flash(_("Anda sudah keluar."), "success")
    return redirect(url_for(".sign_in"))


@accounts.get("/akun/saya")
@requires(Permission.OWN_ACCOUNT)
def profile() -> ResponseReturnValue:
    user = current_user()
    return render_template(
        "accounts/profile.html",
        user=user,
        place=place(user.area_code),
        sessions=queries.list_sessions(user),
        this_session=token_digest(session["_user_id"]),
    )


@accounts.post("/akun/saya/keluar-semua")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    signing_in.end_sessions(current_user())
    session.clear()
    db.session.commit()
    flash(_("Anda sudah keluar dari semua perangkat."), "success")
    return redirect(url_for(".sign_in"))


@accounts.post("/akun/saya/sesi/<string(length=16):name>/akhiri")
@requires(Permission.OWN_ACCOUNT)
def end_session(name: str) -> ResponseReturnValue:
    if not signing_in.end_session(current_user(), name):
        abort(404)
    db.session.commit()
    flash(_("Perangkat itu sudah dikeluarkan."), "success")
    return redirect(url_for(".profile"))


@accounts.route("/akun/kata-sandi", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    user = current_user()
    is_forced = user.must_change_password
    form = ChangePasswordForm()
    if is_forced:
        del form.current_password
    if form.validate_on_submit():
        try:
            new = signing_in.prepare_password(user, form.current(), form.new_password.data)
        except AccountRefused as refusal:
            form.hang(refusal)
        else:
            login_user(signing_in.change_password(user, new, device=_device()))
            db.session.commit()
            flash(_("Kata sandi sudah diganti."), "success")
            return redirect(_local(session.pop("way_back", None if is_forced else "/akun/saya")))
    return render_template("accounts/change_password.html", form=form, is_forced=is_forced)


@accounts.post("/bahasa")
@public
def switch_language() -> ResponseReturnValue:
    language = request.form.get("language")
    if language not in LANGUAGES:
        abort(400)
    session["language"] = language
    if user := access.current_user_or_none():
        signing_in.set_language(user, language)
    db.session.commit()
    return redirect(_local(request.form.get("next")))


@accounts.get("/akun")
@requires(Permission.MANAGE_ACCOUNTS)
def users() -> ResponseReturnValue:
    manager = current_user()
    filters = AccountFilterForm(request.args)
    filters.offer(manager)
    page = queries.list_accounts(current_area(), manager.role, filters.wanted(manager))
    after: dict[str, Any] = {**request.args.to_dict(), "setelah": page.next_after}
    return render_template(
        "accounts/users.html",
        filters=filters,
        page=page,
        state_of=queries.state_of,
        own_id=manager.id,
        next_url=url_for(".users", **after) if page.next_after else None,
    )


@accounts.route("/akun/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def create_user() -> ResponseReturnValue:
    form = NewUserForm(formdata=kept_forms.formdata(current_user(), request.path))
    form.offer(current_user())
    if form.is_complete():
        role, area_code = _within_own_post(form.wanted_role, form.area_code.data)
        with signing_in.without_lock():
            code = passwords.new_code()
        try:
            user = operations.create_user(
                username=form.username.data, name=form.name.data, role=role,
                area_code=area_code, by=current_user().actor, code=code,
            )  # fmt: skip
        except AccountRefused as refusal:
            form.hang(refusal)
        else:
            db.session.commit()
            return _code_page(user, code)
    return render_template("accounts/new_user.html", form=form)


@accounts.route("/akun/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def edit_user(user_id: int) -> ResponseReturnValue:
    user = _managed(user_id)
    form = _form_for(user)
    if form.is_complete():
        role, area_code = user.role, user.area_code
        if "role" in form:
            role, area_code = _within_own_post(form.wanted_role, form.area_code.data)
        try:
            operations.change_user(
                user, name=form.name.data, role=role, area_code=area_code, by=current_user().actor
            )
        except AccountRefused as refusal:
            form.hang(refusal)
        else:
            db.session.commit()
            flash(_("Akun sudah diperbarui."), "success")
            return redirect(url_for(".users"))
    return _edit_page(user, form)


@accounts.post("/akun/<int:user_id>/kode")
@requires(Permission.MANAGE_ACCOUNTS)
def reset_user(user_id: int) -> ResponseReturnValue:
    user = _managed(user_id)
    with signing_in.without_lock():
        code = passwords.new_code()
    operations.reset_user(user, code, by=current_user().actor)
    db.session.commit()
    return _code_page(user, code)


@accounts.post("/akun/<int:user_id>/nonaktif")
@requires(Permission.MANAGE_ACCOUNTS)
def deactivate_user(user_id: int) -> ResponseReturnValue:
    user = _managed(user_id)
    operations.deactivate(user, by=current_user().actor)
    db.session.commit()
    flash(_("Akun %(username)s dinonaktifkan.", username=user.username), "success")
    return redirect(url_for(".users"))


@accounts.post("/akun/<int:user_id>/aktif")
@requires(Permission.MANAGE_ACCOUNTS)
def activate_user(user_id: int) -> ResponseReturnValue:
    user = _managed(user_id)
    operations.activate(user, by=current_user().actor)
    db.session.commit()
    flash(_("Akun %(username)s diaktifkan.", username=user.username), "success")
    return redirect(url_for(".edit_user", user_id=user.id))


def _managed(user_id: int) -> User:
    """The account: 404 out of the area, 403 when the role is not one that this user manages."""
    user = queries.find_user(current_area(), user_id) or abort(404)
    if user.role not in managed_roles(current_user().role):
        abort(403)
    return user


def _within_own_post(role: Role, area_code: str) -> tuple[Role, str]:
    """Role and area as given: 404 out of the area, 403 for a role not managed by this user."""
    code = current_area().narrow(area_code).code
    if role not in managed_roles(current_user().role):
        abort(403)
    return role, code


def _form_for(user: User) -> UserForm:
    form = UserForm(formdata=kept_forms.formdata(current_user(), request.path), obj=user)
    if user.id == current_user().id:
        form.keep_post()
    else:
        form.offer(current_user())
    return form


def _edit_page(user: User, form: UserForm) -> str:
    return render_template(
        "accounts/edit_user.html",
        form=form,
        user=user,
        place=place(user.area_code),
        state=queries.state_of(user),
        is_own=user.id == current_user().id,
    )


def _code_page(user: User, code: OneTimeCode) -> str:
    return render_template("accounts/code.html", user=user, code=code.text)


def _sign_in_page(form: SignInForm, message: str | None = None) -> str:
    if message:
        form.form_errors.append(message)
    return render_template("accounts/sign_in.html", form=form)


def _start_browser_session(signed_in: SignedIn) -> str:
    """Replace all that the browser's cookie held; answers where to go."""
    kept_id, way_back = session.get("kept_form"), session.get("way_back")
    session.clear()
    session.permanent = True
    if kept_forms.is_of(signed_in.user, kept_id):
        session["kept_form"] = kept_id
    elif kept_id:
        way_back = None  # somebody else's page
    login_user(signed_in)
    if signed_in.user.must_change_password:
        session["way_back"] = way_back
        return url_for(".change_password")
    return _local(way_back)


def _local(path: str | None) -> str:
    """The path when it is one of our own pages, else the first page."""
    if path and LOCAL_PATH.fullmatch(path) and kept_forms.has_page(path.partition("?")[0]):
        return path
    return "/"


def _device() -> str:
    return signing_in.device_of(request.user_agent.string)
