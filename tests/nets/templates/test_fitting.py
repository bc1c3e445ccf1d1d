import pytest
from small_templates import SMALL, fits

from gradviz.data.load import describe
from gradviz.nets.model import inspect
from gradviz.nets.templates import new_experiment, templates
from gradviz.nets.templates.fitting import FEWEST, Side
from gradviz.nets.templates.fitting import SMALL as SMALL_SIDE
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec
from gradviz.spec.problem import SpecError

SIZES = [(1, 1), (2, 5), (8, 8), (9, 7), (28, 28), (31, 33), (63, 64), (64, 63), (100, 65), (224, 224)]
IMAGES = [name for name in templates if fits(name, "digits") and not fits(name, "moons")]


def fitted(name, shape, **knobs):
    info = DataInfo(input_shape=shape, classes=3, samples=10)
    experiment = new_experiment(name, knobs, DataSpec(name="random"), info)
    inspection = inspect(experiment.model, info)
    assert inspection.problems == ()
    return inspection


@pytest.mark.parametrize("name", IMAGES)
def test_images_of_every_size(name):
    for size in SIZES:
        fitted(name, (1, *size), **SMALL[name])
    fitted(name, (4, 8, 8), **SMALL[name])


@pytest.mark.parametrize("name", [name for name in IMAGES if name != "lenet5"])
@pytest.mark.parametrize("size", [8, 20, 32, 63])
def test_no_image_is_halved_below_four_pixels(name, size):
    shapes = [layer.output_shape for layer in fitted(name, (3, size, size), **SMALL[name]).layers]
    sides = [shape[1] for shape in shapes if len(shape) == 3 and shape[1] > 1]
    assert min(sides) >= FEWEST
    assert sides[0] == size
    assert min(sides) <= max(FEWEST, -(-size // 4))


def test_small_images_are_not_shrunk_at_the_start():
    assert Side(SMALL_SIDE - 1).small
    assert not Side(SMALL_SIDE).small
    kinds = [layer.kind for layer in fitted("resnet18", (3, 32, 32), **SMALL["resnet18"]).layers]
    assert "MaxPool2d" not in kinds
    kinds = [layer.kind for layer in fitted("resnet18", (3, 64, 64), **SMALL["resnet18"]).layers]
    assert "MaxPool2d" in kinds


def test_strides_stop_where_pixels_run_out():
    assert Side(32).strides((1, 2, 2, 2, 2)) == [1, 2, 2, 2, 1]
    assert Side(7).strides((2, 2)) == [2, 1]
    assert Side(6).strides((2,)) == [1]
    assert [Side(pixels).pool() for pixels in (7, 8, 9)] == [False, True, True]


def test_the_rows_of_an_image_are_the_steps():
    shapes = [layer.output_shape for layer in fitted("lstm", (3, 10, 6), width=4).layers]
    assert shapes == [(30, 6), (30, 4), (4,), (3,)]


def test_the_values_of_a_vector_are_the_steps():
    shapes = [layer.output_shape for layer in fitted("transformer_encoder", (7,), depth=1, width=8).layers]
    assert shapes[0] == (7, 1)
    assert shapes[1] == (7, 8)


def test_lenet_pads_digits_of_28_pixels_as_it_is_done_for_mnist():
    inspection = fitted("lenet5", (1, 28, 28))
    shapes = [layer.output_shape for layer in inspection.layers if layer.kind in ("Conv2d", "AvgPool2d")]
    assert shapes == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1)]
    assert inspection.parameters == 61_706 - 7 * 85


def test_vgg_reads_seven_pixels_or_the_mean():
    for size, wanted in ((224, 7), (100, 1)):
        layers = fitted("vgg11", (3, size, size), **SMALL["vgg11"]).layers
        [pooled] = [layer.output_shape for layer in layers if layer.kind == "AdaptiveAvgPool2d"]
        assert pooled == (64, wanted, wanted)


@pytest.mark.parametrize("name", ["char_lm", "transformer_lm"])
@pytest.mark.parametrize("level", ["char", "word"])
def test_language_models_take_a_text(name, level):
    spec = DataSpec(name="text", parameters={"level": level, "words": 300, "length": 20})
    info = describe(spec)
    inspection = inspect(new_experiment(name, {}, spec, info).model, info)
    assert inspection.problems == ()
    assert inspection.layers[0].output_shape[0] == 20
    assert inspection.layers[-1].output_shape == (20, {"char": 104, "word": 301}[level])
    with pytest.raises(SpecError, match="needs one at every position: choose text, or random data"):
        new_experiment(name, {}, DataSpec(name="adding"), describe(DataSpec(name="adding")))
