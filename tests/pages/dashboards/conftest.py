"""Opening dashboards."""

import html5lib
import pytest

from registry.accounts.roles import Role
from tests.factories import make_user


@pytest.fixture
def look(app, sign_in):
    """Opens an address as one user; gives the answer and its tree."""

    def opened(
        address: str, *, role: Role = Role.BP3MI, status: int = 200, area: str | None = None
    ):
        client = sign_in(make_user(role=role, area=area))
        answer = client.get(address)
        assert answer.status_code == status
        return answer, html5lib.parse(answer.data, namespaceHTMLElements=False)

    return opened
