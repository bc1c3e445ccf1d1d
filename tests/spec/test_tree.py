import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec import tree
from gradviz.spec.experiment import LayerSpec, ModelSpec


def leaf(name):
    return LayerSpec(kind="Linear", name=name)


def block(name, *body):
    return LayerSpec(kind="Repeat", name=name, body=body)


LAYERS = (leaf("a"), block("b", leaf("c"), block("d", leaf("e")), leaf("f")), leaf("g"))


def names(layers):
    return [(path, node.name) for path, node in ModelSpec(layers=layers).walk()]


def test_at_and_replace():
    assert tree.at(LAYERS, (1, 1, 0)).name == "e"
    changed = tree.replace(LAYERS, (1, 1, 0), leaf("x"))
    assert tree.at(changed, (1, 1, 0)).name == "x"
    assert tree.at(LAYERS, (1, 1, 0)).name == "e"
    with pytest.raises(IndexError):
        tree.at(LAYERS, (7,))


def test_insert_remove_duplicate():
    assert [n.name for n in tree.insert(LAYERS, (3,), leaf("x"), leaf("y"))] == ["a", "b", "g", "x", "y"]
    assert [n.name for n in tree.remove(LAYERS, (0,))] == ["b", "g"]
    assert [n.name for n in tree.at(tree.duplicate(LAYERS, (1, 0)), (1,)).body] == ["c", None, "d", "f"]


PATHS = [path for path, _ in ModelSpec(layers=LAYERS).walk()]


@given(st.sampled_from(PATHS), st.sampled_from([*PATHS, (3,), (1, 3), (1, 1, 1)]))
def test_move_keeps_every_node_and_reports_where_it_went(source, target):
    node = tree.at(LAYERS, source)
    if len(target) > len(source) and target[: len(source)] == source:
        with pytest.raises(ValueError, match="into itself"):
            tree.move(LAYERS, source, target)
        return
    moved, path = tree.move(LAYERS, source, target)
    assert tree.at(moved, path) == node
    assert sorted(name for _, name in names(moved)) == sorted(name for _, name in names(LAYERS))


def test_without_nested():
    assert tree.without_nested([(1, 1, 0), (1,), (0,), (1, 0)]) == [(0,), (1,)]
