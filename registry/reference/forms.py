"""Forms of the reference data that administrators edit."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Optional

from registry.forms import BaseForm, NearDateField


class VillageTermForm(BaseForm):
    """What a desa and its head are called in a kabupaten."""

    term = StringField(_l("Sebutan desa"), [DataRequired(_l("Isi sebutannya.")), Length(max=40)])
    head_term = StringField(
        _l("Sebutan kepalanya"), [DataRequired(_l("Isi sebutannya.")), Length(max=60)]
    )
    note = StringField(_l("Sumber"), [DataRequired(_l("Tulis sumbernya.")), Length(max=250)])


class AgencyForm(BaseForm):
    """A placement agency (P3MI) and where it is known from."""

    name = StringField(_l("Nama P3MI"), [DataRequired(_l("Isi nama P3MI.")), Length(max=160)])
    licence_number = StringField(_l("Nomor SIP3MI"), [Optional(), Length(max=80)])
    licence_valid_to = NearDateField(_l("Izin berlaku sampai"), [Optional()])
    address = StringField(_l("Alamat"), [Optional(), Length(max=250)])
    source = StringField(_l("Sumber"), [DataRequired(_l("Tulis sumbernya.")), Length(max=250)])
