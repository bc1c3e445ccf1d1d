import diagram_models as models
import pytest
from diagram_models import ENTRIES, block, linear, relu

from gradviz.views.diagram.folds import Fold, Folds
from gradviz.views.diagram.layout import lay_out
from gradviz.views.diagram.outline import outline
from gradviz.views.diagram.scene import CARD_HEIGHT, FLAT_HEIGHT, GAP, Form


def laid_out(spec, chosen=None):
    return lay_out(outline(spec, ENTRIES, models.inspect(spec), {}), Folds(chosen=chosen or {}))


def titles(scene, form=Form.CARD):
    return [box.node.title for box in scene.boxes if box.form is form]


SCENES = {
    "three": models.wide(2),
    "once": models.deep(20),
    "residual": models.residual_net(),
    "projection": models.model(block("Residual", relu(), shortcut="projection")),
    "branches": models.model(block("Parallel", linear(), block("Sequential", linear(), relu()), relu())),
    "nested": models.model(
        block(
            "Repeat", block("Parallel", block("Residual", linear(), shortcut="projection"), relu()), times=3
        )
    ),
    "composed": models.model(block("Bottleneck"), linear()),
}


@pytest.mark.parametrize("fold", list(Fold))
@pytest.mark.parametrize("name", list(SCENES))
def test_nothing_overlaps_and_everything_lies_in_its_frame(name: str, fold: Fold) -> None:
    spec = SCENES[name]
    whole = outline(spec, ENTRIES, models.inspect(spec), {})
    scene = lay_out(whole, Folds().set_all(whole.nodes, fold))
    for number, box in enumerate(scene.boxes):
        if box.parent >= 0:
            frame = scene.boxes[box.parent]
            assert frame.left < box.left
            assert box.right < frame.right
            assert frame.top < box.top
            assert box.bottom < frame.bottom
            assert box.depth == frame.depth + 1
        for other in scene.boxes[number + 1 :]:
            if other.parent == box.parent:
                apart = (
                    other.top >= box.bottom
                    or box.top >= other.bottom
                    or other.left >= box.right
                    or box.left >= other.right
                )
                assert apart, (box.node.title, other.node.title)
    assert scene.left <= min(x for line in scene.lines for x, _ in line.points)
    assert scene.right >= max(x for line in scene.lines for x, _ in line.points)


def test_an_empty_model_has_an_empty_scene() -> None:
    scene = laid_out(models.model())
    assert scene.boxes == ()
    assert scene.height == 0
    assert scene.at(0, 0) is None
    assert scene.stops == ()


def test_layers_follow_each_other_from_input_to_loss() -> None:
    scene = laid_out(models.wide(2))
    assert titles(scene) == ["Flatten", "Linear 1", "Linear 2"]
    assert titles(scene, Form.END) == ["Input", "Loss"]
    tops = [box.top for box in scene.boxes]
    assert tops[0] == 0
    flatten, first, second = (box for box in scene.boxes if box.form is Form.CARD)
    assert (flatten.height, first.height) == (FLAT_HEIGHT, CARD_HEIGHT)
    assert first.top - flatten.bottom == second.top - first.bottom == GAP
    assert len(scene.lines) == 4


def test_a_repeat_is_one_card_its_body_once_or_all_its_rounds() -> None:
    spec = models.deep(5)
    assert titles(laid_out(spec, {(1,): Fold.FOLDED})) == ["Flatten", "Repeat", "Linear 6"]
    assert titles(laid_out(spec)) == ["Flatten", "Linear", "ReLU", "Linear 6"]
    rounds = laid_out(spec, {(1,): Fold.ROUNDS})
    names = [name for number in range(1, 6) for name in (f"Linear {number}", "ReLU")]
    assert titles(rounds) == ["Flatten", *names, "Linear 6"]
    assert [label.text for label in rounds.labels] == ["1", "2", "3", "4", "5"]
    assert len(rounds.places) == len([box for box in rounds.boxes if box.form is not Form.JOIN])


def test_a_shortcut_runs_beside_what_it_passes_by() -> None:
    scene = laid_out(models.model(block("Residual", linear(), relu())))
    (arc,) = [line for line in scene.lines if line.skips]
    body = [box for box in scene.boxes if box.form is Form.CARD]
    (join,) = [box for box in scene.boxes if box.form is Form.JOIN]
    assert max(x for x, _ in arc.points) > max(box.right for box in body)
    assert arc.points[0][1] < body[0].top
    assert arc.points[-1] == (join.right, join.top + join.height / 2)


def test_a_projection_stands_on_the_shortcut() -> None:
    scene = laid_out(models.model(block("Residual", linear(), shortcut="projection")))
    projection = next(box for box in scene.boxes if box.node.part == 0 and box.form is Form.CARD)
    assert projection.node.parameters == 64
    body = next(box for box in scene.boxes if box.node.path == (0, 0))
    assert projection.left > body.right
    ways = [line for line in scene.lines if line.skips]
    assert ways[0].points[-1] == (projection.left + projection.width / 2, projection.top)
    assert ways[-1].points[0] == (projection.left + projection.width / 2, projection.bottom)


def test_branches_stand_side_by_side_and_meet() -> None:
    scene = laid_out(models.model(block("Parallel", linear(), linear(), relu(), combine="concatenation")))
    branches = [box for box in scene.boxes if box.form is Form.CARD]
    assert len({box.top for box in branches}) == 1
    assert branches[0].right < branches[1].left
    (join,) = [box for box in scene.boxes if box.form is Form.JOIN]
    assert join.text == "concat"
    assert join.top > max(box.bottom for box in branches)


def test_the_innermost_box_is_found_at_a_place() -> None:
    scene = laid_out(models.model(block("Repeat", block("Residual", linear()), times=2)))
    number = scene.place_of((0, 0, 0))
    box = scene.boxes[number]
    assert scene.at(0, box.top + 1) == number
    frame = scene.boxes[scene.place_of((0, 0))]
    assert scene.boxes[scene.at(frame.left + 2, frame.top + 2)].node.path == (0, 0)
    assert scene.at(scene.right + 50, box.top) is None


def test_a_row_chooses_among_the_rounds_of_a_layer() -> None:
    scene = laid_out(models.deep(5), {(1,): Fold.ROUNDS})
    assert scene.boxes[scene.place_of((1, 0), 3)].node.title == "Linear 4"
    assert scene.boxes[scene.place_of((1, 0))].node.title == "Linear 1"
    assert scene.place_of((7,)) is None


def test_only_what_is_in_sight_is_found() -> None:
    scene = laid_out(models.wide(1000))
    seen = scene.boxes_between(1000, 1500)
    assert 5 < len(seen) < 15
    assert all(scene.boxes[n].bottom >= 1000 and scene.boxes[n].top <= 1500 for n in seen)
    assert len(scene.lines_between(1000, 1500)) < 15
