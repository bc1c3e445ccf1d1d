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


def test_mapped_changes_inside_before_outside():
    seen = []

    def mark(node):
        seen.append(node.name)
        return LayerSpec(kind=node.kind, name=f"{node.name}!", body=node.body)

    changed = tree.mapped(LAYERS, [(1,), (1, 1, 0), (2,)], mark)
    assert seen == ["e", "b", "g"]
    assert [name for _, name in names(changed)] == ["a", "b!", "c", "d", "e!", "f", "g!"]
    assert changed[0] is LAYERS[0]


def test_remove_all_takes_nested_ones_once():
    assert names(tree.remove_all(LAYERS, [(1,), (1, 0), (2,)])) == [((0,), "a")]


def test_group_and_ungroup_are_each_others_undo():
    repeat = LayerSpec(kind="Repeat", parameters={"times": 2})
    grouped, path = tree.group(LAYERS, [(1, 1), (1, 0)], repeat)
    assert path == (1, 0)
    assert [layer.name for layer in tree.at(grouped, path).body] == ["c", "d"]
    back, paths = tree.ungroup(grouped, path)
    assert back == LAYERS
    assert paths == ((1, 0), (1, 1))
    with pytest.raises(ValueError, match="neighbouring"):
        tree.group(LAYERS, [(0,), (2,)], repeat)
    with pytest.raises(ValueError, match="neighbouring"):
        tree.group(LAYERS, [(0,), (1, 0)], repeat)


def test_ungrouping_several_times_writes_the_rounds_out():
    written, paths = tree.ungroup(LAYERS, (1,), times=3)
    assert [layer.name for layer in written] == ["a", "c", "d", "f", *[None] * 6, "g"]
    assert paths == tuple((i,) for i in range(1, 10))
    assert [layer.body for layer in written[1:4]] == [layer.body for layer in written[4:7]]


@pytest.mark.parametrize(
    ("pattern", "body", "times"),
    [("ababab", "ab", 3), ("aaaa", "a", 4), ("aba", "aba", 1), ("a", "a", 1), ("abcabd", "abcabd", 1)],
)
def test_rounds_finds_the_shortest_body(pattern, body, times):
    nodes = tuple(LayerSpec(kind=kind, name=f"{i}") for i, kind in enumerate(pattern))
    found, count = tree.rounds(nodes)
    assert ("".join(node.kind for node in found), count) == (body, times)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], None),
        ([(1,)], ((1,), 1)),
        ([(2,), (1,)], ((1,), 2)),
        ([(0,), (2,)], None),
        ([(1, 0), (1, 1)], ((1, 0), 2)),
        ([(0,), (1, 0)], None),
    ],
)
def test_neighbours(paths, expected):
    assert tree.neighbours(paths) == expected
