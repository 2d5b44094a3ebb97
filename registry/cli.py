"""The commands: each prints what it did, and fails with one clear line."""

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from registry.accounts.users_cli import Failure, users
from registry.config import UnsafeStart
from registry.demo.demo_cli import demo
from registry.looks.looks_cli import audit
from registry.operating.commands import assess, backup, health, restore, self_check
from registry.operating.counts_cli import counts
from registry.operating.database_cli import database
from registry.operating.in_words import DRIVER_ERRORS, said_of_driver, said_of_file
from registry.operating.keys_cli import keys
from registry.operating.names_cli import names
from registry.operating.regions_cli import regions
from registry.rights.commands import retention
from registry.workbooks.accounts_cli import import_accounts
from registry.workbooks.export_cli import export
from registry.workbooks.import_cli import departures

COMMANDS: tuple[click.Command, ...] = (
    regions,
    users,
    demo,
    departures,
    export,
    assess,
    audit,
    retention,
    backup,
    restore,
    health,
    self_check,
    keys,
    counts,
    database,
    names,
)


def add_commands(app: Flask) -> None:
    users.add_command(import_accounts)
    for command in COMMANDS:
        _fail_in_one_line(command)
        app.cli.add_command(command)


def _fail_in_one_line(command: click.Command) -> None:
    """Show what stands in the way of a command as one line, without what was being stored."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _fail_in_one_line(inner)
    elif command.callback is not None and not hasattr(command.callback, "fails_in_one_line"):
        command.callback = _failing_in_one_line(command.callback)


def _failing_in_one_line(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **values: Any) -> Any:
        try:
            return callback(*args, **values)
        except UnsafeStart as refusal:
            raise Failure(str(refusal)) from refusal
        except OSError as error:
            raise Failure(said_of_file(error)) from error
        except SQLAlchemyError as error:
            raise Failure(said_of_driver(getattr(error, "orig", None) or error)) from error
        except DRIVER_ERRORS as error:
            raise Failure(said_of_driver(error)) from error

    run.fails_in_one_line = True  # type: ignore[attr-defined]
    return run
