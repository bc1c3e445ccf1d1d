import pytest
import torch
from torch import nn

from gradviz.nets.initializers import initialize


@pytest.mark.parametrize("module", [nn.Linear(5, 3), nn.Linear(3, 5, bias=False)], ids=str)
def test_eye_is_torchs(module):
    initialize([module], "eye", {}, seed=0)
    assert torch.equal(module.weight, nn.init.eye_(torch.empty_like(module.weight)))


def test_eye_goes_into_every_gate():
    module = nn.LSTM(4, 4)
    initialize([module], "eye", {}, seed=0)
    assert all(torch.equal(gate, torch.eye(4)) for gate in module.weight_hh_l0.chunk(4))


@pytest.mark.parametrize(
    "module",
    [nn.Conv1d(3, 5, 3), nn.Conv2d(4, 4, 3, groups=2), nn.Conv2d(6, 3, (1, 5)), nn.Conv3d(2, 2, 3)],
    ids=str,
)
def test_dirac_is_torchs_group_by_group(module):
    initialize([module], "dirac", {}, seed=0)
    expected = nn.init.dirac_(torch.empty_like(module.weight), module.groups)
    assert torch.equal(module.weight, expected)


def test_a_dirac_convolution_hands_on_its_channels():
    module = nn.Conv2d(4, 4, 3, padding=1, groups=2)
    initialize([module], "dirac", {}, seed=0)
    x = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(module(x), x)


@pytest.mark.parametrize(
    ("name", "module"),
    [("eye", nn.Conv2d(2, 2, 3)), ("sparse", nn.Conv1d(2, 2, 3)), ("dirac", nn.Linear(2, 2))],
    ids=str,
)
def test_what_it_cannot_set_keeps_torchs_start(name, module):
    before = [p.detach().clone() for p in module.parameters()]
    initialize([module], name, {}, seed=0)
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))


@pytest.mark.parametrize(("sparsity", "zeros"), [(0.9, 180), (0.5, 100), (0, 0), (1, 200), (0.123, 25)])
def test_sparse_leaves_as_many_weights_of_each_column_as_torchs(sparsity, zeros):
    module = nn.Linear(300, 200)
    initialize([module], "sparse", {"sparsity": sparsity, "std": 0.5}, seed=0)
    twin = nn.init.sparse_(torch.empty(200, 300), sparsity, 0.5)
    assert (module.weight == 0).sum(0).tolist() == [zeros] * 300 == (twin == 0).sum(0).tolist()
    if zeros < 200:
        assert module.weight[module.weight != 0].std().item() == pytest.approx(0.5, rel=0.02)
    if 0 < zeros < 200:
        assert not torch.equal(module.weight[:, 0] == 0, module.weight[:, 1] == 0)


def test_sparse_asks_the_generator_alone():
    one, two = nn.Linear(30, 20), nn.Linear(30, 20)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        initialize([one], "sparse", {}, seed=5)
        torch.manual_seed(2)
        initialize([two], "sparse", {}, seed=5)
    assert torch.equal(one.weight, two.weight)


@pytest.mark.parametrize(("a", "b"), [(-0.5, 1.5), (1.5, -0.5)])
def test_a_truncated_normal_stays_within_its_limits_in_whichever_order(a, b):
    module = nn.Linear(300, 200)
    initialize([module], "trunc_normal", {"mean": 0.2, "a": a, "b": b}, seed=0)
    expected = nn.init.trunc_normal_(
        torch.empty(200, 300), 0.2, 1.0, -0.5, 1.5, generator=torch.Generator().manual_seed(0)
    )
    assert torch.equal(module.weight, expected)
    assert module.weight.min() >= -0.5
    assert module.weight.max() <= 1.5


def test_limits_far_from_the_mean_are_no_warning():
    module = nn.Linear(30, 20)
    initialize([module], "trunc_normal", {"a": 50, "b": 60}, seed=0)
    assert module.weight.isfinite().all()
    assert ((module.weight >= 50) & (module.weight <= 60)).all()
