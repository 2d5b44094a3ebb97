"""Extensions, made here and bound to the app in `create_app`."""

from flask import request, session
from flask_babel import Babel
from flask_compress import Compress
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

LANGUAGES = ("id", "en")


def chosen_language() -> str:
    """The language of the account, else of this browser's choice, else Indonesian."""
    if request and current_user and current_user.is_authenticated:
        return str(current_user.user.language)
    language = session.get("language", "id") if request else "id"
    return language if language in LANGUAGES else "id"


csrf = CSRFProtect()
compress = Compress()
migrate = Migrate(render_as_batch=True, compare_type=True)
babel = Babel()
# Flask-Babel 4 takes its options only where the app is given.
BABEL_OPTIONS = {
    "default_locale": "id",
    "default_timezone": "Asia/Jakarta",
    "locale_selector": chosen_language,
    "default_translation_directories": "translations",
}
