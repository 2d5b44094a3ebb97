"""Whatever a decree says, the tree of areas stays a tree, or the decree is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.regions.area import Area, level_of, parent_code
from registry.regions.recoding import (
    FORMERLY_HELD,
    TWICE,
    Known,
    Refused,
    Wanted,
    full_name,
    kind_after,
    kind_of,
    plan_recoding,
)

KNOWN = ["0", "11", "1101", "1102", "110101", "110102", "110201"]
KNOWN += [f"{above}{number}" for above in KNOWN[4:] for number in ("2001", "2002")]
FREE = ["1103", "110103", "110301", "1101012003", "1101032001", "1103012001", "12", "1201"]
codes = st.sampled_from([code for code in KNOWN if code != "0"] + FREE)
lines = st.builds(
    Wanted, st.just(0), st.none() | codes, codes, st.sampled_from((None, "Nama Baru"))
)
decrees = st.lists(lines, min_size=1, max_size=4).map(
    lambda found: [line._replace(number=number) for number, line in enumerate(found, 2)]
)
holders = st.dictionaries(
    st.sampled_from(FREE), st.sampled_from([c for c in KNOWN if len(c) == 10]), max_size=2
)


def tree_after(plan):
    """The codes that there are once the decree is carried out, with repetitions."""
    stay = [c for c in KNOWN if c not in plan.codes and c not in plan.emptied]
    return stay + list(plan.codes.values()) + [line.new for line in plan.made]


@settings(max_examples=500, deadline=None)
@given(decrees, st.sets(st.sampled_from(KNOWN)), holders)
def test_a_tree_stays_a_tree(decree, used, former):
    known = {code: Known(code, True) for code in KNOWN}
    plan = plan_recoding(decree, Area("0"), known, former, used.__contains__)
    if not plan.may_be_done:
        assert plan.refused
        assert {one.number for one in plan.refused} <= {line.number for line in decree}
        return
    after = tree_after(plan)
    assert len(after) == len(set(after))
    assert all(parent_code(code) in after for code in after if code != "0")
    assert used.isdisjoint(plan.emptied)
    assert all(level_of(old) == level_of(new) for old, new in plan.codes.items())
    assert all(former.get(new, old) == old for old, new in plan.codes.items())
    assert not {*plan.codes} & {*plan.codes.values()}
    for line in decree:
        if line.old:
            assert plan.codes[line.old] == line.new
            below = [c for c in KNOWN if c != line.old and Area(line.old).holds(c)]
            own = [one.old for one in decree if one.old in below]
            followers = [c for c in below if not any(Area(code).holds(c) for code in own)]
            assert plan.below[line.old] == len(followers)
            assert all(plan.codes[c] == line.new + c[len(line.old) :] for c in followers)


@given(decrees)
def test_nobody_changes_areas_outside_of_their_own(decree):
    known = {code: Known(code, True) for code in KNOWN}
    plan = plan_recoding(decree, Area("1101"), known, {}, lambda _code: False)
    touched = {*plan.codes, *plan.codes.values(), *(line.new for line in plan.made)}
    assert all(Area("1101").holds(code) for code in touched)


def plan(*decree, former=None):
    known = {code: Known(f"Nama {code}", True) for code in KNOWN}
    return plan_recoding(decree, Area("0"), known, former or {}, lambda _code: False)


def test_two_areas_do_not_move_to_the_same_code():
    one = Wanted(2, "1101012001", "1101012003", None)
    assert plan(one, Wanted(3, "1101012002", "1101012003", None)).refused == [
        Refused(3, TWICE, {"code": "1101012003"})
    ]


def test_a_new_area_does_not_get_a_code_that_another_had():
    assert plan(Wanted(2, None, "110103", "Baru"), former={"110103": "110101"}).refused == [
        Refused(2, FORMERLY_HELD, {"new": "110103", "holder": "110101"})
    ]


def test_plans_that_differ_have_other_fingerprints():
    shown = [
        plan(Wanted(2, "1101012001", "1101012003", None)),
        plan(Wanted(2, "1101012001", "1101012003", "Lain")),
        plan(Wanted(2, "1101012001", "1101012001", None)),
        plan(),
    ]
    assert len({one.fingerprint() for one in shown}) == len(shown)
    assert shown[0].fingerprint() == plan(shown[0].lines[0]).fingerprint()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("18", "provinsi"),
        ("1807", "kabupaten"),
        ("1872", "kota"),
        ("180701", "kecamatan"),
        ("1807011001", "kelurahan"),
        ("1807012001", "desa"),
        ("1807013001", "desa_adat"),
        ("1807014001", "desa"),
    ],
)
def test_a_code_tells_the_kind_of_its_area(code, kind):
    assert kind_of(code) == kind


def test_an_area_changes_its_kind_only_where_its_code_says_another():
    assert kind_after("1807012001", "1807011001") == "kelurahan"
    assert kind_after("1807012001", "1807992001") is None
    assert kind_after("1807", "1873") == "kota"
    assert kind_after("180701", "187301") is None


@pytest.mark.parametrize(
    ("code", "typed", "stored"),
    [
        ("1807", "Lampung Timur Raya", "Kabupaten Lampung Timur Raya"),
        ("1807", "Kabupaten Lampung Timur", "Kabupaten Lampung Timur"),
        ("1807", "KAB. Lampung Timur", "Kabupaten Lampung Timur"),
        ("1807", "kab Lampung Timur", "Kabupaten Lampung Timur"),
        ("1807", "Kotabumi", "Kabupaten Kotabumi"),
        ("1807", "Kota", "Kabupaten Kota"),
        ("1873", "Metro Raya", "Kota Metro Raya"),
        ("1873", "kota Metro Raya", "Kota Metro Raya"),
        ("18", "Lampung", "Lampung"),
        ("180701", "Sukadana", "Sukadana"),
        ("1807012001", "Kota Agung", "Kota Agung"),
    ],
)
def test_a_kabupaten_bears_the_word_for_it(code, typed, stored):
    assert full_name(code, typed) == stored


def test_a_decree_gives_the_whole_name():
    found = plan(
        Wanted(2, "1101", "1103", "Aceh Raya"),
        Wanted(3, None, "1173", "Meulaboh"),
        Wanted(4, "1102", "1104", None),
    )
    assert found.names == {"1103": "Kabupaten Aceh Raya", "1173": "Kota Meulaboh"}
    assert [line.name for line in found.made] == ["Kota Meulaboh"]


def test_lines_are_done_where_the_areas_are_as_they_want_them():
    former = {"1101012009": "1101012001"}
    moved = Wanted(2, "1101012009", "1101012001", None)
    assert plan(moved, Wanted(3, None, "110101", "Nama 110101"), former=former).is_done
    assert not plan(moved, Wanted(3, None, "110101", "Lain"), former=former).is_done
    assert not plan(moved, Wanted(3, "1101012002", "1102012001", None), former=former).is_done
    assert not plan(moved._replace(new="1101012002"), former=former).is_done
    assert not plan().is_done
