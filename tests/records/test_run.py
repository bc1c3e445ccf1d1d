"""What a run is keeps its measured layers at hand and leaves them out of its raw form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gradviz.records.run import RunInfo


def test_measured_layers_follow_a_change(new_info: Callable[..., RunInfo]) -> None:
    info = new_info(3)
    bare = replace(info.layers[1], kind="Sigmoid", parameters=0)
    changed = replace(info, layers=(info.layers[0], bare, info.layers[2]))
    assert info.measured == info.layers
    assert changed.measured == (info.layers[0], info.layers[2])
    assert changed.kinds == {"Linear", "Sigmoid"}


def test_the_raw_form_has_only_what_was_told(new_info: Callable[..., RunInfo]) -> None:
    info = new_info(2)
    assert not [name for name in info.to_raw() if name.startswith("_")]
    assert RunInfo.from_raw(info.to_raw()) == info
