from __future__ import annotations

import pytest

from gradviz.nets.registry import layers
from gradviz.records.factors import FactorKind, factor_kind

GROUPS = {
    "Linear": FactorKind.WEIGHTS,
    "Convolution": FactorKind.WEIGHTS,
    "Recurrent": FactorKind.WEIGHTS,
    "Activation": FactorKind.SLOPE,
    "Normalization": FactorKind.NORMALIZATION,
}


@pytest.mark.parametrize("entry", layers.entries(), ids=lambda entry: entry.name)
def test_every_registered_layer_has_the_kind_of_its_group(entry) -> None:
    expected = GROUPS.get(entry.group, FactorKind.OTHER)
    assert factor_kind(entry.name) is (FactorKind.WEIGHTS if entry.name == "Embedding" else expected)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ConvTranspose2d", FactorKind.WEIGHTS),
        ("NonDynamicallyQuantizableLinear", FactorKind.WEIGHTS),
        ("SyncBatchNorm", FactorKind.NORMALIZATION),
        ("MultiheadAttention", FactorKind.OTHER),
        ("AnythingElse", FactorKind.OTHER),
    ],
)
def test_layers_of_imported_models(kind: str, expected: FactorKind) -> None:
    assert factor_kind(kind) is expected
