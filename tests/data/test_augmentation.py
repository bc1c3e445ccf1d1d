from __future__ import annotations

import pytest
import torch
from torch.nn.functional import pad

from gradviz.data.augmentation import Augmentation, AugmentationError, augmentation_of
from gradviz.data.batches import Batches
from gradviz.data.seeds import Purpose, stream
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import AugmentationSpec

IMAGES = DataInfo(input_shape=(3, 6, 9), classes=2, samples=10)


def images(count: int = 40) -> torch.Tensor:
    return torch.randn(count, 3, 6, 9, generator=torch.Generator().manual_seed(1))


def augmented(step: int = 3, count: int = 40, **what) -> torch.Tensor:
    augment = augmentation_of(AugmentationSpec(**what), IMAGES, seed=5)
    assert augment is not None
    return augment(images(count), step)


def slow_twin(x: torch.Tensor, spec: AugmentationSpec, seed: int, step: int) -> torch.Tensor:
    """One image at a time, by padding and cutting, with the draws in the same order."""
    rng = stream(seed, Purpose.AUGMENTATION, step)
    count = len(x)
    draws = []
    for _side in range(2):
        draws.append(rng.integers(-spec.crop, spec.crop + 1, (count, 1))[:, 0])
        draws.append(rng.integers(-spec.shift, spec.shift + 1, (count, 1))[:, 0])
    crop_y, shift_y, crop_x, shift_x = draws
    mirrored = rng.random(count) < 0.5
    dice = torch.Generator().manual_seed(int(rng.integers(2**63)))
    noise = torch.randn(x.shape, generator=dice)
    result = []
    for n in range(count):
        image = x[n]
        if spec.shift:
            image = cut(image, spec.shift, shift_y[n], shift_x[n], "replicate")
        if spec.crop:
            image = cut(image, spec.crop, crop_y[n], crop_x[n], "reflect")
        if spec.flip and mirrored[n]:
            image = image.flip(-1)
        result.append(image + spec.noise * noise[n])
    return torch.stack(result)


def cut(image: torch.Tensor, by: int, down: int, right: int, mode: str) -> torch.Tensor:
    _, height, width = image.shape
    padded = pad(image[None], (by,) * 4, mode=mode)[0]
    return padded[:, by + down : by + down + height, by + right : by + right + width]


@pytest.mark.parametrize(
    "what",
    [
        {"shift": 2},
        {"shift": 5},
        {"crop": 3},
        {"crop": 5},
        {"flip": True},
        {"noise": 0.5},
        {"shift": 1, "crop": 2, "flip": True, "noise": 0.1},
    ],
)
def test_agrees_with_the_slow_twin(what: dict) -> None:
    for step in (0, 7):
        expected = slow_twin(images(), AugmentationSpec(**what), 5, step)
        torch.testing.assert_close(augmented(step, **what), expected, rtol=0, atol=1e-6)


def test_a_shift_moves_by_whole_pixels_and_repeats_the_edge() -> None:
    ramp = torch.arange(9.0).expand(1, 1, 6, 9)
    augment = Augmentation(shift=2, crop=0, flip=False, noise=0.0, seed=0)
    rows = {tuple(augment(ramp, step)[0, 0, 0].tolist()) for step in range(200)}
    assert rows == {tuple(float(min(max(i + d, 0), 8)) for i in range(9)) for d in (-2, -1, 0, 1, 2)}


def test_half_of_the_images_are_mirrored() -> None:
    there, now = images(2000), augmented(count=2000, flip=True)
    same = (there == now).flatten(1).all(1)
    assert torch.equal(now[~same], there[~same].flip(-1))
    assert 0.45 < float(same.float().mean()) < 0.55


def test_noise_has_its_deviation() -> None:
    added = augmented(count=2000, noise=0.3) - images(2000)
    assert float(added.std()) == pytest.approx(0.3, rel=0.01)


def test_depends_on_seed_and_step_only() -> None:
    what = {"shift": 2, "crop": 2, "flip": True, "noise": 0.2}
    first = augmented(3, **what)
    torch.manual_seed(99)
    augmented(4, **what)
    assert torch.equal(augmented(3, **what), first)
    assert not torch.equal(augmented(4, **what), first)
    other = augmentation_of(AugmentationSpec(**what), IMAGES, seed=6)
    assert other is not None
    assert not torch.equal(other(images(), 3), first)


def test_training_draws_nothing_for_it_from_torchs_own_dice() -> None:
    before = torch.get_rng_state()
    augmented(shift=1, noise=0.5)
    assert torch.equal(torch.get_rng_state(), before)


def test_batches_are_otherwise_in_every_epoch_and_the_data_stay() -> None:
    x, y = images(8), torch.arange(8)
    augment = augmentation_of(AugmentationSpec(noise=0.1), IMAGES, seed=0)
    batches = Batches(x, y, batch_size=8, seed=0, augment=augment)
    seen = []
    for step in range(2):
        batch, classes = batches.take(step)
        assert float((batch - x[classes]).abs().max()) > 0.05
        seen.append(batch[classes.argsort()])
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(x, images(8))
    assert torch.equal(batches.take(0)[0], Batches(x, y, 8, 0, augment).take(0)[0])


def test_off_costs_nothing() -> None:
    assert augmentation_of(AugmentationSpec(), DataInfo(input_shape=(2,), classes=2, samples=4), 0) is None


@pytest.mark.parametrize(
    ("info", "what", "message", "where"),
    [
        (
            DataInfo(input_shape=(2,), classes=2, samples=4),
            {"noise": 0.1},
            r"for images.* \[2\]",
            "augmentation",
        ),
        (
            DataInfo(input_shape=(5, 2), classes=2, samples=4),
            {"flip": True},
            r"for images.* \[5, 2\]",
            "augmentation",
        ),
        (IMAGES, {"shift": 6}, r"augmentation\.shift = 6 moves.*less than 6", "augmentation.shift"),
        (IMAGES, {"crop": 40}, r"augmentation\.crop = 40 moves images.*less than 6", "augmentation.crop"),
    ],
)
def test_what_does_not_go_with_the_data_is_a_sentence(
    info: DataInfo, what: dict, message: str, where: str
) -> None:
    with pytest.raises(AugmentationError, match=message) as caught:
        augmentation_of(AugmentationSpec(**what), info, 0)
    assert caught.value.where == where
