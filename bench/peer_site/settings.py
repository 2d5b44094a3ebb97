"""What `startproject` writes, on two databases: our registry, and Django's own accounts.

Where a choice costs time, the quicker one is taken: connections stay open, nothing is debugged.
"""

import os
import sys

import pysqlite3

# The same SQLite as ours and Datasette's, not the older one of this Python.
sys.modules["sqlite3"] = pysqlite3

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "bench.peer_site",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "bench.peer_site.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["ACCOUNTS"],
        "CONN_MAX_AGE": None,
    },
    "registry": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["REGISTRY"],
        "CONN_MAX_AGE": None,
    },
}
DATABASE_ROUTERS = ["bench.peer_site.router.ToRegistry"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "id"
TIME_ZONE = "Asia/Jakarta"
STATIC_URL = "static/"
