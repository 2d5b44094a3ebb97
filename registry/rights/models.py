"""What a person said is wrong in the data about them, and what the village answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.audit.events import Event
from registry.audit.log import Audited
from registry.audit.vouching import Vouched
from registry.db import Base
from registry.departures.models import BigId, Departure
from registry.departures.sealed_text import SealedText
from registry.enums import CorrectionState
from registry.sealing import PersonKey


class CorrectionRequest(Vouched, Audited, Base):
    """A request to correct a record (UU 27/2022 articles 6 and 30), sealed like all free text."""

    __tablename__ = "correction_request"
    vouched_as = "rights_request"
    made_by = frozenset({Event.CORRECTION_ASKED})
    __table_args__ = (
        Index("ix_correction_request_state", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    departure_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("departure.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[CorrectionState] = mapped_column(default=CorrectionState.OPEN)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    words_sealed: Mapped[bytes | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(60))
    answer_sealed: Mapped[bytes | None]

    words = SealedText()
    answer = SealedText()

    departure: Mapped[Departure] = relationship(lazy="joined")

    @property
    def sealing_row(self) -> int:
        return self.id

    @property
    def person_key(self) -> PersonKey:
        return self.departure.person_key
