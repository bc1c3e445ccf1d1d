"""Recorded runs of every shape that a picture must stand: made with the real writer, without torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from gradviz.records import histogram
from gradviz.records.layer import LayerInfo
from gradviz.records.parts import PART_NORM, LayerParts, width_of
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus, SeriesInfo
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.json_codec import to_raw


def layer(index: int, name: str | None = None) -> LayerInfo:
    """A Linear inside a Repeat, as the vanishing example has them."""
    return LayerInfo(
        index=index,
        name=name or f"Linear {index + 1}",
        kind="Linear",
        path=(1, 0),
        repeat=(index,),
        module=f"1.{index}.0",
        output_shape=(64,),
        parameters=4160,
    )


def _model(layers: int) -> ModelSpec:
    """The layer tree of those layers."""
    linear = LayerSpec(kind="Linear", parameters={"out_features": 64})
    repeat = LayerSpec(kind="Repeat", parameters={"times": layers}, body=(linear,))
    return ModelSpec(layers=(LayerSpec(kind="Flatten"), repeat))


def run_info(
    run_id: str,
    layers: int,
    steps: int,
    *,
    clipped: bool,
    network: tuple[LayerInfo, ...] = (),
    numbers: tuple[str, ...] = (),
    accuracy: bool = True,
    parts: tuple[LayerParts, ...] = (),
) -> RunInfo:
    """What is known at a run's start; `network` are the layers of a true network, by default made up."""
    series = [("train_loss", 1), *[("train_accuracy", 1)] * accuracy, ("grad_norm", layers)]
    if clipped:
        series.append(("grad_norm_clipped", layers))
    series += [(quantity, 1) for quantity in numbers]
    if parts:
        series.append((PART_NORM, width_of(parts)))
    return RunInfo(
        id=run_id,
        name="Vanishing",
        created="2026-01-01T00:00:00+00:00",
        experiment=to_raw(ExperimentSpec(model=ModelSpec() if network else _model(layers))),
        layers=network or tuple(layer(index) for index in range(layers)),
        series=tuple(SeriesInfo(quantity=quantity, width=width) for quantity, width in series),
        steps=steps,
        steps_per_epoch=23,
        device="cpu",
        parts=parts,
    )


def record(
    path: Path,
    *,
    run_id: str = "run",
    layers: int = 21,
    steps: int = 100,
    done: int | None = None,
    clipped: bool = False,
    non_finite_from: int | None = None,
    zero_rows: int = 0,
    finish: bool = True,
    network: tuple[LayerInfo, ...] = (),
    numbers: Mapping[str, Callable[[int], float]] = MappingProxyType({}),
    events: Sequence[tuple[int, str, str | None, dict[str, Any]]] = (),
    accuracy: bool = True,
    passing: Callable[[RunWriter, int], None] | None = None,
    weakest: float = -12,
    first_loss: float = 2.3,
    speed: float = 1,
    names: tuple[str, ...] = (),
    parts: tuple[LayerParts, ...] = (),
    every: int = 20,
) -> RunStatus:
    """Record `done` of `steps` steps; from `non_finite_from` on everything is NaN, Inf just before.

    `numbers` are further series of one number, a function of the step each; `events` are (step, kind, layer,
    detail). `passing` records what is measured while a batch passes, at every 20th step. The norms rise from
    10^`weakest` to the last layer, `first_loss` and `speed` tell how it learns, `names` are those of
    made-up layers. `parts` are the gates and heads that some of them have. `every` so many steps the
    weights are measured, and half as often their histograms are taken.
    """
    layers = sum(1 for info in network if info.parameters) or layers
    count = steps if done is None else done
    random = np.random.default_rng(0)
    network = network or tuple(layer(index, name) for index, name in enumerate(names))
    layers = len(names) or layers
    writer = RunWriter.create(
        path,
        run_info(
            run_id,
            layers,
            steps,
            clipped=clipped,
            network=network,
            numbers=tuple(numbers),
            accuracy=accuracy,
            parts=parts,
        ),
    )
    _add_events(writer, events)
    depth = np.linspace(weakest, -0.5, layers)
    for step in range(count):
        further = [number(step) for number in numbers.values()]
        norms = 10 ** (
            depth + 0.6 * np.sin(step / 90 + np.arange(layers) / 5) + random.normal(0, 0.12, layers)
        )
        norms[:zero_rows] = 0
        loss = first_loss * np.exp(-step * speed / 300) + random.normal(0, 0.04)
        share = np.clip(1 - 0.9 * np.exp(-step * speed / 300) + random.normal(0, 0.02), 0, 1)
        if non_finite_from is not None and step >= non_finite_from - 10:
            norms[: layers // 2] = np.inf
        if non_finite_from is not None and step >= non_finite_from:
            norms[:] = np.nan
            loss = np.nan
        first = [loss, share] if accuracy else [loss]
        clip = np.minimum(norms, 1e-3) if clipped else []
        row = np.concatenate([first, norms, clip, further, _part_norms(step, parts)])
        writer.append(step, row.astype(np.float32))
        if step % 23 == 0:
            writer.sample("val_loss", step, [loss * 1.05 + 0.05])
            if accuracy:
                writer.sample("val_accuracy", step, [share * 0.97])
            writer.sample("measuring_cost", step, [0.031])
            writer.sample("steps_per_second", step, [371.0])
        if passing is not None and step % 20 == 0:
            passing(writer, step)
        broken = bool(np.isnan(loss))
        _sample_weights(writer, step, layers, random, zero_rows=zero_rows, broken=broken, every=every)
    if non_finite_from is not None and count > non_finite_from:
        writer.event(non_finite_from, "nonfinite", layer(3).name, direction="forward")
    if count > 60:
        writer.event(60, "learning_rate", None, before=0.1, lr=0.05)
    writer.commit()
    status = RunStatus(state=RunState.RUNNING, steps=count)
    if finish and count == steps:
        status = RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=count)
        writer.finish(status)
    else:
        writer.set_status(status)
        writer.commit()
    writer.close()
    return status


def _add_events(writer: RunWriter, events: Sequence[tuple[int, str, str | None, dict[str, Any]]]) -> None:
    for at, kind, name, detail in events:
        writer.event(at, kind, name, **detail)


def _part_norms(step: int, parts: Sequence[LayerParts]) -> np.ndarray:
    """Each kind of parts fans out over three powers of ten."""
    fans = [np.linspace(-1, -4, len(each.names)) for each in parts]
    places = np.concatenate([[], *fans])
    return 10 ** (places + 0.4 * np.sin(step / 70 + np.arange(len(places)) * 1.3) - step / 1000)


def _sample_weights(
    writer: RunWriter,
    step: int,
    layers: int,
    random: np.random.Generator,
    *,
    zero_rows: int,
    broken: bool,
    every: int,
) -> None:
    if step % every == 0:
        _sample_ratios(writer, step, layers, zero_rows, broken=broken)
    if step % (2 * every) == 0:
        _sample_histograms(writer, step, layers, random, broken=broken)


def _sample_ratios(writer: RunWriter, step: int, layers: int, zero_rows: int, *, broken: bool) -> None:
    """Weights grow a little; what moves them is small in early layers, as the gradients are."""
    weights = np.full(layers, 5.0) + np.arange(layers) / layers + step / 2000
    ratios = 10 ** (np.linspace(-9, -2, layers) + 0.3 * np.sin(step / 90 + np.arange(layers) / 5))
    ratios[:zero_rows] = 0
    if broken:
        weights[:], ratios[:] = np.nan, np.nan
    writer.sample("weight_norm", step, weights.astype(np.float32))
    writer.sample("update_ratio", step, ratios.astype(np.float32))


def _sample_histograms(
    writer: RunWriter, step: int, layers: int, random: np.random.Generator, *, broken: bool
) -> None:
    for index in range(0, layers, max(1, layers // 30)):
        weights = random.normal(0, 0.12, 4160)
        gradients = random.normal(0, 1, 4160) * 10.0 ** random.normal(-12 + 11 * index / layers, 0.5, 4160)
        gradients[:160] = 0
        if broken:
            gradients[200:1400] = np.nan
            gradients[1400:1440] = np.inf
        writer.sample("weight_histogram", step, histogram.count(weights), layer=index)
        writer.sample("gradient_histogram", step, histogram.count(gradients), layer=index)
