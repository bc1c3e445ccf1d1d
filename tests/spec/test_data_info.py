from __future__ import annotations

import pytest

from gradviz.spec.data_info import DataInfo, Task


@pytest.mark.parametrize(
    ("task", "classes", "words"),
    [
        (Task.CLASSIFICATION, 1000, "1,000 classes"),
        (Task.BINARY, 1, "2 classes by one score"),
        (Task.REGRESSION, 1, "1 number"),
        (Task.REGRESSION, 3, "3 numbers"),
    ],
)
def test_what_is_to_be_learnt_in_words(task: Task, classes: int, words: str) -> None:
    assert DataInfo(input_shape=(2,), classes=classes, samples=9, task=task).to_learn == words
