import pytest

from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.other_names import OTHER_NAMES, usual_name


@pytest.mark.parametrize("name", ["Swish", "swish", "SWISH"])
def test_what_others_call_a_layer_is_suggested_before_what_looks_alike(name):
    assert did_you_mean(name, ["Mish", "Hardswish", "SiLU"]) == ": did you mean “SiLU”?"


def test_only_what_is_known_is_suggested():
    assert did_you_mean("Dense", ["Repeat"]) == ""


def test_blanks_hyphens_and_underscores_do_not_matter():
    assert usual_name("fully-connected") == usual_name("Fully Connected") == "Linear"
    assert usual_name("max_pooling_2d") == "MaxPool2d"
    assert usual_name("Zzz") is None


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("SimpleRNN", "RNN"),
        ("GlobalAveragePooling1D", "MeanOverTime"),
        ("SpatialDropout2D", "Dropout2d"),
        ("SelfAttention", "MultiheadAttention"),
        ("Reshape", "Unflatten"),
        ("Drop-Path", "StochasticDepth"),
        ("MBConv", "InvertedResidual"),
    ],
)
def test_names_of_keras_and_of_papers(name, ours):
    assert usual_name(name) == ours


def test_every_name_is_written_as_it_is_looked_up():
    assert all(usual_name(name) == OTHER_NAMES[name] for name in OTHER_NAMES)
