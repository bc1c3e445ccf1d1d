from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import LossSpec
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.loss import build_objective, describe_experiment, losses
from gradviz.training.run import train
from gradviz.training.validation import validate

CLASSES = DataInfo(input_shape=(3,), classes=4, samples=10)
TWO = replace(CLASSES, classes=2)
YES_OR_NO = replace(CLASSES, classes=1, task=Task.BINARY)
NUMBERS = replace(CLASSES, classes=3, task=Task.REGRESSION)
TEXT = DataInfo(input_shape=(5,), classes=6, samples=10, vocabulary=6, per_position=True)
EVERY = (CLASSES, TWO, YES_OR_NO, NUMBERS, TEXT)


def spec(name: str, **parameters) -> LossSpec:
    return LossSpec(name=name, parameters=parameters)


def sample(info: DataInfo, n: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    """An output of the network, and targets, as a `DataSet` holds them."""
    generator = torch.Generator().manual_seed(3)
    output = 3 * torch.randn(n, *info.output_shape, generator=generator)
    if info.task is Task.REGRESSION:
        return output, torch.randn(n, *info.output_shape, generator=generator)
    classes = 2 if info.task is Task.BINARY else info.classes
    return output, torch.randint(classes, (n, *info.output_shape[:-1]), generator=generator)


def slow(name: str, output: list, target, **own) -> float:
    """The loss of one row, by its definition."""
    if name == "cross_entropy":
        smoothing = own.get("label_smoothing", 0.0)
        log = [v - math.log(sum(math.exp(w) for w in output)) for v in output]
        return -(1 - smoothing) * log[target] - smoothing * sum(log) / len(log)
    if name == "binary_cross_entropy":
        p = 1 / (1 + math.exp(-output[0]))
        return -math.log(p if target else 1 - p)
    differences = [abs(a - b) for a, b in zip(output, target, strict=True)]
    delta = own.get("delta", 1.0)
    form = {
        "mse": lambda d: d * d,
        "mae": lambda d: d,
        "huber": lambda d: d * d / 2 if d <= delta else delta * (d - delta / 2),
    }[name]
    return sum(map(form, differences)) / len(differences)


CASES = [
    (CLASSES, spec("cross_entropy")),
    (CLASSES, spec("cross_entropy", label_smoothing=0.1)),
    (YES_OR_NO, spec("cross_entropy")),
    (TEXT, spec("cross_entropy", label_smoothing=0.5)),
    (TWO, spec("binary_cross_entropy")),
    (YES_OR_NO, spec("binary_cross_entropy")),
    (NUMBERS, spec("mse")),
    (NUMBERS, spec("mae")),
    (NUMBERS, spec("huber")),
    (NUMBERS, spec("huber", delta=0.3)),
]


def test_every_loss_has_a_case() -> None:
    assert {loss.name for _, loss in CASES} == set(losses) - {"auto"}


@pytest.mark.parametrize(("data", "loss"), CASES)
def test_loss_is_the_mean_of_its_definition(data, loss) -> None:
    objective = build_objective(loss, data)
    output, targets = sample(objective.info)
    rows = output.reshape(-1, output.shape[-1]).tolist()
    kept = targets.reshape(len(rows), -1).tolist()
    wanted = [
        slow(loss.name, row, target if data.task is Task.REGRESSION else target[0], **loss.parameters)
        for row, target in zip(rows, kept, strict=True)
    ]
    mean = objective(output, targets)[0].item()
    assert mean == pytest.approx(sum(wanted) / len(wanted), rel=1e-5)
    total = objective(output, targets, reduction="sum")[0].item()
    assert total == pytest.approx(mean * targets.numel(), rel=1e-5)


@pytest.mark.parametrize(("data", "loss"), CASES)
def test_correct_is_counted_one_by_one(data, loss) -> None:
    objective = build_objective(loss, data)
    if not objective.has_accuracy:
        assert data.task is Task.REGRESSION
        return
    output, targets = sample(objective.info, n=40)
    right = 0
    for row, target in zip(
        output.reshape(-1, output.shape[-1]).tolist(), targets.flatten().tolist(), strict=True
    ):
        right += (row.index(max(row)) if len(row) > 1 else int(row[0] > 0)) == target
    assert 0 < right < targets.numel()
    _, *rows = objective(output, targets)
    assert int(objective.correct(*rows)) == right


@pytest.mark.parametrize(
    ("data", "usual"),
    [
        (CLASSES, "cross_entropy"),
        (TWO, "cross_entropy"),
        (YES_OR_NO, "binary_cross_entropy"),
        (NUMBERS, "mse"),
        (TEXT, "cross_entropy"),
    ],
)
def test_auto_is_the_usual_one(data, usual) -> None:
    assert build_objective(LossSpec(), data) == build_objective(spec(usual), data)
    assert build_objective(LossSpec(), data).info == data


def test_two_classes_by_a_single_score() -> None:
    objective = build_objective(spec("binary_cross_entropy"), TWO)
    assert objective.info == YES_OR_NO
    assert objective.info.output_shape == (1,)
    back = build_objective(spec("cross_entropy"), YES_OR_NO)
    assert back.info == TWO


@pytest.mark.parametrize(
    ("data", "loss", "message"),
    [
        (
            CLASSES,
            spec("mse"),
            "mse is for numbers, and these data have 4 classes: use cross_entropy or auto",
        ),
        (
            YES_OR_NO,
            spec("huber"),
            "huber is for numbers, and these data have 2 classes: use cross_entropy or auto",
        ),
        (
            NUMBERS,
            spec("cross_entropy"),
            "cross_entropy is for classes, and the targets of these data are numbers: use mse or auto",
        ),
        (
            NUMBERS,
            spec("binary_cross_entropy"),
            (
                "binary_cross_entropy is for two classes, and the targets of these data are numbers: "
                "use mse or auto"
            ),
        ),
        (
            CLASSES,
            spec("binary_cross_entropy"),
            "binary_cross_entropy is for two classes, and these data have 4: use cross_entropy or auto",
        ),
        (CLASSES, spec("cross_entropi"), "no loss is called “cross_entropi”: did you mean “cross_entropy”?"),
        (NUMBERS, spec("huber", delta=0), "must be above 0, not 0"),
        (NUMBERS, spec("huber", delta=math.nan), "must be a finite number, not nan"),
        (CLASSES, spec("cross_entropy", label_smoothing=1.0), "must be at least 0 and below 1, not 1.0"),
        (CLASSES, spec("cross_entropy", label_smoothing=-0.1), "must be at least 0 and below 1, not -0.1"),
    ],
)
def test_loss_that_does_not_go_with_the_data_is_said_at_the_loss(data, loss, message) -> None:
    with pytest.raises(SpecError) as caught:
        build_objective(loss, data)
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.keys[0] == "loss"


@pytest.mark.parametrize(("data", "loss"), CASES)
def test_validation_is_all_at_once(data, loss, monkeypatch) -> None:
    monkeypatch.setattr("gradviz.training.validation._MOST_SAMPLES", 6)
    objective = build_objective(loss, data)
    output, targets = sample(objective.info, n=20)
    score = validate(torch.nn.Identity(), output, targets, objective)
    assert score.loss == pytest.approx(objective(output, targets)[0].item(), rel=1e-5)
    assert (score.accuracy is None) == (data.task is Task.REGRESSION)
    plain = build_objective(
        spec(loss.name, **{k: v for k, v in loss.parameters.items() if k == "delta"}), data
    )
    assert score.nats == pytest.approx(plain(output, targets)[0].item(), rel=1e-5)


def test_a_run_by_a_single_score_learns_and_has_an_accuracy(bench, experiment) -> None:
    asked = experiment(steps=40, loss=spec("binary_cross_entropy"))
    assert describe_experiment(asked).classes == 1
    status, reader = bench.train(asked)
    assert status.finish == "completed", status.reason
    assert reader.info.layers[-1].output_shape == (1,)
    first, last = (float(reader.at("train_loss", step)[1][0]) for step in (0, 39))
    assert last < first
    assert float(reader.at("train_accuracy", 39)[1][0]) > 0.7
    assert reader.sample_at("val_accuracy", 39)[1][0] > 0.7


def test_a_loss_that_does_not_fit_ends_the_run_before_it_begins(experiment, tmp_path) -> None:
    status = train(experiment(loss=spec("mse")), tmp_path / "run.db", RunControl(), run_id="x")
    assert status.finish == "failed"
    assert status.reason.startswith("loss.name: mse is for numbers")
