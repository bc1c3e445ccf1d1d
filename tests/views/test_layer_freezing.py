from gradviz.spec.experiment import GroupSpec


def test_selected_layers_are_frozen_and_thawed(window, document) -> None:
    action = window.actions_by_key["layer.freeze"]
    tree = window.left.builder.tree
    tree.select_paths([(2,)])
    assert action.isEnabled()
    action.trigger()
    assert document.experiment.optimizer.groups == (GroupSpec(layers="Linear 21", frozen=True),)
    tree.select_paths([(1,)])
    action.trigger()  # extends it: the Repeat's twenty layers
    assert len(document.experiment.optimizer.groups) == 4
    assert window.left.training.groups.summary(document.experiment) == "4 groups · 21 frozen"
    tree.select_paths([(2,)])
    assert action.text() == "Let layers learn"
    action.trigger()
    assert window.left.training.groups.summary(document.experiment) == "3 groups · 20 frozen"
    document.undo_stack.undo()
    assert window.left.training.groups.summary(document.experiment) == "4 groups · 21 frozen"


def test_layers_without_weights_cannot_be_frozen(window) -> None:
    window.left.builder.tree.select_paths([(0,)])
    action = window.actions_by_key["layer.freeze"]
    assert not action.isEnabled()
    assert "weights" in action.toolTip()
