"""A departure with a critical flag (a tourist visa for work), a high one and questions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.departures import operations
from registry.departures.models import Departure, Flag
from registry.enums import DocumentKind, DocumentStatus, VisaKind
from registry.formatting import today
from tests.factories import make_departure, make_user
from tests.page import token


class Desk:
    """Somebody who is signed in and acts on flags, as the buttons of the page do."""

    def __init__(self, client: Any, user: User) -> None:
        self.client, self.user = client, user

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def act(
        self, flag_id: int, step: str, note: str = "", *, seen: str = "open", **more: str
    ) -> Any:
        data = {
            "csrf_token": token(self.client.get("/akun/saya")),
            f"tanda-{flag_id}-keadaan": seen,
            f"tanda-{flag_id}-catatan": note,
        }
        data |= {f"tanda-{flag_id}-{name}": value for name, value in more.items()}
        return self.client.post(f"/tanda/{flag_id}/{step}", data=data)

    def act_on_pattern(self, address: str, step: str, note: str = "", *, seen: str = "open") -> Any:
        data = {
            "csrf_token": token(self.client.get("/akun/saya")),
            "keadaan": seen,
            "catatan": note,
        }
        return self.client.post(f"{address}/{step}", data=data)


@pytest.fixture
def desk(sign_in: Callable[[User], Any]) -> Callable[[Role], Desk]:
    def made(role: Role, **values: Any) -> Desk:
        user = make_user(role=role, **values)
        return Desk(sign_in(user), user)

    return made


@pytest.fixture
def operator(app: Any) -> User:
    return make_user()


@pytest.fixture
def departure(operator: User) -> Departure:
    return make_departure(by=operator, visa_kind=VisaKind.TOURIST)


@pytest.fixture
def with_papers(operator: User, departure: Departure) -> Departure:
    """The same, with nothing else that would keep it from being complete."""
    give_papers(departure, by=operator)
    return departure


def flag_of(departure: Departure, rule: str) -> Flag:
    """The flag of that rule, as it is stored now."""
    db.session.expire_all()
    return next(flag for flag in departure.flags if flag.rule == rule)


CRITICAL, QUESTION = "R03", "R15"


def give_papers(departure: Departure, *, by: User) -> None:
    """Every paper, seen and valid for years; committed."""
    answers = {
        kind: operations.DocumentAnswer(
            DocumentStatus.PRESENT,
            issued_on=today() - timedelta(days=30),
            expires_on=today() + timedelta(days=3000),
        )
        for kind in DocumentKind
    }
    operations.save_documents(departure, answers, by=by, seen_revision=departure.revision)
    db.session.commit()
