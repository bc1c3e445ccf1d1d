from __future__ import annotations

import numpy as np
import pytest

from gradviz.data.copy_memory import copy_memory


@pytest.mark.parametrize(("delay", "symbols", "remembered"), [(1, 2, 1), (30, 8, 10), (3, 5, 2)])
def test_sequences_are_arjovskys(delay: int, symbols: int, remembered: int) -> None:
    source = copy_memory(delay=delay, symbols=symbols, remembered=remembered, samples=40)
    x, y = source.make(np.random.default_rng(0))
    blank, delimiter = symbols, symbols + 1
    assert not source.is_language_model
    for given, asked in zip(x.tolist(), y.tolist(), strict=True):
        said = given[:remembered]
        assert all(0 <= symbol < symbols for symbol in said)
        assert given == said + [blank] * (delay - 1) + [delimiter] + [blank] * remembered
        assert asked == [blank] * (delay + remembered) + said
    assert len(x[0]) == source.input_shape[0]
    assert max(x.max() + 1, delimiter + 1) == source.vocabulary
    assert source.classes == blank + 1


def test_every_symbol_is_said() -> None:
    x, _ = copy_memory(delay=5, symbols=8, remembered=10, samples=200).make(np.random.default_rng(0))
    assert np.bincount(x[:, :10].ravel(), minlength=8).tolist() == pytest.approx([250] * 8, rel=0.25)
