from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from gradviz.nets.build import build_model
from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import LayerSpec, ModelSpec, RegularizationSpec
from gradviz.spec.problem import SpecError
from gradviz.training.regularization import Penalty, check_penalties

PENALTIES = [(0.1, 0.0), (0.0, 0.2), (0.1, 0.2)]


def network() -> nn.Sequential:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.LayerNorm([2, 2, 2]), nn.Flatten(), nn.Linear(8, 3))
    with torch.no_grad():
        model[3].weight[0, 0] = 0.0
    return model


def layers(model: nn.Sequential) -> list[LayerInfo]:
    return [
        LayerInfo(
            index=index,
            name=f"{type(part).__name__} [{index}]",
            kind=type(part).__name__,
            path=(index,),
            repeat=(),
            module=str(index),
            output_shape=(1,),
            parameters=sum(p.numel() for p in part.parameters()),
        )
        for index, part in enumerate(model)
    ]


def penalty(model: nn.Sequential, **given) -> Penalty:
    return Penalty(RegularizationSpec(**given), model, layers(model))


def loss(model: nn.Module) -> torch.Tensor:
    return model(torch.randn(5, 1, 4, 4, generator=torch.Generator().manual_seed(1))).square().mean()


def norm(gradients: list[torch.Tensor]) -> float:
    return math.sqrt(math.fsum(float(v) ** 2 for gradient in gradients for v in gradient.flatten()))


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"0.weight", "3.weight"}),
        ({"biases": True}, {"0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"}),
        ({"exclude": ("Conv*",)}, {"3.weight"}),
        ({"exclude": ("*[0]", "Lin?ar*"), "biases": True}, {"1.weight", "1.bias"}),
        ({"exclude": ("*",)}, set()),
    ],
)
@pytest.mark.parametrize(("l1", "l2"), PENALTIES)
def test_gradient_and_ratio_are_those_of_the_penalty_in_the_loss(l1, l2, given, names) -> None:
    ours, theirs = network(), copy.deepcopy(network())
    loss(ours).backward()
    ratio = penalty(ours, l1=l1, l2=l2, **given).add_gradient()
    weights = {name: w for name, w in theirs.named_parameters() if name in names}
    term = sum((l1 * w.abs().sum() + l2 * (w**2).sum() for w in weights.values()), torch.zeros(()))
    (loss(theirs) + term).backward(retain_graph=True)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-6, atol=1e-7)
    if not names:
        assert ratio is None
        return
    of_term = list(torch.autograd.grad(term, list(weights.values())))
    of_loss = list(torch.autograd.grad(loss(theirs), list(theirs.parameters())))
    assert ratio == pytest.approx(norm(of_term) / norm(of_loss), rel=1e-6)


def test_without_coefficients_nothing_is_added() -> None:
    model = network()
    assert penalty(model, biases=True).add_gradient() is None
    assert all(p.grad is None for p in model.parameters())


def test_weight_without_a_gradient_is_penalised_and_a_frozen_one_is_not() -> None:
    model = network()
    model[0].weight.requires_grad_(requires_grad=False)
    ratio = penalty(model, l2=0.5).add_gradient()
    assert model[0].weight.grad is None
    torch.testing.assert_close(model[3].weight.grad, model[3].weight.detach())
    assert model[3].bias.grad is None
    assert ratio == math.inf


def test_ratio_says_what_is_not_a_number() -> None:
    model = network()
    loss(model).backward()
    model[3].bias.grad[0] = math.nan
    assert math.isnan(penalty(model, l1=0.1).add_gradient())
    loss(model).backward()
    model[3].bias.grad[0] = math.inf
    assert penalty(model, l1=0.1).add_gradient() == 0.0
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
            parameter.grad = None
    assert math.isnan(penalty(model, l2=0.1).add_gradient())


def test_ratio_of_gradients_too_small_to_square() -> None:
    model = network()
    (loss(model) * 1e-30).backward()
    of_loss = norm([p.grad for p in model.parameters()])
    of_term = 2e-30 * norm([model[0].weight.detach(), model[3].weight.detach()])
    assert penalty(model, l2=1e-30).add_gradient() == pytest.approx(of_term / of_loss, rel=1e-6)


def built() -> tuple[LayerInfo, ...]:
    hidden = LayerSpec(kind="Linear", parameters={"out_features": 4})
    tree = (hidden, LayerSpec(kind="Tanh"), hidden)
    return build_model(ModelSpec(layers=tree), (3,), 4, 0).layers


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("Lineer 1", "matches no layer: did you mean “Linear 1”?"),
        ("Conv*", "matches no layer; there are Linear 1, Linear 2"),
        ("Tanh*", "matches only layers without parameters, such as Tanh 1"),
    ],
)
def test_a_pattern_that_excludes_nothing_is_an_error(pattern: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_penalties(built(), RegularizationSpec(exclude=("Linear*", pattern)))
    assert str(caught.value) == f"regularization.exclude[1]: “{pattern}” {message}"
    check_penalties(built(), RegularizationSpec(exclude=("Linear*", "*2")))
