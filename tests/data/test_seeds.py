from __future__ import annotations

import itertools

from gradviz.data.seeds import Purpose, stream, torch_seed


def test_streams_of_different_purposes_differ() -> None:
    firsts = {float(stream(0, purpose).random()) for purpose in Purpose}
    assert len(firsts) == len(Purpose)


def test_streams_are_the_same_in_every_version() -> None:
    assert stream(0, Purpose.ORDER, 1).permutation(8).tolist() == [6, 5, 3, 2, 7, 0, 1, 4]


def test_torch_seed_fits_and_differs() -> None:
    seeds = [torch_seed(seed, purpose) for seed, purpose in itertools.product((0, 2**63 - 1), Purpose)]
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert len(set(seeds)) == len(seeds)
