import diagram_models as models
from diagram_models import ENTRIES, block, linear, relu

from gradviz.records.layer import LayerProblem
from gradviz.views.diagram.node import Role
from gradviz.views.diagram.outline import outline, rounds_of


def outlined(spec, inspection=None, problems=None):
    return outline(spec, ENTRIES, inspection or models.inspect(spec), problems or {})


def test_a_layer_tells_name_parameters_shape_and_size() -> None:
    (node,) = outlined(models.model(linear(8))).nodes
    assert (node.title, node.detail, node.shape, node.parameters) == ("Linear 1", "8", (8,), 72)
    assert node.role is Role.LAYER
    assert node.is_tall


def test_a_given_name_leads_and_the_kind_follows() -> None:
    (node,) = outlined(models.model(linear(8, name="head"))).nodes
    assert (node.title, node.detail) == ("head", "Linear 8")


def test_a_layer_without_weights_is_flat_and_has_no_row() -> None:
    node = outlined(models.model(relu())).nodes[0]
    assert not node.is_tall
    assert node.rows == ()


def test_a_layer_inside_a_repeat_stands_for_all_rounds() -> None:
    repeat = outlined(models.deep(20)).nodes[1]
    assert repeat.role is Role.REPEAT
    assert repeat.times == 20
    assert repeat.children[0].title == "Linear"
    assert repeat.children[0].rows == tuple(range(20))
    assert repeat.children[1].rows == ()
    assert repeat.rows == tuple(range(20))


def test_round_by_round_every_layer_has_its_own_name_and_row() -> None:
    whole = outlined(models.deep(4))
    rounds = rounds_of(whole.nodes[1].children[0], 4, whole.measured)
    assert [node.title for node in rounds] == [f"Linear {number}" for number in range(1, 5)]
    assert [node.rows for node in rounds] == [(0,), (1,), (2,), (3,)]
    assert [node.rounds for node in rounds] == [(0,), (1,), (2,), (3,)]
    assert len({node.key for node in rounds}) == 4


def test_rounds_inside_rounds_keep_their_own() -> None:
    whole = outlined(models.model(block("Repeat", block("Repeat", linear(), times=3), times=2)))
    outer = rounds_of(whole.nodes[0].children[0], 2, whole.measured)
    assert [node.rows for node in outer] == [(0, 1, 2), (3, 4, 5)]
    inner = rounds_of(outer[1].children[0], 3, whole.measured)
    assert [(node.rounds, node.rows) for node in inner] == [((1, 0), (3,)), ((1, 1), (4,)), ((1, 2), (5,))]


def test_a_residual_has_its_projection_as_its_own() -> None:
    spec = models.model(block("Residual", linear(), shortcut="projection"))
    node = outlined(spec).nodes[0]
    assert [part.title for part in node.own] == ["Linear"]
    assert node.own[0].rows == (0,)
    assert [child.title for child in node.children] == ["Linear 2"]
    assert node.rows == (0, 1)


def test_what_was_given_but_holds_anyway_is_not_told() -> None:
    usual = outlined(models.model(block("Residual", linear(), shortcut="auto"))).nodes[0]
    other = outlined(models.model(block("Residual", linear(), shortcut="projection"))).nodes[0]
    assert (usual.detail, other.detail) == ("", "projection")


def test_branches_know_how_they_are_joined() -> None:
    def joined(**given):
        return outlined(models.model(block("Parallel", linear(), linear(), **given))).nodes[0].join

    assert (joined(), joined(combine="product"), joined(combine="concatenation")) == ("+", "×", "concat")


def test_a_composed_block_holds_the_layers_that_it_stands_for() -> None:
    spec = models.model(block("Repeat", block("Bottleneck"), times=3))
    (node,) = outlined(spec).nodes[0].children
    assert node.role is Role.COMPOSED
    assert [part.title for part in node.children] == ["Linear", "ReLU", "Linear"]
    assert [part.rows for part in node.children] == [(0, 2, 4), (), (1, 3, 5)]
    assert [part.part for part in node.children] == [0, 1, 2]


def test_before_the_engine_has_answered_the_model_is_there_without_shapes() -> None:
    found = outline(models.deep(), ENTRIES, None, {})
    assert [node.title for node in found.nodes] == ["Flatten", "Repeat", "Linear"]
    assert found.nodes[2].shape is None
    assert found.measured == ()
    assert found.nodes[2].is_tall


def test_an_inspection_of_an_earlier_edit_does_no_harm() -> None:
    late = outline(models.wide(5), ENTRIES, models.inspect(models.deep()), {})
    assert len(late.nodes) == 6


def test_a_problem_stands_at_its_node_and_is_known_above() -> None:
    spec = models.deep()
    node = outlined(spec, problems={(1, 0): "does not fit"}).nodes[1]
    assert node.problem_inside
    assert not node.problem
    assert node.children[0].problem == "does not fit"
    assert LayerProblem(path=(1, 0), message="x").path == node.children[0].path


def test_a_network_written_in_python_is_a_chain_of_what_was_found() -> None:
    found = models.inspect(models.wide(3))
    nodes = outline(models.model(), ENTRIES, found, {}).nodes
    assert [node.title for node in nodes] == ["Flatten", "Linear 1", "Linear 2", "Linear 3"]
    assert len({node.key for node in nodes}) == 4


def test_nonsense_in_a_file_is_drawn_as_far_as_it_goes() -> None:
    spec = models.model(block("Repeat", linear(), times="many"), block("Nonsense"), block("Repeat", times=-3))
    nodes = outline(spec, ENTRIES, None, {}).nodes
    assert [node.times for node in nodes] == [1, 1, 1]
