from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec.experiment import GroupSpec
from gradviz.spec.layer_patterns import covering, frozen_names, group_of, matching, with_frozen, with_thawed

NAMES = [*(f"Linear {n}" for n in range(1, 22)), "head [a]", "Conv2d 1", "Conv2d 2"]


def test_few_patterns_for_many_layers() -> None:
    assert covering(NAMES[:9], NAMES) == ("Linear ?",)
    assert covering(NAMES[:20], NAMES) == ("Linear 1?", "Linear ?", "Linear 20")
    assert covering(NAMES[:21], NAMES) == ("Linear *",)
    assert covering(["head [a]"], NAMES) == ("head [a]",)
    assert covering([], NAMES) == ()


@given(st.sets(st.sampled_from(NAMES)))
def test_patterns_cover_just_those_layers(wanted: set[str]) -> None:
    found = {name for pattern in covering(wanted, NAMES) for name in matching(pattern, NAMES)}
    assert found == wanted


@given(
    st.lists(
        st.builds(
            GroupSpec, layers=st.sampled_from([*NAMES, "*", "Linear *", "Linear 1?"]), frozen=st.booleans()
        )
    ),
    st.sets(st.sampled_from(NAMES)),
)
def test_freezing_and_thawing_touch_no_other_layer(groups: list[GroupSpec], names: set[str]) -> None:
    before = set(frozen_names(groups, NAMES))
    assert set(frozen_names(with_frozen(groups, names, NAMES), NAMES)) == before | names
    thawed = with_thawed(groups, names, NAMES)
    assert set(frozen_names(thawed, NAMES)) == before - names


def test_a_name_with_a_star_is_its_own_pattern() -> None:
    assert covering(["a*"], ["a*", "ab"]) == ("a*",)


def test_the_first_group_that_matches_counts() -> None:
    groups = (GroupSpec(layers="Linear 1"), GroupSpec(layers="*", frozen=True))
    assert group_of("Linear 1", groups) is groups[0]
    assert group_of("Linear 2", groups) is groups[1]
    assert group_of("Linear 2", groups[:1]) is None
