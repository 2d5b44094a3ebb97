"""The second factor: the second step of signing in, setting up a phone, losing it."""

import base64
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.accounts import access, second_factor, second_step, signing_in, slowdown, totp
from registry.accounts.browsers import Browser
from registry.accounts.models import AwaitedCode, RecoveryCode, User, UserSession
from registry.accounts.passwords import CODE_ALPHABET, normal_code
from registry.accounts.roles import Role
from registry.accounts.slowdown import PACES, TooSoon
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests import guesses
from tests.factories import PASSWORD, SECRET, make_user
from tests.page import text_of
from tests.pages.accounts import enter, phone_code, sign_in_whole, sign_in_with, token_of

SignIn = Callable[[User], FlaskClient]
BROKER = "198.51.100.7"
RECOVERY_CODE = re.compile(r"<strong>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</strong>")


def reviewer(**values: object) -> User:
    return make_user(role=Role.REVIEWER, **values)


def last_entry() -> JournalEntry:
    db.session.expire_all()
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert entry is not None
    return entry


def set_up(client: FlaskClient, **fields: str) -> tuple[bytes, list[str]]:
    """Set up the phone that the page offers; answers its secret and the recovery codes."""
    page = client.get("/akun/ponsel").text
    shown = re.search(r'id="kunci">([A-Z2-7 ]+)<', page)
    assert shown is not None
    secret = base64.b32decode(shown[1].replace(" ", ""))
    data = {"code": phone_code(secret), "current_password": PASSWORD, **fields}
    answer = client.post("/akun/ponsel", data=data)
    return secret, RECOVERY_CODE.findall(answer.text)


def test_the_password_alone_opens_no_session(app: Flask) -> None:
    user, client = reviewer(), app.test_client()
    assert sign_in_with(client, user.username, PASSWORD).location == "/masuk/kode"
    assert db.session.query(UserSession).count() == 0
    assert client.get("/akun/saya").location == "/masuk"
    assert enter(client, phone_code()).location == "/akun/saya"
    assert client.get("/akun/saya").status_code == 200
    assert (last_entry().event, last_entry().detail["second"]) == (Event.SIGNED_IN, "app")


def test_canary_a_second_step_that_is_skipped_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "has_second_factor", property(lambda user: False))
    monkeypatch.setattr(access, "must_have_second_factor", lambda user: False)
    with pytest.raises(AssertionError):
        test_the_password_alone_opens_no_session(app)


def test_a_code_works_once(app: Flask) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        user, code = reviewer(), phone_code()
        assert sign_in_whole(app.test_client(), user.username, PASSWORD).location == "/"
        second = app.test_client()
        sign_in_with(second, user.username, PASSWORD)
        answer = enter(second, code)
        assert answer.status_code == 200
        assert "sudah dipakai" in answer.text
        assert second.get("/akun/saya").location == "/masuk"
        # Nor does one from before the last.
        assert enter(second, phone_code(later=-1)).status_code == 200
        clock.shift(timedelta(seconds=30))
        assert enter(second, phone_code()).status_code == 302


def test_canary_a_replayed_code_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor, "_was_used", lambda user, step, moment: False)
    with pytest.raises(AssertionError):
        test_a_code_works_once(app)


def test_wrong_foreign_and_old_codes_are_refused(app: Flask) -> None:
    with time_machine.travel(now(), tick=False):
        user, client = reviewer(), app.test_client()
        sign_in_with(client, user.username, PASSWORD)
        for code in (phone_code(b"ponsel orang lain ini"), phone_code(later=-2), "abc"):
            answer = enter(client, code)
            assert answer.status_code == 200
            assert "Kode salah" in answer.text
        assert last_entry().event == Event.SIGN_IN_FAILED
        assert last_entry().detail["step"] == "code"
        assert client.get("/akun/saya").location == "/masuk"


def checks_in_an_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many codes are looked at, tried by who has the password the moment it is allowed.

    A try that comes too soon changes nothing, so 1,000 tries spread over the hour gain no more.
    """
    checks, right = [], second_factor.use_code
    monkeypatch.setattr(second_factor, "use_code", lambda *a: (checks.append(1), right(*a))[1])
    user, broker, awaited = reviewer(), Browser(BROKER, "uji"), None
    with time_machine.travel(now(), tick=False) as clock:
        end = now() + timedelta(hours=1)
        while now() < end and len(checks) < 30:
            with app.test_request_context(), suppress(TooSoon):
                if awaited is None or second_step.take(awaited, "000000", broker).is_over:
                    awaited = signing_in.sign_in(user.username, PASSWORD, broker).awaited
                db.session.commit()
            clock.shift(guesses.wait_for("second-step", f"{user.id} {BROKER}"))
            db.session.rollback()
        # The rightful user comes in from elsewhere all the while.
        assert sign_in_whole(app.test_client(), user.username, PASSWORD).location == "/"
    return len(checks) - 1


def test_guesses_at_the_code_get_twenty_checks_an_hour(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 10 < checks_in_an_hour(app, monkeypatch) <= 20


def test_canary_guesses_at_the_code_that_are_not_counted_are_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowdown, "_count_failure", lambda kind, row: None)
    assert checks_in_an_hour(app, monkeypatch) > 20


def test_who_guesses_from_everywhere_keeps_the_user_waiting_for_a_minute_at_most() -> None:
    assert PACES["second-step-account"].delay_after(1000) == timedelta(minutes=1)


def test_unknown_users_and_wrong_passwords_are_never_asked_for_a_code(app: Flask) -> None:
    for username in (reviewer().username, "bukan.siapa"):
        client = app.test_client()
        assert "salah" in sign_in_with(client, username, "salah sama sekali").text
        assert client.get("/masuk/kode").location == "/masuk"
        assert client.post("/masuk/kode", data={"code": "123456"}).location == "/masuk"


def test_the_code_is_awaited_for_five_minutes_and_once(app: Flask) -> None:
    user, client = reviewer(), app.test_client()
    sign_in_with(client, user.username, PASSWORD)
    with client.session_transaction() as cookie:
        awaited = cookie["awaited_code"]
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert enter(client, phone_code()).location == "/masuk"
    assert enter(client, phone_code()).location == "/masuk"
    sign_in_whole(app.test_client(), user.username, PASSWORD)
    assert db.session.query(AwaitedCode).count() == 1
    signing_in.end_sessions(user)
    db.session.commit()
    stolen = app.test_client()
    with stolen.session_transaction() as cookie:
        cookie["awaited_code"] = awaited
    assert enter(stolen, phone_code(later=1)).location == "/masuk"


def test_a_begun_sign_in_is_forgotten_by_the_next_after_five_minutes(app: Flask) -> None:
    counts = []
    for minutes in (0, 4.9, 5.1):
        with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
            sign_in_with(app.test_client(), reviewer().username, PASSWORD)
        counts.append(db.session.query(AwaitedCode).count())
    assert counts == [1, 2, 2]


@pytest.mark.parametrize("role", list(Role))
def test_roles_that_see_many_people_set_up_a_phone_before_anything_else(
    app: Flask, role: Role
) -> None:
    must = role not in (Role.OPERATOR, Role.VILLAGE_HEAD)
    user, client = make_user(role=role, phone=False), app.test_client()
    client.get("/akun/saya")
    first = sign_in_with(client, user.username, PASSWORD).location
    assert first == ("/akun/ponsel" if must else "/akun/saya")
    if not must:
        return
    for path in ("/", "/akun/saya", "/akun", "/akun/kode-etik"):
        assert client.get(path).location in ("/akun/ponsel", None)
        assert client.get(path).status_code in (302, 404)
    _secret, codes = set_up(client)
    assert len(codes) == 10
    assert client.get("/akun/saya").status_code == 200


def test_which_roles_need_a_phone_is_a_setting(app: Flask) -> None:
    app.config["SECOND_FACTOR_ROLES"] = access.roles_named({"operator"})
    village, office = make_user(phone=False), reviewer(phone=False)
    assert sign_in_with(app.test_client(), village.username, PASSWORD).location == "/akun/ponsel"
    assert sign_in_with(app.test_client(), office.username, PASSWORD).location == "/"


def test_demo_accounts_need_no_phone_and_get_none(app: Flask, sign_in: SignIn) -> None:
    user = make_user(role=Role.ADMIN, is_demo=True, conduct_version=None)
    assert sign_in_with(app.test_client(), user.username, PASSWORD).location == "/"
    assert sign_in(user).get("/akun/ponsel").location == "/akun/saya"


def test_a_phone_of_ones_own_choice_ends_the_other_sessions(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    old = token_of(here)
    with time_machine.travel(now(), tick=False) as clock:
        secret, codes = set_up(here)
        assert [c.get("/akun/saya").status_code for c in (here, there)] == [200, 302]
        assert token_of(here) != old
        assert "10 kode pemulihan tersisa" in text_of(here.get("/akun/saya"))
        assert last_entry().event == Event.SECOND_FACTOR_ADDED
        # What lies in the database is neither the secret nor a recovery code.
        assert user.totp_sealed is not None
        assert secret not in user.totp_sealed
        stored = {row.digest for row in db.session.query(RecoveryCode)}
        assert len(stored) == 10
        assert not {c.replace("-", "").encode()[:16] for c in codes} & stored
        clock.shift(timedelta(seconds=30))
        client = app.test_client()
        sign_in_with(client, user.username, PASSWORD)
        assert enter(client, phone_code(secret)).location == "/"


def test_the_page_offers_the_same_secret_until_it_is_set_up(sign_in: SignIn) -> None:
    client, other = sign_in(make_user()), sign_in(make_user())
    shown = [re.search(r'id="kunci">([A-Z2-7 ]+)<', client.get("/akun/ponsel").text)[1]]
    shown.append(re.search(r'id="kunci">([A-Z2-7 ]+)<', client.get("/akun/ponsel").text)[1])
    assert shown[0] == shown[1]
    page = client.get("/akun/ponsel").text
    assert 'src="data:image/svg+xml' in page
    assert "otpauth://totp/Pamit:" in page
    with client.session_transaction() as cookie:
        brought = cookie["phone"]
    with other.session_transaction() as cookie:
        cookie["phone"] = brought
    assert re.search(r'id="kunci">([A-Z2-7 ]+)<', other.get("/akun/ponsel").text)[1] != shown[0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "000000"}, "Kode salah"),
        ({"current_password": "salah"}, "Kata sandi yang sekarang salah."),
        ({"code": ""}, "Isi kode yang tampil"),
    ],
)
def test_a_phone_is_set_up_with_its_code_and_the_password_only(
    sign_in: SignIn, fields: dict[str, str], message: str
) -> None:
    user = make_user()
    client = sign_in(user)
    assert set_up(client, **fields)[1] == []
    data = {"code": "000000", "current_password": PASSWORD, **fields}
    assert message in client.post("/akun/ponsel", data=data).text
    db.session.expire_all()
    assert user.totp_sealed is None


def test_another_phone_needs_a_code_of_the_first(sign_in: SignIn) -> None:
    user = make_user(phone=True)
    client = sign_in(user)
    assert set_up(client)[1] == []
    assert set_up(client, current_code=phone_code(b"ponsel orang lain ini"))[1] == []
    secret, codes = set_up(client, current_code=phone_code())
    assert len(codes) == 10
    assert secret != SECRET
    assert set_up(client, current_code=codes[0])[1] != codes


def test_a_wrong_code_at_changing_the_phone_is_in_the_journal(sign_in: SignIn) -> None:
    user = reviewer()
    set_up(sign_in(user), current_code="000000")
    entry = last_entry()
    assert (entry.event, entry.actor) == ("account.confirmation_failed", user.username)


def test_a_recovery_code_works_once_and_for_its_owner_only(app: Flask, sign_in: SignIn) -> None:
    user, other = make_user(), make_user(phone=True)
    _secret, codes = set_up(sign_in(user))
    stranger = app.test_client()
    sign_in_with(stranger, other.username, PASSWORD)
    assert enter(stranger, codes[0]).status_code == 200
    client = app.test_client()
    sign_in_with(client, user.username, PASSWORD)
    assert enter(client, codes[0].lower().replace("-", " ")).location == "/"
    assert "Tersisa 9" in text_of(client.get("/akun/saya"))
    again = app.test_client()
    sign_in_with(again, user.username, PASSWORD)
    assert enter(again, codes[0]).status_code == 200
    assert enter(again, codes[1]).status_code == 302
    assert last_entry().detail["second"] == "recovery"


def test_recovery_codes_are_long_and_kept_as_keyed_digests_only(sign_in: SignIn) -> None:
    user = make_user()
    _secret, codes = set_up(sign_in(user))
    assert len(set(codes)) == 10
    assert len(CODE_ALPHABET) ** len(normal_code(codes[0])) > 2**58
    stored = set(db.session.scalars(select(RecoveryCode.digest)))
    plain = {hashlib.sha256(f"{user.id} {normal_code(code)}".encode()).digest() for code in codes}
    assert len(stored) == 10
    assert not {digest[:16] for digest in stored} & {digest[:16] for digest in plain}
    assert not any(normal_code(code).encode() in digest for code in codes for digest in stored)


def test_a_lost_phone_is_removed_by_whom_resets_the_account(app: Flask, sign_in: SignIn) -> None:
    user = reviewer()
    client = sign_in(user)
    office = sign_in(make_user(role=Role.LABOUR_OFFICE))
    path = f"/akun/{user.id}/ponsel/lepas"
    assert sign_in(reviewer()).post(path).status_code == 403
    assert client.post(path).status_code == 403
    assert "Lepas ponsel" in office.get(f"/akun/{user.id}").text
    assert office.post(path).location == f"/akun/{user.id}"
    assert last_entry().event == Event.SECOND_FACTOR_REMOVED
    assert last_entry().detail == {"account": user.username, "ended": 1}
    assert client.get("/akun/saya").location == "/masuk"
    assert sign_in_with(app.test_client(), user.username, PASSWORD).location == "/akun/ponsel"
    assert office.post(path).status_code == 409


def test_a_reset_of_the_password_leaves_the_phone(app: Flask, sign_in: SignIn) -> None:
    user = reviewer()
    office = sign_in(make_user(role=Role.LABOUR_OFFICE))
    page = office.post(f"/akun/{user.id}/kode").text
    code = re.search(r'id="kode">([A-Z0-9-]{14})<', page)
    assert code is not None
    client = app.test_client()
    assert sign_in_with(client, user.username, code[1]).location == "/masuk/kode"
    # A slip at the second step costs no new code.
    assert sign_in_with(client, user.username, code[1]).location == "/masuk/kode"
    assert enter(client, phone_code()).location == "/akun/kata-sandi"
    assert sign_in_with(app.test_client(), user.username, code[1]).status_code == 200


def test_the_last_administrator_gets_a_lost_phone_removed_by_command(app: Flask) -> None:
    user = make_user(role=Role.ADMIN)
    run = app.test_cli_runner().invoke
    done = run(args=["users", "remove-phone", user.username])
    assert (done.exit_code, done.output) == (0, f"Ponsel akun {user.username} dilepas.\n")
    assert last_entry().actor == "sistem"
    assert not user.has_second_factor
    assert run(args=["users", "remove-phone", user.username]).exit_code != 0
    assert "tidak ada" in run(args=["users", "remove-phone", "siapa"]).output


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    secret = b"12345678901234567890"
    assert totp.code_at(secret, 1) == "287082"
    assert totp.code_at(secret, 1111111109 // 30) == "081804"
    assert slowdown.PACES["second-step"].delay_after(100) == timedelta(minutes=8)
