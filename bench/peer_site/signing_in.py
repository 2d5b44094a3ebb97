"""Make Django's own tables and a signed-in superuser; prints the value of the session's cookie."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peer_site.settings")
django.setup()

from django.contrib.auth import (  # noqa: E402 - the settings come first
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
user = get_user_model().objects.create_superuser("uji", password=None)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
