"""The accounts that an office manages."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import (
    kept_forms,
    operations,
    passwords,
    queries,
    second_factor,
    signing_in,
)
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.forms import AccountFilterForm, NewUserForm, UserForm
from registry.accounts.models import User
from registry.accounts.operations import AccountRefused
from registry.accounts.passwords import OneTimeCode
from registry.accounts.roles import Permission, Role, managed_roles
from registry.accounts.routes import accounts
from registry.db import db
from registry.regions.queries import place


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


@accounts.post("/akun/<int:user_id>/ponsel/lepas")
@requires(Permission.MANAGE_ACCOUNTS)
def remove_phone(user_id: int) -> ResponseReturnValue:
    user = _managed(user_id)
    second_factor.remove(user, by=current_user().actor)
    db.session.commit()
    flash(_("Ponsel akun %(username)s dilepas.", username=user.username), "success")
    return redirect(url_for(".edit_user", user_id=user.id))


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
