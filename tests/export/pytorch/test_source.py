"""Our own text in a script: whole, once, and without what belongs to this house."""

from __future__ import annotations

import pytest

from gradviz.data.batches import Batches
from gradviz.export.pytorch.clipping import global_norm
from gradviz.export.pytorch.source import NotCarriedError, Sources
from gradviz.nets.embedding import PositionalEncoding
from gradviz.nets.initializers import lsuv
from gradviz.nets.registry import layers


def test_what_a_definition_needs_comes_before_it_and_once():
    sources = Sources()
    text = "\n\n\n".join(sources.carry(Batches, Batches))
    for earlier, later in (("class Purpose", "def stream"), ("def stream", "def epoch_order")):
        assert 0 < text.index(earlier) < text.index(later) or text.startswith(earlier)
    assert text.count("class Batches") == 1
    assert sources.carry(Batches) == []
    assert "gradviz" not in text


def test_imports_are_collected_and_sorted():
    sources = Sources()
    sources.carry(PositionalEncoding, global_norm)
    assert sources.import_lines() == [
        "import math",
        "",
        "import torch",
        "from torch import Tensor, nn",
        "from torch.nn.functional import dropout as drop",
    ]


def test_registration_and_remarks_are_left_off_and_other_decorators_stay():
    sources = Sources()
    (text,) = [text for text in sources.carry(global_norm) if text.startswith("def global_norm")]
    assert "noqa" not in text
    assert "@contextmanager\ndef as_in_training" in "\n".join(sources.carry(lsuv.as_in_training))


def test_two_things_of_one_name_are_a_mistake():
    def twin():
        pass

    twin.__name__ = "global_norm"
    twin.__module__ = "gradviz.training.optimizers"
    sources = Sources()
    sources.carry(global_norm)
    with pytest.raises(NotCarriedError, match="two things are called global_norm"):
        sources.carry(twin)


def test_what_runs_may_be_carried_and_compiled():
    sources = Sources()
    text = "\n\n".join(sources.carry(PositionalEncoding))
    module = {}
    exec("\n".join(["from __future__ import annotations", *sources.import_lines(), text]), module)
    made = module["PositionalEncoding"](4, 6, encoding="sinusoidal", dropout=0.0)
    wanted = layers["PositionalEncoding"]((4, 6), encoding="sinusoidal", dropout=0.0)
    assert made.weight.equal(wanted.weight)
