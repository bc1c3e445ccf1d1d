import pytest

from gradviz.views.layer_table.folding import Folding, folding_of


def test_what_was_chosen_comes_back_from_json() -> None:
    folding = Folding(blocks=True).turned("Linear 3").turned("stem")
    assert folding.to_raw() == {"blocks": True, "open": ["Linear 3", "stem"]}
    assert folding_of(folding.to_raw()) == folding
    assert folding.turned("stem").open == {"Linear 3"}


@pytest.mark.parametrize("raw", [None, 3, [], {"blocks": 1, "open": "abc"}, {"open": [1, None]}])
def test_a_file_that_says_nonsense_folds_as_one_that_says_nothing(raw) -> None:
    assert folding_of(raw) == Folding()


def test_without_a_choice_many_layers_stand_in_blocks() -> None:
    assert Folding().is_wanted(100)
    assert not Folding().is_wanted(99)
    assert not Folding(blocks=False).is_wanted(1000)
    assert Folding(blocks=True).is_wanted(3)
