"""The scope helper on real rows, against a tree that knows its parents and not its codes.

Trees, people, users and moves of areas are drawn; a move gives an area and all below it new codes,
and the database takes the people along.
"""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, true, update

from registry.db import db, now
from registry.departures.models import Resident
from registry.regions.area import Area, OutsideArea
from registry.regions.models import Region

DIGITS = (0, 2, 2, 2, 4)  # that each level adds to the code of the one above


@dataclass
class Node:
    """A region that knows where it hangs; its code is only what the database is told."""

    parent: "Node | None"
    number: int
    people: int = 0
    children: list["Node"] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def code(self) -> str:
        if self.parent is None:
            return "0"
        above = "" if self.parent.parent is None else self.parent.code
        return f"{above}{self.number:0{DIGITS[self.depth]}}"

    def below(self) -> list["Node"]:
        return [self, *(node for child in self.children for node in child.below())]

    def lies_in(self, other: "Node") -> bool:
        return self is other or (self.parent is not None and self.parent.lies_in(other))


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """A country with up to three regions under each; their numbers are near each other."""
    root = Node(None, 0)

    def grow(node: Node) -> None:
        if node.depth == len(DIGITS) - 1:
            node.people = draw(st.integers(0, 2))
            return
        most = 10 ** DIGITS[node.depth + 1] - 1
        low = draw(st.sampled_from((1, 9, most - 2)))
        numbers = draw(st.sets(st.integers(low, low + 2), min_size=1, max_size=2))
        node.children = [Node(node, number) for number in sorted(numbers)]
        for child in node.children:
            grow(child)

    grow(root)
    return root


def store(root: Node) -> None:
    """Put the tree into the database in place of the official one."""
    db.session.execute(text("DELETE FROM village_term"))
    db.session.execute(text("DELETE FROM region WHERE code <> '0'"))
    nodes = [node for node in root.below() if node.parent is not None]
    told = {"name": "Uji", "kind": "uji", "valid_from": date(2020, 1, 1)}
    db.session.execute(insert(Region), [{"code": node.code, **told} for node in nodes])
    people = [node for node in nodes for _ in range(node.people)]
    if people:
        db.session.execute(insert(Resident.__table__), [_person(node.code) for node in people])


def _person(code: str) -> dict[str, object]:
    named = {"name": "Warga", "normal_name": "warga", "wrapped_key": b"-", "version": 1}
    return {"village_code": code, "created_at": now(), **named}


def move(node: Node, parent: Node) -> None:
    """Hang the area under another one, and give it and all below the codes that follow."""
    before = [(each, each.code) for each in node.below()]
    assert node.parent is not None
    node.parent.children.remove(node)
    taken = {child.number for child in parent.children}
    node.number = next(n for n in range(1, 99) if n not in taken)
    node.parent = parent
    parent.children.append(node)
    for each, old in before:
        db.session.execute(update(Region).where(Region.code == old).values(code=f"x{old[1:]}"))
        db.session.execute(
            update(Region).where(Region.code == f"x{old[1:]}").values(code=each.code)
        )


def seen_codes(area: Area) -> list[str]:
    codes = select(Resident.village_code).where(area.covers(Resident.village_code))
    return sorted(db.session.scalars(codes))


def check_tree(root: Node) -> None:
    """A user of every area sees the people below it, and narrows to what lies below it alone."""
    nodes = root.below()
    for user in nodes:
        mine = [n.code for n in nodes for _ in range(n.people) if n.lies_in(user)]
        assert seen_codes(Area(user.code)) == sorted(mine)
        for other in nodes:
            if other.lies_in(user):
                assert Area(user.code).narrow(other.code).code == other.code
            else:
                with pytest.raises(OutsideArea):
                    Area(user.code).narrow(other.code)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trees(), st.data())
def test_everybody_sees_exactly_what_lies_below_their_area(
    app: object, root: Node, data: st.DataObject
) -> None:
    db.session.rollback()
    store(root)
    check_tree(root)
    movable = [node for node in root.below() if node.depth in (2, 3, 4)]
    node = data.draw(st.sampled_from(movable))
    homes = [n for n in root.below() if n.depth == node.depth - 1 and not n.lies_in(node)]
    move(node, data.draw(st.sampled_from(homes)))
    check_tree(root)
    db.session.rollback()


@pytest.mark.parametrize(
    "flawed",
    [
        lambda area, column: true(),
        lambda area, column: column.between(area.first, area.last[:-1] + "8"),
        lambda area, column: column >= area.first,
    ],
)
def test_a_scope_that_is_a_little_wrong_is_found(app, monkeypatch, flawed):
    root = Node(None, 0)
    near = Node(root, 18)
    root.children = [near, Node(root, 19)]
    for province in root.children:
        node = province
        for number in (1, 1, 9999):
            node.children = [Node(node, number)]
            node = node.children[0]
        node.people = 1
    db.session.rollback()
    store(root)
    check_tree(root)
    monkeypatch.setattr(Area, "covers", flawed)
    with pytest.raises(AssertionError):
        check_tree(root)
    db.session.rollback()
