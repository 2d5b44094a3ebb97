"""Extensions, made here and bound to the app in `create_app`."""

from collections.abc import MutableMapping
from functools import cached_property, lru_cache
from typing import Any

import flask_babel
from flask import g, request, session
from flask.templating import Environment
from flask_babel import Babel, Domain, get_locale
from flask_compress import Compress
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

LANGUAGES = ("id", "en")


def chosen_language() -> str:
    """The language of the account, else of this browser's choice, else Indonesian."""
    if request and current_user and current_user.is_authenticated:
        return str(current_user.user.language)
    language = session.get("language", "id") if request else "id"
    return language if language in LANGUAGES else "id"


_page: Any = g


def _locale_found() -> Any:
    """What `get_locale` keeps for the request, without asking through four proxies each time."""
    try:
        return _page._get_current_object()._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        return None


class QuickDomain(Domain):
    """The texts of each language, kept by its name: a page asks for hundreds of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._by_language: dict[str, Any] = {}

    def get_translations(self) -> Any:
        locale = _locale_found() or get_locale()
        if locale is None:
            return super().get_translations()
        if locale.language not in self._by_language:
            self._by_language[locale.language] = super().get_translations()
        return self._by_language[locale.language]


class QuickBabel(Babel):
    """Flask-Babel with a domain that keeps what it found."""

    @cached_property
    def domain_instance(self) -> Domain:
        return QuickDomain(domain=self.domain)


def gettext(text: str, **values: Any) -> str:
    """As Flask-Babel's own, which takes ten times as long: a page asks a hundred times."""
    locale = _locale_found()
    if locale is None:
        return str(flask_babel.gettext(text, **values))
    said = _said(text, locale.language)
    return said % values if values else said


def page_language() -> str:
    """The language of the page; outside of any, Indonesian."""
    locale = _locale_found() or get_locale()
    return str(locale.language) if locale else "id"


@lru_cache(maxsize=4096)
def _said(text: str, _language: str) -> str:
    return str(babel.domain_instance.get_translations().ugettext(text))


@pass_eval_context
def page_text(context: EvalContext, text: str, **values: Any) -> str:
    """`_` of the templates: as Jinja's own, but each text is made ready once a language."""
    said = gettext(text)
    if not context.autoescape:
        return said % values
    return _marked(said) % values if "%" in said else _marked(said)


@lru_cache(maxsize=4096)
def _marked(said: str) -> Markup:
    return Markup(said)  # noqa: S704 - a text of ours


class QuickEnvironment(Environment):
    """Templates whose globals are a plain dict: a page's imports and includes read all of them."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> dict[str, Any]:
        return {**self.globals, **(d or {})}


csrf = CSRFProtect()
compress = Compress()
migrate = Migrate(render_as_batch=True, compare_type=True)
babel = QuickBabel()
# Flask-Babel 4 takes its options only where the app is given.
BABEL_OPTIONS = {
    "default_locale": "id",
    "default_timezone": "Asia/Jakarta",
    "locale_selector": chosen_language,
    "default_translation_directories": "translations",
}
