"""Every layer and block in Keras: as many trainable numbers, the same outputs, the same losses."""

import warnings

import pytest
from keras_everything import registered
from keras_variants import networks

from gradviz.export.keras.writers import writers
from gradviz.nets.registry import layers

NETWORKS = {name: spec for name, _, spec in networks()}


@pytest.mark.parametrize("kind", list(layers))
def test_every_layer_and_block_gives_the_same(check, kind):
    for _, _, spec, options in registered(kind):
        check(spec, **options)


@pytest.mark.parametrize("name", list(NETWORKS))
def test_awkward_parameters_give_the_same(check, name):
    with warnings.catch_warnings(
        action="ignore"
    ):  # torch's, that “same” padding of an even kernel costs a copy
        check(NETWORKS[name])


def test_every_layer_without_a_body_has_a_writer():
    leaves = {entry.name for entry in layers.entries() if not entry.body and not entry.composed}
    assert leaves == set(writers)
