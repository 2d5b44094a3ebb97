"""The fields of the program's forms that hold text, found by walking the classes of its forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, FileField, HiddenField, StringField, SubmitField
from wtforms.fields.choices import SelectFieldBase
from wtforms.fields.core import UnboundField
from wtforms.validators import Length

from registry.accounts.forms import AccountForm
from registry.departures.forms import StepForm
from registry.forms import BaseForm
from registry.reference.lists import LISTS
from registry.reference_pages.forms import row_form

NOT_TYPED = (SelectFieldBase, BooleanField, FileField, SubmitField)
# What other forms are made from; no page has one of them as it is.
ONLY_BASES = frozenset({AccountForm, BaseForm, StepForm})


@dataclass(frozen=True)
class TextField:
    """A field that a browser sends as text.

    Attributes:
        form: the form as `name_of` calls it.
        most, least: how long its validators let a text be; None where they say nothing.
        label: as it is given to the field; None where nobody named it.
    """

    form: str
    name: str
    kind: type[Any]
    least: int
    most: int | None
    label: Any

    @property
    def is_hidden(self) -> bool:
        return issubclass(self.kind, HiddenField)

    @property
    def is_free(self) -> bool:
        """Whether it takes words as they come: no number, day or password."""
        return issubclass(self.kind, StringField) and not self.is_hidden and self.most is not None


def forms() -> Iterator[type[BaseForm]]:
    """Every form of the program that some page has."""
    yield from (row_form(item) for item in LISTS)
    waiting, of_lists = [BaseForm], {row_form(item) for item in LISTS}
    while waiting:
        form = waiting.pop()
        waiting.extend(form.__subclasses__())
        if form.__module__.startswith("registry.") and form not in of_lists | ONLY_BASES:
            yield form


def name_of(form: type[BaseForm]) -> str:
    """What the form is called: its module and class, or the list whose rows it makes."""
    slugs = {row_form(item): item.slug for item in LISTS}
    if form in slugs:
        return f"baris {slugs[form]}"
    return f"{form.__module__.removeprefix('registry.')}.{form.__qualname__}"


def text_fields(form: type[BaseForm]) -> dict[str, TextField]:
    """By name, the fields of a form that hold text."""
    return {
        name: _text_field(name_of(form), name, unbound)
        for name in dir(form)
        if isinstance(unbound := getattr(form, name), UnboundField)
        and not issubclass(unbound.field_class, NOT_TYPED)
    }


def _text_field(form: str, name: str, unbound: Any) -> TextField:
    label, validators = (*unbound.args, None, None)[:2]
    lengths = [
        check
        for check in unbound.kwargs.get("validators", validators) or ()
        if isinstance(check, Length)
    ]
    return TextField(
        form,
        name,
        unbound.field_class,
        least=max((check.min for check in lengths), default=0),
        most=min((check.max for check in lengths if check.max > 0), default=None),
        label=unbound.kwargs.get("label", label),
    )
