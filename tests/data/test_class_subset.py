from __future__ import annotations

import numpy as np
import pytest

from gradviz.data.class_subset import chosen_classes, samples_of, subset
from gradviz.data.load import describe, load
from gradviz.data.registry import DataError, data_sets
from gradviz.spec.catalogue import Kind
from gradviz.spec.experiment import DataSpec


def digits(*classes: int) -> DataSpec:
    return DataSpec(parameters={"classes": list(classes)})


def test_classes_are_renumbered_in_ascending_order() -> None:
    y = np.array([3, 0, 9, 3, 5, 9])
    x, numbers = subset(np.arange(6), y, chosen_classes([9, 3], 10), 10)
    assert x.tolist() == [0, 2, 3, 5]
    assert numbers.tolist() == [0, 1, 0, 1]


def test_without_a_choice_all_are_taken() -> None:
    x, y = np.arange(4), np.array([2, 0, 1, 2])
    assert chosen_classes(None, 3) == (0, 1, 2)
    assert subset(x, y, (0, 1, 2), 3) == (x, y)
    assert samples_of((0, 2), (5, 7, 11)) == 16


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([], "at least 2 classes, not 0"),
        ([4], "at least 2 classes, not 1"),
        ([1, 2, 1], "has 1 twice"),
        ([0, 10], "has 10, but the classes are 0 to 9"),
        ([-1, 3], "at least 0"),
        (["a", "b"], "list of whole numbers"),
        (3, "list of whole numbers"),
    ],
)
def test_what_is_no_subset_is_a_sentence(asked: object, message: str) -> None:
    with pytest.raises(DataError, match=rf"data\.classes .*{message}"):
        describe(DataSpec(parameters={"classes": asked}))


def test_a_network_sees_only_the_chosen_digits() -> None:
    data = load(digits(5, 6, 7, 8, 9), seed=0)
    assert data.info.classes == 5
    assert data.info.samples == len(data.train_y) + len(data.val_y) == 896
    assert sorted(set(data.train_y.tolist())) == [0, 1, 2, 3, 4]
    whole = load(digits(*range(10)), seed=0)
    assert whole.train_y.equal(load(DataSpec(), seed=0).train_y)


@pytest.mark.parametrize("name", [name for name in data_sets if data_sets.entry(name).group == "Images"])
def test_every_image_set_has_the_parameter(name: str) -> None:
    parameter = data_sets.entry(name).parameter("classes")
    assert parameter is not None
    assert (parameter.kinds, parameter.default) == ((Kind.INTEGERS,), None)
