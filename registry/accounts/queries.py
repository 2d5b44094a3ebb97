"""Reading accounts and their sessions, and the regions that a form may offer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_

from registry.accounts.access import ABSOLUTE_LIMIT, IDLE_LIMIT
from registry.accounts.models import User, UserSession
from registry.accounts.roles import ROLE_LEVELS, Role, managed_roles
from registry.db import db, now
from registry.enums import N_, LabelledEnum, Level
from registry.formatting import plain_code
from registry.regions.area import COUNTRY_CODE, Area
from registry.regions.models import Region
from registry.regions.queries import Place, places

PAGE_SIZE = 50
ALL_SHOWN = 40  # so many regions are listed without a search
MOST_FOUND = 60


class AccountState(LabelledEnum):
    """Whether an account can be used."""

    ACTIVE = "aktif", N_("Aktif")
    WAITING = "menunggu", N_("Menunggu kata sandi baru")
    INACTIVE = "nonaktif", N_("Nonaktif")


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts a list shows.

    Attributes:
        regions: only accounts on or below one of these codes; None where it does not matter.
        text: part of a name or username.
        after: id of the last account of the page before.
    """

    role: Role | None = None
    state: AccountState | None = None
    regions: tuple[str, ...] | None = None
    text: str | None = None
    after: int | None = None


class AccountPage(NamedTuple):
    users: list[User]
    places: dict[str, Place]
    total: int
    next_after: int | None


class RegionChoices(NamedTuple):
    """Regions to choose from; `is_all` when no search is needed to see every one."""

    places: list[Place]
    is_all: bool
    is_cut: bool


def find_user(area: Area, user_id: int) -> User | None:
    """The account, when it is held on the area or below."""
    statement = select(User).where(User.id == user_id, _held_in(area))
    return db.session.scalars(statement).first()


def find_by_username(username: str) -> User | None:
    """The account of exactly this username, wherever it is held; only for signing in and adding."""
    return db.session.scalars(select(User).where(User.username == username)).first()


def list_accounts(area: Area, manager: Role, wanted: AccountFilter) -> AccountPage:
    """One page of the accounts that this role manages in the area."""
    conditions = _conditions(area, manager, wanted)
    total = db.session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0
    last = find_user(area, wanted.after) if wanted.after else None
    statement = _page_after(select(User).where(*conditions), last)
    users = list(db.session.scalars(statement.limit(PAGE_SIZE + 1)))
    next_after = users[PAGE_SIZE - 1].id if len(users) > PAGE_SIZE else None
    users = users[:PAGE_SIZE]
    return AccountPage(users, places({user.area_code for user in users}), total, next_after)


def count_other_country_admins(user: User) -> int:
    """How many other active administrators of the whole country there are."""
    statement = (
        select(func.count())
        .select_from(User)
        .where(
            User.role == Role.ADMIN,
            User.area_code == COUNTRY_CODE,
            User.is_active_account.is_(True),
            User.id != user.id,
        )
    )
    return db.session.scalar(statement) or 0


def list_sessions(user: User) -> list[UserSession]:
    """The user's sessions that are still alive, last used first."""
    moment = now()
    statement = select(UserSession).where(
        UserSession.user_id == user.id,
        UserSession.last_seen_at >= moment - IDLE_LIMIT,
        UserSession.created_at >= moment - ABSOLUTE_LIMIT,
    )
    return list(db.session.scalars(statement.order_by(UserSession.last_seen_at.desc())))


def state_of(user: User) -> AccountState:
    if not user.is_active_account:
        return AccountState.INACTIVE
    is_waiting = user.must_change_password or user.reset_code_hash is not None
    return AccountState.WAITING if is_waiting else AccountState.ACTIVE


def levels_for(roles: Collection[Role]) -> frozenset[Level]:
    """The levels on which any of the roles can be held."""
    return frozenset(level for role in roles for level in ROLE_LEVELS[role])


def region_choices(
    area: Area, levels: Collection[Level], text: str | None, chosen: str | None = None
) -> RegionChoices:
    """The regions of those levels in the area: all when they are few, else those that match.

    Args:
        text: part of a name, or a code with or without dots.
        chosen: the code already chosen, which stays on the list.
    """
    fitting = (_in_force(area), func.length(Region.code).in_(_lengths(levels)))
    is_all = len(_codes(fitting, ALL_SHOWN)) <= ALL_SHOWN
    found: list[str] = []
    if is_all or text:
        matching = fitting if is_all else (*fitting, _matches(text or ""))
        found = _codes(matching, MOST_FOUND)
    shown = list(dict.fromkeys([*_known(area, chosen), *found[:MOST_FOUND]]))
    named = places(shown)
    return RegionChoices([named[code] for code in shown], is_all, len(found) > MOST_FOUND)


def regions_matching(area: Area, text: str) -> tuple[str, ...]:
    """Codes of the regions in the area, of any level, whose name or code matches."""
    return tuple(_codes((_in_force(area), _matches(text)), MOST_FOUND))


def _held_in(area: Area) -> ColumnElement[bool]:
    # An account is held on a region of any level, so the shorter codes count too.
    return User.area_code.between(area.code, area.last)


def _in_force(area: Area) -> ColumnElement[bool]:
    return and_(Region.code.between(area.code, area.last), Region.valid_to.is_(None))


def _conditions(area: Area, manager: Role, wanted: AccountFilter) -> list[ColumnElement[bool]]:
    roles = managed_roles(manager) & ({wanted.role} if wanted.role else set(Role))
    conditions: list[ColumnElement[bool]] = [_held_in(area), User.role.in_(roles)]
    if wanted.regions is not None:
        conditions.append(or_(false(), *(_held_in(area.narrow(code)) for code in wanted.regions)))
    if wanted.text:
        text = wanted.text.lower()
        conditions.append(
            or_(
                func.lower(User.name).contains(text, autoescape=True),
                User.username.contains(text, autoescape=True),
            )
        )
    if wanted.state:
        conditions.append(_in_state(wanted.state))
    return conditions


def _in_state(state: AccountState) -> ColumnElement[bool]:
    is_active = User.is_active_account.is_(True)
    is_waiting = or_(User.must_change_password.is_(True), User.reset_code_hash.is_not(None))
    return {
        AccountState.ACTIVE: and_(is_active, ~is_waiting),
        AccountState.WAITING: and_(is_active, is_waiting),
        AccountState.INACTIVE: ~is_active,
    }[state]


def _page_after(statement: Select[Any], last: User | None) -> Select[Any]:
    statement = statement.order_by(User.area_code, User.username)
    if last is None:
        return statement
    return statement.where(
        tuple_(User.area_code, User.username) > tuple_(last.area_code, last.username)
    )


def _matches(text: str) -> ColumnElement[bool]:
    code = plain_code(text)
    if code.isascii() and code.isdigit():
        return Region.code.startswith(code, autoescape=True)
    words = text.lower().split()
    return and_(*(func.lower(Region.name).contains(word, autoescape=True) for word in words))


def _codes(conditions: Sequence[ColumnElement[bool]], most: int) -> list[str]:
    """Codes in order, one more than asked for when there are more."""
    statement = select(Region.code).where(*conditions)
    statement = statement.order_by(func.length(Region.code), Region.code).limit(most + 1)
    return list(db.session.scalars(statement))


def _known(area: Area, code: str | None) -> list[str]:
    return _codes((_in_force(area), Region.code == code), 1) if code else []


def _lengths(levels: Collection[Level]) -> list[int]:
    return [max(int(level), 1) for level in levels]
