"""Every template, made small, on all data that fit it."""

import pytest
from keras_everything import template
from small_templates import PAIRS

from gradviz.export.keras import export_keras
from gradviz.nets.templates import new_experiment


@pytest.mark.parametrize(("name", "data"), PAIRS)
def test_every_template_gives_the_same(check, name, data):
    check(template(name, data))


@pytest.mark.parametrize(
    ("name", "lines"), [("resnet50", 280), ("resnet110", 120), ("densenet121", 125), ("transformer_lm", 45)]
)
def test_published_networks_are_short(name, lines):
    text = export_keras(new_experiment(name, {}, None, None))
    assert text[text.index("def build_model") : text.index("# Training\n")].count("\n") < lines
