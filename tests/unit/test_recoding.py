"""Whatever a decree says, the tree of areas stays a tree, or the decree is refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.regions.area import Area, level_of, parent_code
from registry.regions.recoding import Known, Wanted, plan_recoding

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
