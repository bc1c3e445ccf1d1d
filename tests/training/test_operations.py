"""The operation and the layer that first gave a value that is not finite, forward and backward."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from gradviz.records.layer import LayerInfo
from gradviz.training.operations import Operations


class Log(nn.Module):
    """−∞ at zero."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.log(torch.relu(x) * 1.0)


class Root(nn.Module):
    """Finite at zero, its slope there is not."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.sqrt(x * 0.0)


class Masked(nn.Module):
    """Infinity that the output shows nothing of, as in attention."""

    def forward(self, x: Tensor) -> Tensor:
        hidden = x.masked_fill(torch.arange(x.shape[1]) > 1, float("-inf"))
        return hidden.softmax(1)


def watched(*modules: nn.Module) -> Operations:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), *modules, nn.Linear(4, 2))
    layers = [
        LayerInfo(
            index=at, name=f"{type(module).__name__} {at}", kind=type(module).__name__, path=(at,), repeat=(),
            module=str(at), output_shape=(4,), parameters=0,
        )
        for at, module in enumerate(model)
    ]  # fmt: skip
    operations = Operations(model, layers)
    with operations.watching():
        loss = model(torch.randn(5, 3)).square().mean()
        operations.end_of_loss(loss)
    operations.run_backward(loss)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model)
    return operations


def test_where_all_is_finite_nothing_is_found_but_the_largest_gain() -> None:
    found = watched(nn.Tanh())
    assert found.forward is found.backward is None
    assert found.anomaly == ""
    assert found.gain is not None
    assert found.gain.factor > 0


def test_the_operation_within_a_layer_is_named() -> None:
    found = watched(Log())
    assert found.forward is not None
    assert (found.forward.layer, found.forward.value) == ("Log 1", "Inf")
    assert found.forward.operation == "torch.log"


def test_masks_of_infinity_are_no_finding() -> None:
    found = watched(Masked())
    assert found.forward is found.backward is None


def test_a_backward_pass_that_alone_breaks_is_found_with_its_layer() -> None:
    found = watched(Root())
    assert found.forward is None
    assert found.backward is not None
    assert found.backward.operation == "SqrtBackward0"
    assert found.backward.layer == "Root 1"
    assert found.backward.value == "Inf"
    assert "nan values" in found.anomaly  # 0 · ∞, one node further


class Twice(nn.Module):
    """Computed twice, by either of torch's kinds of checkpointing."""

    def __init__(self, inside: nn.Module, *, reentrant: bool) -> None:
        super().__init__()
        self.inside, self.reentrant = inside, reentrant

    def forward(self, x: Tensor) -> Tensor:
        return checkpoint(self.inside, x, use_reentrant=self.reentrant)


@pytest.mark.parametrize("reentrant", [False, True])
def test_what_is_computed_twice_is_looked_at_as_well(reentrant: bool) -> None:
    found = watched(Twice(Root(), reentrant=reentrant))
    assert found.forward is None
    assert found.backward is not None
    assert found.backward.layer == "Twice 1"
    # in a graph of its own what is infinite is seen where it becomes NaN
    assert found.backward.operation == ("MulBackward0" if reentrant else "SqrtBackward0")
    found = watched(Twice(Log(), reentrant=reentrant))
    assert found.forward is not None
    assert (found.forward.operation, found.forward.layer) == ("torch.log", "Twice 1")


def test_a_part_that_is_computed_twice_is_no_part_of_the_layer_after_it() -> None:
    model = nn.Sequential(nn.Linear(3, 4), Twice(Root(), reentrant=True), nn.Linear(4, 2))
    named = (("Linear 0", "0"), ("Root 1", "1.inside"), ("Linear 2", "2"))
    layers = [
        LayerInfo(
            index=at,
            name=name,
            kind=name,
            path=(at,),
            repeat=(),
            module=module,
            output_shape=(4,),
            parameters=0,
        )
        for at, (name, module) in enumerate(named)
    ]
    operations = Operations(model, layers)
    with operations.watching():
        loss = model(torch.randn(5, 3)).square().mean()
    operations.run_backward(loss)
    assert operations.backward is not None
    assert operations.backward.layer == "a part that is computed twice"


def test_the_gain_is_that_of_the_operation_that_enlarges_most() -> None:
    class Steep(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 1e6

    found = watched(nn.Tanh(), Steep())
    assert found.gain is not None
    assert (found.gain.operation, found.gain.layer) == ("MulBackward0", "Steep 2")
    assert found.gain.factor == pytest.approx(1e6, rel=1e-5)


def test_gradients_of_parameters_are_no_gain() -> None:
    class Loud(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 0.0 + 1e6  # the weight gradients of the next layer are large, nothing else

    found = watched(Loud())
    assert found.gain is not None
    assert (found.gain.operation, found.gain.layer) == ("PowBackward0", None)  # the loss is a square


def test_another_error_of_the_backward_pass_is_not_swallowed() -> None:
    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def backward(ctx: object, gradient: Tensor) -> Tensor:
            raise RuntimeError("broken")

    class Layer(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return Broken.apply(x)

    with pytest.raises(RuntimeError, match="broken"):
        watched(Layer())
