"""The user's own account: devices, password, phone, code of conduct."""

import segno
from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import (
    access,
    browsers,
    known_browsers,
    operations,
    queries,
    second_factor,
    second_step,
    signing_in,
    totp,
)
from registry.accounts.access import current_user, requires
from registry.accounts.forms import ChangePasswordForm, PhoneForm
from registry.accounts.models import User
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import Permission
from registry.accounts.routes import accounts
from registry.accounts.tokens import token_digest
from registry.db import db
from registry.regions.queries import place


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
        recovery_codes=second_factor.count_recovery_codes(user),
    )


@accounts.post("/akun/saya/keluar-semua")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    signing_in.end_sessions(current_user())
    session.clear()
    db.session.commit()
    flash(_("Anda sudah keluar dari semua perangkat."), "success")
    return redirect(url_for(".sign_in"))


@accounts.post("/akun/saya/keluar-lain")
@requires(Permission.OWN_ACCOUNT)
def end_other_sessions() -> ResponseReturnValue:
    signing_in.end_sessions(current_user(), but=session["_user_id"])
    known_browsers.remember(current_user())
    db.session.commit()
    flash(_("Semua perangkat lain sudah dikeluarkan."), "success")
    return redirect(url_for(".profile"))


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
            device = browsers.this_browser().device
            browsers.go_on_with(signing_in.change_password(user, new, device=device))
            db.session.commit()
            flash(_("Kata sandi sudah diganti."), "success")
            return redirect(browsers.onward(user, None if is_forced else url_for(".profile")))
    return render_template("accounts/change_password.html", form=form, is_forced=is_forced)


@accounts.route("/akun/ponsel", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def set_up_phone() -> ResponseReturnValue:
    user = current_user()
    if user.is_demo:
        flash(_("Akun contoh dipakai bersama, jadi tidak memakai kode dari ponsel."), "info")
        return redirect(url_for(".profile"))
    secret, session["phone"] = second_factor.offer(user, session.get("phone"))
    form = PhoneForm()
    if not user.has_second_factor:
        del form.current_code
    if form.validate_on_submit():
        try:
            codes = _add_phone(user, secret, form)
        except AccountRefused as refusal:
            form.hang(refusal)
        else:
            return render_template(
                "accounts/recovery_codes.html", user=user, codes=codes, onward=browsers.onward(user)
            )
    return render_template(
        "accounts/phone.html",
        form=form,
        user=user,
        secret=second_factor.in_groups(secret),
        address=totp.address_of(secret, user.username),
        picture=_picture(totp.address_of(secret, user.username)),
        is_forced=access.unfinished_step(user) is not None,
    )


@accounts.route("/akun/kode-etik", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def conduct() -> ResponseReturnValue:
    user = current_user()
    if request.method == "POST":
        operations.accept_conduct(user)
        db.session.commit()
        return redirect(browsers.onward(user))
    return render_template(
        "accounts/conduct.html",
        user=user,
        version=access.CONDUCT_VERSION,
        must_accept=access.unfinished_step(user) is not None,
    )


def _add_phone(user: User, secret: bytes, form: PhoneForm) -> list[str]:
    """Check password and codes, set up the phone, and give this browser a new session."""
    held = signing_in.confirm_password(user, form.current_password.data)
    if user.has_second_factor:
        second_step.claim_code(user)
    signing_in.refuse_if_changed(user, held)
    if user.has_second_factor:
        second_step.confirm_code(user, form.current_code.data)
    codes = second_factor.add(user, secret, form.code.data)
    browsers.go_on_with(access.open_session(user, browsers.this_browser().device))
    session.pop("phone")
    db.session.commit()
    return codes


def _picture(address: str) -> str:
    """A QR code as an address of data, which the content policy allows for pictures."""
    return str(segno.make(address, error="m").svg_data_uri(scale=4))
