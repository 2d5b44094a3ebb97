"""Putting the application together; reads as a table of contents."""

import os
from pathlib import Path

from flask import Flask

from registry import sealing, tables
from registry.accounts.access import enforce, login_manager, open_transaction_mode, roles_named
from registry.assets import init_assets
from registry.audit.log import listen_to_session
from registry.cli import add_commands
from registry.config import Settings, load_settings
from registry.db import db, init_db
from registry.errors import add_error_pages
from registry.extensions import BABEL_OPTIONS, QuickEnvironment, babel, compress, csrf, migrate
from registry.operating.guards import init_guards
from registry.operating.logs import net_logs
from registry.pages import blueprints, init_pages
from registry.security import init_security

ROOT = Path(__file__).parent.parent
TABLES = tables  # importing them fills the metadata that migrations and queries rest on

os.umask(0o077)
listen_to_session()


def build_app(settings: Settings | None = None) -> Flask:
    """The application; raises UnsafeStart where a secret, key or database setting is unsafe."""
    net_logs()
    settings = settings or load_settings(ROOT)
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.instance_path),
    )
    app.jinja_environment = QuickEnvironment
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["PAMIT"] = settings
    sealing.use_key_file(settings.keys_path)
    init_db(app, settings)
    init_security(app, settings)
    app.config["SECOND_FACTOR_ROLES"] = roles_named(settings.second_factor_roles)
    app.before_request(open_transaction_mode)
    init_guards(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    babel.init_app(app, **BABEL_OPTIONS)
    compress.init_app(app)
    migrate.init_app(app, db, directory=str(Path(__file__).parent / "migrations"))
    app.before_request(enforce)
    init_assets(app)
    init_pages(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    add_error_pages(app)
    add_commands(app)
    return app
