from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.probes.sampling import MOST, distance, in_memory_order, looked_at, sampled


@given(st.integers(1, 40_000_000) | st.integers(1, 1300).map(lambda times: 30_030 * times))
def test_a_sample_is_neither_too_large_nor_too_small(entries: int) -> None:
    taken = looked_at(entries)
    assert taken == len(range(0, entries, distance(entries)))
    assert taken <= 5 * MOST
    assert taken == entries or taken >= MOST // 5


@pytest.mark.parametrize("size", [(4096, 64), (512, 512), (64, 128, 3, 3), (3, 100_003), (256, 4, 4, 81)])
def test_every_place_of_every_dimension_has_its_turn(size: tuple[int, ...]) -> None:
    """As often as the others: no row, column or channel is favoured by how the tensor lies."""
    for dim, length in enumerate(size):
        places = torch.arange(length).reshape(-1, *[1] * (len(size) - dim - 1)).expand(size)
        seen = torch.bincount(sampled(places.contiguous()), minlength=length)
        even = looked_at(places.numel()) / length
        assert even / 2 - 1 <= int(seen.min()) <= int(seen.max()) <= 2 * even + 1


def test_it_is_the_same_sample_every_time_and_draws_no_random_number() -> None:
    tensor = torch.randn(700, 700)
    before = torch.get_rng_state()
    assert torch.equal(sampled(tensor), sampled(tensor.clone()))
    assert torch.equal(torch.get_rng_state(), before)
    assert sampled(torch.ones(MOST)).numel() == MOST
    assert sampled(torch.empty(0)).numel() == 0


def test_what_lies_without_gaps_is_not_copied() -> None:
    images = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    for tensor in (images, torch.randn(6, 7).t(), torch.randn(4, 5, 6).permute(2, 0, 1), torch.tensor(1.0)):
        flat = in_memory_order(tensor)
        assert flat.data_ptr() == tensor.data_ptr()
        assert flat.sort().values.tolist() == tensor.reshape(-1).sort().values.tolist()
    gaps = torch.arange(20.0).reshape(4, 5)[::2, ::2]
    assert in_memory_order(gaps).tolist() == [0, 2, 4, 10, 12, 14]
    assert in_memory_order(torch.ones(2, 1).expand(2, 3)).tolist() == [1.0] * 6


@pytest.mark.parametrize("width", [10, 300])
def test_a_run_with_a_large_layer_says_how_much_is_looked_at(width: int, lab) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(width, 300), torch.nn.Linear(3, 2))
    found = lab(model).read().sample_at("entries_looked_at", 0)
    if width == 10:
        assert found is None
    else:
        assert found[1].tolist() == [looked_at(300 * 300) + 300, 8]
