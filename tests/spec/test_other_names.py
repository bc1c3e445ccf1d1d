import pytest

from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.other_names import usual_name


@pytest.mark.parametrize("name", ["Swish", "swish", "SWISH"])
def test_what_others_call_a_layer_is_suggested_before_what_looks_alike(name):
    assert did_you_mean(name, ["Mish", "Hardswish", "SiLU"]) == ": did you mean “SiLU”?"


def test_only_what_is_known_is_suggested():
    assert did_you_mean("Dense", ["Repeat"]) == ""


def test_blanks_hyphens_and_underscores_do_not_matter():
    assert usual_name("fully-connected") == usual_name("Fully Connected") == "Linear"
    assert usual_name("max_pooling_2d") == "MaxPool2d"
    assert usual_name("Zzz") is None
