"""A block in a network, its module, and its weights carried to a module written out in plain torch."""

import pytest
import torch

from gradviz.nets.build import build_model, inspect_model
from gradviz.spec.experiment import LayerSpec, ModelSpec

END = (LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"}))


@pytest.fixture(scope="session")
def refused():
    """What is said about a block that does not take `shape`."""

    def find(spec, shape):
        [problem] = inspect_model(ModelSpec(layers=(spec, *END)), shape, 7).problems
        return problem.message

    return find


@pytest.fixture(scope="session")
def leaves():
    """Name, kind and module path of the layers inside a block that takes `shape`."""

    def find(spec, shape):
        inspection = inspect_model(ModelSpec(layers=(spec, *END)), shape, 7)
        assert not inspection.problems
        return inspection.layers[:-2]

    return find


@pytest.fixture(scope="session")
def twins():
    """The block's module and `twin` with the same weights, order for order, and random statistics."""

    def make(spec, shape, twin, seed=3):
        block = build_model(ModelSpec(layers=(spec, *END)), shape, 7, seed).model[0]
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for value in block.parameters():
                value.add_(torch.randn(value.shape, generator=generator), alpha=0.1)
            for name, value in block.named_buffers():
                if value.is_floating_point():
                    noise = torch.rand(value.shape, generator=generator)
                    value.copy_(noise if "mean" in name else noise + 0.5)
        ours, theirs = block.state_dict(), twin.state_dict()
        assert [v.shape for v in ours.values()] == [v.shape for v in theirs.values()]
        twin.load_state_dict(dict(zip(theirs, ours.values(), strict=True)))
        return block, twin

    return make


@pytest.fixture(scope="session")
def agree():
    """Whether two modules give the same in training and in evaluation, and the same gradients."""

    def compare(one, other, shape, batch=4, tolerance=1e-5):
        for training in (False, True):
            results = []
            for module in (one, other):
                module.train(training).zero_grad()
                x = torch.randn(batch, *shape, generator=torch.Generator().manual_seed(1), requires_grad=True)
                torch.manual_seed(5)
                y = module(x)
                (y * torch.linspace(-1, 1, y.numel()).view(y.shape)).sum().backward()
                results.append([y.detach(), x.grad, *(p.grad for p in module.parameters())])
            for a, b in zip(*results, strict=True):
                torch.testing.assert_close(a, b, atol=tolerance, rtol=1e-4)

    return compare
