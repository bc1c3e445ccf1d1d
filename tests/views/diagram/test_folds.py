from dataclasses import replace

import diagram_models as models
import pytest
from diagram_models import ENTRIES, block, linear, relu

from gradviz.spec import tree
from gradviz.views.diagram.folds import MOST_ROUNDS, Fold, Folds, can_show_rounds, carried_path, folds_of
from gradviz.views.diagram.outline import outline


def nodes(spec):
    return outline(spec, ENTRIES, models.inspect(spec), {}).nodes


def test_blocks_are_unfolded_composed_ones_folded() -> None:
    spec = models.model(block("Repeat", linear(), times=2), block("Bottleneck"), linear())
    assert [Folds().of(node) for node in nodes(spec)] == [Fold.ONCE, Fold.FOLDED, Fold.FOLDED]


def test_very_deep_blocks_start_folded() -> None:
    spec = linear()
    for _ in range(40):
        spec = block("Sequential", spec)
    node, depth = nodes(models.model(spec))[0], 0
    while Folds().of(node) is Fold.ONCE:
        node, depth = node.children[0], depth + 1
    assert 8 < depth < 20


@pytest.mark.parametrize(("times", "can"), [(1, False), (20, True), (MOST_ROUNDS + 1, False)])
def test_only_a_repeat_of_few_rounds_is_drawn_round_by_round(times: int, can: bool) -> None:
    spec = models.model(block("Repeat", linear(), times=times))
    node = outline(spec, ENTRIES, None, {}).nodes[0]
    assert can_show_rounds(node) is can
    assert Folds().set((0,), Fold.ROUNDS).of(node) is (Fold.ROUNDS if can else Fold.ONCE)


def test_what_was_folded_stays_so_when_layers_come_before_it() -> None:
    old = (linear(), block("Repeat", linear(), times=2), block("Repeat", relu(), times=3))
    folds = Folds().set((1,), Fold.FOLDED).set((2,), Fold.ROUNDS)
    inserted = tree.insert(old, (0,), relu(), relu())
    assert folds.carried(old, inserted).chosen == {(3,): Fold.FOLDED, (4,): Fold.ROUNDS}


def test_it_follows_a_moved_block_and_forgets_a_removed_one() -> None:
    old = (linear(), block("Repeat", linear(), times=2), relu())
    folds = Folds().set((1,), Fold.FOLDED)
    moved, _ = tree.move(old, (1,), (0,))
    assert folds.carried(old, moved).chosen == {(0,): Fold.FOLDED}
    assert folds.carried(old, tree.remove(old, (1,))).chosen == {}


def test_an_edit_inside_a_block_keeps_its_state() -> None:
    old = (block("Repeat", block("Residual", linear()), times=2),)
    folds = Folds().set((0,), Fold.FOLDED).set((0, 0), Fold.FOLDED)
    new = tree.replace(old, (0, 0, 0), replace(old[0].body[0].body[0], name="x"))
    assert folds.carried(old, new).chosen == folds.chosen
    assert carried_path((0, 0, 0), old, new) == (0, 0, 0)


def test_a_selected_layer_is_followed_too() -> None:
    old = (linear(), relu(), linear())
    assert carried_path((2,), old, tree.insert(old, (1,), relu())) == (3,)
    assert carried_path((1,), old, tree.remove(old, (1,))) == ()


def test_what_was_chosen_comes_back_from_json() -> None:
    folds = Folds().set((1,), Fold.FOLDED).set((2, 0), Fold.ROUNDS)
    assert folds.to_raw() == {"1": "folded", "2.0": "rounds"}
    assert folds_of(folds.to_raw()).chosen == folds.chosen


@pytest.mark.parametrize("raw", [None, 3, ["1"], {"x": "folded", "1": "half", "": "once", "1.": "once"}])
def test_a_file_that_says_nonsense_folds_nothing(raw) -> None:
    assert folds_of(raw).chosen == {}
