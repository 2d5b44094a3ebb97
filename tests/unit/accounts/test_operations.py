"""Rules of accounts that no page shows."""

import pytest
from flask import Flask

from registry.accounts import operations, passwords
from registry.accounts.browsers import Browser
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import ROLE_LEVELS, Role
from registry.accounts.signing_in import change_password, prepare_password, sign_in
from registry.audit import log
from registry.audit.verify import verify_chain
from registry.db import db
from registry.enums import Level
from tests.factories import DISTRICT, PASSWORD, PROVINCE, SUBDISTRICT, VILLAGE, make_user

CODES = {
    Level.COUNTRY: "0", Level.PROVINCE: PROVINCE, Level.DISTRICT: DISTRICT,
    Level.SUBDISTRICT: SUBDISTRICT, Level.VILLAGE: VILLAGE,
}  # fmt: skip


def test_a_demo_account_may_have_the_short_password_of_the_contract(app: Flask) -> None:
    user = operations.create_user(
        username="operator", name="Operator", role=Role.OPERATOR, area_code=VILLAGE,
        by=log.SYSTEM, password="pamit-demo", is_demo=True,
    )  # fmt: skip
    db.session.commit()
    assert passwords.matches(user.password_hash, "pamit-demo")
    assert not user.must_change_password


def test_a_real_account_may_not(app: Flask) -> None:
    with pytest.raises(AccountRefused, match="terlalu pendek"):
        operations.create_user(
            username="operator", name="Operator", role=Role.OPERATOR, area_code=VILLAGE,
            by=log.SYSTEM, password="pamit-demo",
        )  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_a_role_is_held_on_its_own_levels_only(app: Flask, role: Role) -> None:
    for level, code in CODES.items():
        if level in ROLE_LEVELS[role]:
            operations.refuse_misfit(role, code)
        else:
            with pytest.raises(AccountRefused) as refusal:
                operations.refuse_misfit(role, code)
            assert refusal.value.field == "area_code"


def test_a_password_checked_before_a_reset_does_not_undo_the_reset(app: Flask) -> None:
    user = make_user()
    new = prepare_password(user, PASSWORD, "kerbau lompat pagar tinggi")
    operations.reset_user(user, passwords.new_code(), by=log.SYSTEM)
    db.session.commit()
    with pytest.raises(AccountRefused, match="baru saja diubah"):
        change_password(user, new, device="uji")


def test_a_code_used_by_somebody_at_the_same_moment_is_refused(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, code = make_user(), passwords.new_code()
    operations.reset_user(user, code, by=log.SYSTEM)
    db.session.commit()
    right = passwords.matches

    def used_meanwhile(stored: str | None, typed: str) -> bool:
        is_right = right(stored, typed)
        monkeypatch.setattr(passwords, "matches", right)
        assert sign_in(user.username, code.text, Browser("b", "uji")).signed_in
        db.session.commit()
        return is_right

    monkeypatch.setattr(passwords, "matches", used_meanwhile)
    assert sign_in(user.username, code.text, Browser("a", "uji")).signed_in is None


def test_the_journal_stays_whole_through_every_change(app: Flask) -> None:
    user, by = make_user(), log.SYSTEM
    sign_in(user.username, PASSWORD, Browser("a", "uji"))
    operations.change_user(user, name="Lain", role=Role.VILLAGE_HEAD, area_code=VILLAGE, by=by)
    operations.reset_user(user, passwords.new_code(), by=by)
    operations.deactivate(user, by=by)
    operations.activate(user, by=by)
    db.session.commit()
    assert verify_chain().is_whole


def test_a_change_that_changes_nothing_leaves_no_entry(app: Flask) -> None:
    user = make_user()
    operations.change_user(
        user, name=user.name, role=user.role, area_code=user.area_code, by=log.SYSTEM
    )
    assert not db.session.info.get("journal")
