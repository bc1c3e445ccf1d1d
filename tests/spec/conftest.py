import pytest

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.registry import boolean, choice, integer, integers, number


def entry(name, *parameters, body=False):
    return Entry(name=name, group="Test", doc="For tests", parameters=parameters, body=body)


@pytest.fixture(scope="session")
def catalogue():
    return Catalogue(
        layers=(
            entry("Flatten"),
            entry(
                "Linear",
                integer("out_features", "Width", minimum=1, choices=("classes",)),
                boolean("bias", "Add a bias", default=True),
            ),
            entry("Sigmoid"),
            entry("Dropout", number("p", "Share", default=0.5, minimum=0, below=1)),
            entry("MaxPool2d", integers("kernel_size", "Size", or_one=True, length=2, minimum=1)),
            entry("Repeat", integer("times", "How often", default=1, minimum=1, maximum=10_000), body=True),
            entry(
                "Residual",
                choice("shortcut", "Way around", choices=("auto", "identity"), default="auto"),
                body=True,
            ),
        ),
        initializers=(entry("default"), entry("normal", number("std", "Spread", default=0.02, above=0))),
        data_sets=(entry("digits"), entry("moons", number("noise", "Spread", default=0.1, minimum=0))),
        optimizers=(
            entry("SGD", number("momentum", "Inertia", default=0.0, minimum=0, below=1)),
            entry("Adam"),
        ),
        clips=(
            entry("global_norm"),
            entry("value", number("threshold", "Largest entry", default=1.0, above=0)),
        ),
        losses=(entry("auto"), entry("cross_entropy")),
        schedules=(entry("constant"), entry("cosine")),
    )
