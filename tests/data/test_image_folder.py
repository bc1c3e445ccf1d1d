from __future__ import annotations

import os

import numpy as np
import pytest
from image_files import write_image_folder
from PIL import Image

from gradviz.data.image_folder import SUFFIXES, image_folder
from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.data.seeds import Purpose, stream
from gradviz.spec.experiment import DataSpec


def spec(folder, **parameters) -> DataSpec:
    return DataSpec(name="image_folder", parameters={"path": str(folder), **parameters})


def samples(folder, *, size=None, grey=False, classes=None):
    return image_folder(str(folder), size, grey, classes).make(stream(0, Purpose.SAMPLES))


def save(path, pixels, **options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels, dtype=np.uint8))
    image.save(path, **options)


RED = np.tile(np.array([200, 10, 30], dtype=np.uint8), (6, 4, 1))


def test_pixels_and_classes_are_those_of_the_files(tmp_path) -> None:
    write_image_folder(tmp_path, ("b", "a", "c"), each=2)
    x, y = samples(tmp_path)
    assert (x.shape, x.dtype) == ((6, 3, 5, 4), np.uint8)
    assert y.tolist() == [0, 0, 1, 1, 2, 2]
    for number, name in enumerate("abc"):
        pixels = np.asarray(Image.open(tmp_path / name / "001.png"))
        assert np.array_equal(x[2 * number + 1], pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_is_read(suffix: str, tmp_path) -> None:
    for name, value in (("dark", 20), ("light", 220)):
        save(
            tmp_path / name / f"x{suffix.upper()}", np.full((8, 8) if suffix == ".pgm" else (8, 8, 3), value)
        )
    x, _ = samples(tmp_path)
    assert x.shape == (2, 3, 8, 8)
    assert np.abs(x[0].astype(int) - 20).max() <= 3
    assert np.abs(x[1].astype(int) - 220).max() <= 3


def test_other_files_are_left_out(tmp_path) -> None:
    write_image_folder(tmp_path, each=1)
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / "cat" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "cat" / ".hidden.png").write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    assert samples(tmp_path)[1].tolist() == [0, 1]


def test_grey_images_have_one_channel(tmp_path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name / "x.png", RED)
    assert describe(spec(tmp_path, grey=True)).input_shape == (1, 6, 4)
    x, _ = samples(tmp_path, grey=True)
    assert x.shape == (2, 1, 6, 4)
    assert abs(int(x[0, 0, 0, 0]) - (0.299 * 200 + 0.587 * 10 + 0.114 * 30)) <= 1


def test_size_makes_all_images_alike(tmp_path) -> None:
    save(tmp_path / "a" / "x.png", RED)
    save(tmp_path / "b" / "y.png", np.full((30, 50, 3), 77))
    assert describe(spec(tmp_path, size=[3, 7])).input_shape == (3, 3, 7)
    x, _ = samples(tmp_path, size=[3, 7])
    assert (x[0] == np.array([200, 10, 30])[:, None, None]).all()
    assert (x[1] == 77).all()


def test_every_mode_becomes_what_is_asked_for(tmp_path) -> None:
    flat = Image.fromarray(RED)
    clear = flat.convert("RGBA")
    clear.putalpha(0)
    modes = {
        "1": flat.convert("1"),
        "cmyk": flat.convert("CMYK"),
        "grey": flat.convert("L"),
        "palette": flat.convert("P"),
        "rgba": flat.convert("RGBA"),
        "transparent": clear,
    }
    for name, image in modes.items():
        save(tmp_path / name / ("x.tif" if name == "cmyk" else "x.png"), image)
    x, _ = samples(tmp_path)
    pixels = {name: tuple(image[:, 0, 0].tolist()) for name, image in zip(modes, x, strict=True)}
    assert pixels["rgba"] == (200, 10, 30)
    assert pixels["transparent"] == (0, 0, 0)
    assert len(set(pixels["grey"])) == 1
    assert set(pixels["1"]) <= {0, 255}


def test_a_photograph_stands_as_the_camera_was_held(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("a", "b"):
        save(tmp_path / name / "x.jpg", RED, exif=exif)
    assert describe(spec(tmp_path)).input_shape == (3, 4, 6)
    assert samples(tmp_path)[0].shape == (2, 3, 4, 6)


def test_a_subset_of_the_classes(tmp_path) -> None:
    write_image_folder(tmp_path, ("a", "b", "c"), each=10)
    data = load(spec(tmp_path, classes=[2, 0]), seed=0)
    assert (data.info.classes, data.info.samples) == (2, 20)


def test_new_images_are_seen(tmp_path) -> None:
    write_image_folder(tmp_path, each=3)
    assert describe(spec(tmp_path)).samples == 6
    save(tmp_path / "cat" / "new.png", np.zeros((5, 4, 3)))
    os.utime(tmp_path / "cat", ns=(1, 1))  # whatever the resolution of the clock
    assert describe(spec(tmp_path)).samples == 7


def test_it_tells_how_far_it_is(tmp_path) -> None:
    write_image_folder(tmp_path, each=10)
    told: list[str] = []
    load(spec(tmp_path), seed=0, progress=told.append)
    assert told[0] == "Reading images: 1 of 20"


def one_class(folder) -> None:
    write_image_folder(folder, ("only",), each=2)


def no_folders(folder) -> None:
    folder.mkdir()
    save(folder / "x.png", RED)


def empty_class(folder) -> None:
    write_image_folder(folder, each=2)
    (folder / "empty").mkdir()


def one_too_deep(folder) -> None:
    write_image_folder(folder / "train", each=2)
    write_image_folder(folder / "test", each=2)


def mixed_sizes(folder) -> None:
    write_image_folder(folder, each=2)
    for place in range(5):
        save(folder / "dog" / f"z{place}.png", np.zeros((9, 8 + place, 3)))


def text_as_image(folder) -> None:
    write_image_folder(folder, each=2)
    (folder / "dog" / "text.png").write_text("no image")
    (folder / "dog" / "zero.png").write_bytes(b"")


def cut_off(folder) -> None:
    write_image_folder(folder, each=2)
    file = folder / "cat" / "001.png"
    file.write_bytes(file.read_bytes()[:60])


def sixteen_bits(folder) -> None:
    write_image_folder(folder, each=2)
    save(folder / "dog" / "deep.png", Image.fromarray(np.zeros((5, 4), dtype=np.uint16)))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (one_class, r"data\.path: .*has only one class, only"),
        (no_folders, r"data\.path: .*has no folders: it needs one for each class"),
        (empty_class, r"data\.path: the class empty has no images"),
        (one_too_deep, r"data\.path: .*test has folders instead of images: is it the one to be named"),
        (
            mixed_sizes,
            (
                r"differ in size: .*000\.png is 5 × 4, .*z0\.png is 9 × 8; .*z1\.png is 9 × 9; "
                r".*; and 2 more; data\.size = \[height, width\]"
            ),
        ),
        (text_as_image, r"text\.png is no image, or a damaged one; .*zero\.png is empty"),
        (cut_off, r"001\.png cannot be read: "),
        (sixteen_bits, r"deep\.png has more than 8 bits a channel"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(write, message: str, tmp_path) -> None:
    write(tmp_path / "data")
    with pytest.raises(DataError, match=message):
        load(spec(tmp_path / "data"), seed=0)


def test_an_image_of_too_many_pixels_is_named(tmp_path, monkeypatch) -> None:
    write_image_folder(tmp_path, each=2)
    for limit in (15, 5):  # Pillow warns of more than the limit, and refuses more than twice as much
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(DataError, match=rf"000\.png has more than {limit} pixels"):
            describe(spec(tmp_path))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": [0, 3]}, r"data\.size must be at least 1"),
        ({"size": [5]}, r"data\.size must be a list of 2 whole numbers"),
        ({"grey": 1}, r"data\.grey must be true or false"),
        ({"path": None}, r"data\.path must be the path"),
    ],
)
def test_parameters_out_of_range_are_a_sentence(parameters: dict, message: str, tmp_path) -> None:
    write_image_folder(tmp_path, each=2)
    with pytest.raises(DataError, match=message):
        describe(DataSpec(name="image_folder", parameters={"path": str(tmp_path), **parameters}))
