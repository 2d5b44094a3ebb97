"""Forms of signing in and of accounts; they check shape, `operations` checks the rules."""

import unicodedata
from typing import Any

from flask import abort
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from registry.accounts import queries
from registry.accounts.models import User
from registry.accounts.operations import AccountRefused
from registry.accounts.passwords import MAXIMUM_LENGTH
from registry.accounts.queries import AccountFilter, AccountState, RegionChoices
from registry.accounts.roles import Role, managed_roles
from registry.enums import LabelledEnum
from registry.formatting import dotted_code
from registry.forms import FORBIDDEN, BaseForm, WholeNumberField
from registry.validators import Between

LONGEST_PLACE = 120
# A name typed on a phone: no capital at its start, no correction.
AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}


class WholeEntry(PasswordInput):
    """A browser would cut what is pasted at `maxlength` without a word; a long one is told."""

    validation_attrs = ("required", "disabled")


class SecretField(Field):
    """A password exactly as typed, blanks included; it never comes back in a page."""

    widget = WholeEntry()

    def process_formdata(self, values: list[str]) -> None:
        if values:
            self.data = unicodedata.normalize("NFC", values[0])

    def _value(self) -> str:
        return ""


class AccountForm(BaseForm):
    """A form on which a refusal of the rules can be hung."""

    def hang(self, refusal: AccountRefused) -> None:
        """Show the refusal at its field, or above the form where it has none."""
        if refusal.field and refusal.field in self:
            field = self[refusal.field]
            field.errors = [*field.errors, str(refusal)]
        else:
            self.form_errors.append(str(refusal))


class SignInForm(AccountForm):
    username = StringField(
        _("Nama pengguna"),
        [InputRequired(_("Isi nama pengguna.")), Length(max=60)],
        render_kw=AS_TYPED,
    )
    password = SecretField(
        _("Kata sandi atau kode sekali pakai"), [InputRequired(_("Isi kata sandi."))]
    )


class CodeForm(AccountForm):
    code = StringField(
        _("Kode dari ponsel, atau kode pemulihan"),
        [InputRequired(_("Isi kode.")), Length(max=40)],
        description=_(
            "Enam angka yang tampil di aplikasi autentikator, atau satu kode dari kertas."
        ),
        render_kw=AS_TYPED,
    )


class ConfirmForm(CodeForm):
    """Signing in again for one act; the code is asked for where the account has a second factor."""

    password = SecretField(
        _("Kata sandi Anda"),
        [InputRequired(_("Isi kata sandi Anda."))],
        description=_("Sekali lagi, karena berkas ini memuat data banyak orang."),
    )

    def __init__(self, user: User, **values: Any) -> None:
        super().__init__(**values)
        if not user.has_second_factor:
            del self.code

    @property
    def given(self) -> tuple[str, str | None]:
        """Password and code as typed."""
        return self.password.data or "", self.code.data if "code" in self else None


class PhoneForm(AccountForm):
    """Setting up a phone, or another one; the present one is asked for where there is one."""

    code = StringField(
        _("Kode dari ponsel"),
        [InputRequired(_("Isi kode yang tampil di aplikasi.")), Length(max=20)],
        description=_("Enam angka yang kini tampil di aplikasi untuk Pamit."),
    )
    current_code = StringField(
        _("Kode dari ponsel yang lama, atau kode pemulihan"),
        [
            InputRequired(_("Isi kode dari ponsel yang lama, atau satu kode pemulihan.")),
            Length(max=40),
        ],
        render_kw=AS_TYPED,
    )
    current_password = SecretField(
        _("Kata sandi sekarang"), [InputRequired(_("Isi kata sandi yang sekarang."))]
    )


class ChangePasswordForm(AccountForm):
    current_password = SecretField(
        _("Kata sandi sekarang"), [InputRequired(_("Isi kata sandi yang sekarang."))]
    )
    new_password = SecretField(
        _("Kata sandi baru"),
        [
            InputRequired(_("Isi kata sandi baru.")),
            Length(max=MAXIMUM_LENGTH, message=_("Kata sandi paling banyak 128 karakter.")),
        ],
        description=_(
            "Paling sedikit 12 karakter. Beberapa kata yang tidak berhubungan mudah diingat dan "
            "sulit ditebak; spasi boleh."
        ),
    )
    repeat_password = SecretField(
        _("Ulangi kata sandi baru"),
        [
            InputRequired(_("Ulangi kata sandi baru.")),
            EqualTo("new_password", _("Kedua kata sandi tidak sama.")),
        ],
    )

    def current(self) -> str | None:
        """The current password, where the form asks for it."""
        return self.current_password.data if "current_password" in self else None


class UserForm(AccountForm):
    """Name, role and area of an account; the area is found by a search that needs no script."""

    name = StringField(_("Nama lengkap"), [InputRequired(_("Isi nama lengkap.")), Length(max=120)])
    role = RadioField(_("Peran"), [InputRequired(_("Pilih peran."))], validate_choice=False)
    area_text = StringField(
        _("Cari wilayah kerja"),
        [Optional(), Length(max=LONGEST_PLACE)],
        description=_("Tulis nama atau kode wilayah, lalu tekan Cari dan pilih dari daftar."),
    )
    search = SubmitField(_("Cari"))
    area_code = RadioField(
        _("Wilayah kerja"), [InputRequired(_("Pilih wilayah kerja."))], validate_choice=False
    )

    found: RegionChoices | None = None

    def offer(self, manager: User) -> None:
        """Fill in the roles that the manager gives out and the regions to choose from."""
        managed = managed_roles(manager.role)
        self.role.choices = [(r.value, gettext(r.label)) for r in Role if r in managed]
        asked = _member(Role, self.role.data)
        levels = queries.levels_for([asked] if asked in managed else managed)
        text, chosen = self._area_sought(), self.area_code.data
        self.found = queries.region_choices(manager.area, levels, text, chosen)
        self.area_code.choices = [
            (place.code, f"{place.full_title} ({dotted_code(place.code)})")
            for place in self.found.places
        ]
        if text and not chosen and len(self.found.places) == 1 and not self.search.data:
            # What was typed names one region only: no need to press the button first.
            self.area_code.raw_data = [self.found.places[0].code]
            self.area_code.data = self.found.places[0].code

    def _area_sought(self) -> str | None:
        """The text to look for, where it can be a name: no database is asked for anything else."""
        text: str | None = self.area_text.data
        is_name = text and len(text) <= LONGEST_PLACE and not FORBIDDEN.search(text)
        return text if is_name else None

    def keep_post(self) -> None:
        """Leave out what nobody may change of the own account."""
        for name in ("role", "area_text", "search", "area_code"):
            del self[name]

    def is_complete(self) -> bool:
        """Whether the form was sent to be saved, and not to search for a region."""
        if "search" in self and self.search.data:
            self.judge_alone("area_text")
            return False
        return bool(self.validate_on_submit())

    @property
    def wanted_role(self) -> Role:
        """The role asked for; 403 when it is none."""
        role: Role | None = _member(Role, self.role.data)
        return role or abort(403)


class NewUserForm(UserForm):
    username = StringField(
        _("Nama pengguna"),
        [InputRequired(_("Isi nama pengguna.")), Length(max=40)],
        description=_(
            "Huruf kecil, angka, titik, atau garis, misalnya siti.waymengaku. "
            "Tidak dapat diubah, dan tampil di jurnal."
        ),
        render_kw=AS_TYPED,
    )


class AccountFilterForm(BaseForm):
    """The filters of the list of accounts, in the address of the page."""

    class Meta(BaseForm.Meta):
        csrf = False

    peran = SelectField(_("Peran"), [Optional()])
    keadaan = SelectField(_("Keadaan"), [Optional()])
    wilayah = StringField(_("Wilayah"), [Length(max=LONGEST_PLACE)])
    q = StringField(_("Nama atau nama pengguna"), [Length(max=120)])
    setelah = WholeNumberField(validators=[Optional(), Between(0, 2**31 - 1)])

    def offer(self, manager: User) -> None:
        anything = ("", gettext("Semua"))
        managed = managed_roles(manager.role)
        roles = [(r.value, gettext(r.label)) for r in Role if r in managed]
        states = [(state.value, gettext(state.label)) for state in AccountState]
        self.peran.choices, self.keadaan.choices = [anything, *roles], [anything, *states]

    def wanted(self, manager: User) -> AccountFilter:
        """The filter; 400 for a value that is none, never an ignored one."""
        if not self.validate():
            abort(400)
        region_text = self.wilayah.data
        return AccountFilter(
            role=_member(Role, self.peran.data),
            state=_member(AccountState, self.keadaan.data),
            regions=(queries.regions_matching(manager.area, region_text) if region_text else None),
            text=self.q.data,
            after=self.setelah.data,
        )

    def has_any(self) -> bool:
        return any(f.data for f in (self.peran, self.keadaan, self.wilayah, self.q))


def _member(members: type[LabelledEnum], value: Any) -> Any:
    return members.from_text(str(value)) if value else None
