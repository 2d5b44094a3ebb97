"""Requests for unmasked files that a second person must approve."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.audit.events import Event
from registry.audit.log import Audited
from registry.audit.models import BigId
from registry.audit.vouching import Vouched
from registry.db import Base
from registry.enums import RequestState


class ExportRequest(Vouched, Audited, Base):
    """Somebody wants more rows unmasked than one person may take out alone."""

    __tablename__ = "export_request"
    vouched_as = "export_request"
    area_columns = frozenset({"area_code"})
    made_by = frozenset({Event.EXPORT_ASKED})
    vanishes = True
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    # The office that the account had then; another one does not inherit the file.
    role: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), index=True
    )
    # Filters may name people.
    filter_sealed: Mapped[bytes]
    rows: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(300))
    state: Mapped[RequestState]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(300))

    user: Mapped[User] = relationship(foreign_keys=user_id, lazy="joined")
    decider: Mapped[User | None] = relationship(foreign_keys=decided_by, lazy="joined")
