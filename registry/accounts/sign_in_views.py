"""Signing in and out, and the language."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import access, browsers, second_step, signing_in
from registry.accounts.access import current_user, public, requires
from registry.accounts.forms import CodeForm, SignInForm
from registry.accounts.roles import Permission
from registry.accounts.routes import accounts
from registry.accounts.slowdown import TooSoon
from registry.db import db
from registry.extensions import LANGUAGES


@accounts.route("/masuk", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and access.current_user_or_none():
        return redirect("/")
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    try:
        result = signing_in.sign_in(form.username.data, form.password.data, browsers.this_browser())
    except TooSoon as wait:
        return _waiting_page(form, wait)
    target = browsers.start_session(result.signed_in) if result.signed_in else None
    if result.awaited:
        session["awaited_code"], target = result.awaited, url_for(".enter_code")
    db.session.commit()
    if result.wait:
        return _waiting_page(form, result.wait)
    return redirect(target) if target else _sign_in_page(form, result.message)


@accounts.route("/masuk/kode", methods=["GET", "POST"])
@public
def enter_code() -> ResponseReturnValue:
    awaited = session.get("awaited_code")
    if not awaited:
        return redirect(url_for(".sign_in"))
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    try:
        result = second_step.take(awaited, form.code.data, browsers.this_browser())
    except TooSoon as wait:
        return _code_page(form, str(wait)), 429, wait.headers
    if result.is_over:
        session.pop("awaited_code")
        flash(result.message or "", "warning")
        return redirect(url_for(".sign_in"))
    target = browsers.start_session(result.signed_in) if result.signed_in else None
    if result.codes_left is not None:
        left = result.codes_left
        flash(_("Kode pemulihan itu sudah terpakai. Tersisa %(count)s.", count=left), "warning")
    db.session.commit()
    return redirect(target) if target else _code_page(form, result.message)


@accounts.post("/keluar")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    user = current_user()
    signing_in.sign_out(user)
    session["language"] = user.language
    db.session.commit()
    flash(_("Anda sudah keluar."), "success")
    return redirect(url_for(".sign_in"))


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
    return redirect(browsers.local(request.form.get("next")))


def _sign_in_page(form: SignInForm, message: str | None = None, *, must_wait: bool = False) -> str:
    if message:
        form.form_errors.append(message)
    return render_template("accounts/sign_in.html", form=form, must_wait=must_wait)


def _waiting_page(form: SignInForm, wait: TooSoon) -> ResponseReturnValue:
    return _sign_in_page(form, str(wait), must_wait=True), 429, wait.headers


def _code_page(form: CodeForm, message: str | None = None) -> str:
    if message:
        form.code.errors = [message]
    return render_template("accounts/enter_code.html", form=form)
