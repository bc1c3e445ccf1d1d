"""Models written short: `layer("Linear", out_features=3)`, `net(layer(…), …)`."""

import pytest

from gradviz.nets.build import build_model, inspect_model
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec


def _layer(kind, *body, name=None, **parameters):
    return LayerSpec(kind=kind, name=name, parameters=parameters, body=body)


def _net(*layers, initializer="default", **parameters):
    return ModelSpec(layers=layers, initializer=InitializerSpec(name=initializer, parameters=parameters))


@pytest.fixture(scope="session")
def layer():
    return _layer


@pytest.fixture(scope="session")
def net():
    return _net


@pytest.fixture(scope="session")
def complaints():
    """The problems of layers on an input, as (path, message)."""

    def find(*layers, shape=(1, 8, 8), classes=10):
        problems = inspect_model(_net(*layers), shape, classes).problems
        return [(problem.path, problem.message) for problem in problems]

    return find


@pytest.fixture(scope="session")
def output_shape():
    """The shape after one layer, or the problem's message."""

    def after(spec, shape):
        inspection = inspect_model(_net(spec), shape, 7)
        return inspection.nodes[0].output_shape if inspection.nodes else inspection.problems[0].message

    return after


@pytest.fixture(scope="session")
def built_layer():
    """The torch module of one layer that takes `shape`, followed by what makes a network of it."""

    def build(spec, shape):
        tail = (_layer("Flatten"), _layer("Linear", out_features="classes"))
        return next(iter(build_model(_net(spec, *tail), shape, 7, seed=0).model))

    return build
