"""Accounts, their second factor and server-side sessions, and what slows down guessing."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.roles import Permission, Role, may
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.audit.vouching import Vouched
from registry.db import Base
from registry.regions.area import Area


class User(Vouched, Base):
    """An account: a role held on an area. It is deactivated, never deleted."""

    __tablename__ = "user_account"
    vouched_as = "account"
    # A sign-in and a code from the phone move these; the language is everybody's own.
    unvouched = frozenset({"last_signed_in_at", "totp_last_step", "language"})
    area_columns = frozenset({"area_code"})
    made_by = frozenset({Event.ACCOUNT_CREATED, Event.DEMO_LOADED})

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    area_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), index=True
    )
    is_active_account: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    reset_code_hash: Mapped[str | None] = mapped_column(String(200))
    reset_expires_at: Mapped[datetime | None]
    # The second factor, see `registry.accounts.second_factor`.
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    conduct_version: Mapped[str | None] = mapped_column(String(20))
    conduct_accepted_at: Mapped[datetime | None]
    # What was granted to the account for a while ends with its sessions.
    access_ended_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(5), default="id")
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    @property
    def area(self) -> Area:
        return Area(self.area_code)

    @property
    def actor(self) -> Actor:
        return Actor(self.username, self.role.value, self.area_code)

    @property
    def has_second_factor(self) -> bool:
        return self.totp_sealed is not None

    def may(self, permission: Permission) -> bool:
        return may(self.role, permission)


class UserSession(Base):
    """One signed-in browser; ending the row signs it out on the next request."""

    __tablename__ = "user_session"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(120))

    user: Mapped[User] = relationship(lazy="joined")


class AwaitedCode(Base):
    """A sign-in whose password was right and whose second step is still to come: no session yet."""

    __tablename__ = "awaited_code"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    by_reset_code: Mapped[bool]
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """What the database keeps of a recovery code on paper; the row goes when it is used."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


class SlowDown(Base):
    """Failed tries of one kind by one account or address, and when the next may be made."""

    __tablename__ = "slow_down"

    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime]
    next_at: Mapped[datetime]
    # When each look-up of the last hour was made, in seconds since 1970.
    looks: Mapped[list[float] | None] = mapped_column(JSON)


class KeptForm(Base):
    """What somebody typed when the session had expired: sealed, for that user, for an hour."""

    __tablename__ = "kept_form"
    __table_args__ = (Index("ix_kept_form_user", "user_id"),)

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    path: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime]
