"""The tables of the summary; see the package for how they work together."""

from sqlalchemy import LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base
from registry.departures.models import BigId


class CountChange(Base):
    """A change that is not yet folded: one departure more (+1) or less (-1) with these values."""

    __tablename__ = "count_change"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sign: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str] = mapped_column(String(250))


class CountBlock(Base):
    """The counted values of every departure of a kabupaten that left in a year (0: no date).

    Column after column as `layout.GROUPS` says, that of the villages apart.
    """

    __tablename__ = "count_block"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    district_code: Mapped[str] = mapped_column(String(4), primary_key=True)
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    villages: Mapped[bytes] = mapped_column(LargeBinary)


class CountTotal(Base):
    """The totals of a kabupaten, a province or the country for a year, see `totals`."""

    __tablename__ = "count_total"

    region_code: Mapped[str] = mapped_column(String(4), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    numbers: Mapped[bytes] = mapped_column(LargeBinary)


class CountWord(Base):
    """The number that stands for a job's code in the blocks."""

    __tablename__ = "count_word"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(String(60), unique=True)
