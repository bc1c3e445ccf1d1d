"""The screens of the left panel: data, training with every group, what is wrong in them, their dialogs."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from screen_stage import NORMAL, SMALL, Prepare, ready, settle, show

from gradviz.control.engine_state import EngineState, InspectionReply, RangeTested
from gradviz.control.run_entry import RunEntry
from gradviz.data.table import preview
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    GroupSpec,
    RegularizationSpec,
    ScheduleSpec,
    SeedsSpec,
    StartSpec,
)
from gradviz.views.main_window import MainWindow
from gradviz.views.range_test.dialog import RangeTestDialog

Change = Callable[[ExperimentSpec], ExperimentSpec]
HOUSES = [
    f"h{n},{60 + n * 7 % 90},{2 + n % 4},{('gas', 'oil')[n % 2]},19{50 + n % 49},{100 + n * 13 % 70}\n"
    for n in range(120)
]
_DATA, _TRAINING, _NOTES = 1, 2, 3


def panel_screens(finished: RunEntry) -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of each."""
    yield "data", panel(_DATA), NORMAL
    yield "data-augmentation", panel(_DATA, change=augmented, unfold=augmentation), NORMAL
    for name in ("image_folder", "text", "random"):
        yield f"data-{name}", panel(_DATA, change=with_data(name)), NORMAL
    yield "data-table", data_table, NORMAL
    yield "data-error", data_error, NORMAL
    yield "training-panel", panel(_TRAINING), NORMAL
    yield "training-small", panel(_TRAINING), SMALL
    yield "training-set", panel(_TRAINING, change=all_set), NORMAL
    for group in ("loss", "regularization", "groups", "start", "numbers", "stopping", "seeds", "measuring"):
        yield f"training-{group}", panel(_TRAINING, group, change=all_set), NORMAL
    yield "training-more", panel(_TRAINING, change=all_set, unfold=more), NORMAL
    yield "training-groups-none", panel(_TRAINING, "groups"), NORMAL
    yield "training-wrong", panel(_TRAINING, "regularization", change=wrong, unfold=more), NORMAL
    yield "training-running", training(finished), NORMAL
    yield "threshold", proposal(finished), NORMAL
    yield "threshold-none", no_proposal, NORMAL
    yield "range-running", range_test(None), NORMAL
    yield "range-found", range_test(found()), NORMAL
    yield "range-flat", range_test(flat()), NORMAL
    yield (
        "range-error",
        range_test(RangeTested(id=0, error="Batch 1 has labels above 9; the model has 10 classes.")),
        NORMAL,
    )
    yield "notes", panel(_NOTES), NORMAL


def panel(number: int, *groups: str, change: Change | None = None, unfold: Prepare | None = None) -> Prepare:
    """An unfolded section, of the training panel with unfolded groups."""

    def prepare(shown: MainWindow) -> QWidget:
        document = shown.document
        if change is not None:
            document.edit(change(document.experiment), "picture")
        ready(shown)
        shown.left.sections[number].set_open(is_open=True)
        settle()
        training = shown.left.training
        for name in groups:
            training.sections[getattr(training, name)].set_open(is_open=True)
        if unfold is not None:
            unfold(shown)
        return shown

    return prepare


def all_set(spec: ExperimentSpec) -> ExperimentSpec:
    """An experiment in which little is as usual."""
    groups = (
        GroupSpec(layers="Linear ?", frozen=True, unfreeze_at=500),
        GroupSpec(layers="Linear 1?", lr_factor=0.1),
        GroupSpec(layers="Linear 21", lr_factor=2.0),
    )
    return replace(
        spec,
        optimizer=replace(
            spec.optimizer, name="AdamW", lr=3e-4, parameters={"weight_decay": 0.1}, groups=groups
        ),
        schedule=ScheduleSpec(name="cosine", warmup=100),
        clip=ClipSpec(method="global_norm", parameters={"threshold": 0.5}),
        regularization=RegularizationSpec(l2=1e-4, max_norm=3.0, exclude=("Linear 21", "Linear 1?")),
        training=replace(spec.training, precision="bfloat16", accumulate=4, patience=5, keep_best=True),
        seeds=SeedsSpec(data=7),
        start=StartSpec(session="/home/ada/networks/digits 0 to 4.gradviz", weights="best"),
    )


def wrong(spec: ExperimentSpec) -> ExperimentSpec:
    """What a file may hold that no field would have taken."""
    return replace(
        spec,
        optimizer=replace(spec.optimizer, parameters={"momentum": -0.9, "momentun": 0.9}),
        clip=ClipSpec(method="global_norm", parameters={"threshold": 0}),
        regularization=replace(spec.regularization, l2=-1.0),
    )


def augmented(spec: ExperimentSpec) -> ExperimentSpec:
    """Images that are changed at random."""
    return replace(spec, augmentation=AugmentationSpec(shift=1, flip=True, noise=0.1))


def with_data(name: str) -> Change:
    """Another data set, as it is when it has just been chosen."""
    return lambda spec: replace(spec, data=DataSpec(name=name))


def augmentation(shown: MainWindow) -> QWidget:
    """The folded group for images."""
    shown.left.data.augmentation_section.set_open(is_open=True)
    return shown


def more(shown: MainWindow) -> QWidget:
    """What is folded under the optimizer and clipping."""
    for part in (shown.left.training.optimizer, shown.left.training.clipping):
        part.choice.more.set_open(is_open=True)
    return shown


def data_table(shown: MainWindow) -> QWidget:
    """A table file and its columns."""
    path = Path(tempfile.mkdtemp()) / "houses.csv"
    path.write_text("id,area,rooms,heating,built,price\n" + "".join(HOUSES))
    data = DataSpec(name="table", parameters={"path": str(path), "target": "price"})
    panel(_DATA, change=lambda spec: replace(spec, data=data))(shown)
    shown.left.data.show_table(preview(data.parameters))
    return shown


def data_error(shown: MainWindow) -> QWidget:
    """A file that cannot be used."""
    panel(_DATA)(shown)
    said = "/home/ada/prices.csv, line 812: “n/a” in the column “price” is no number. Leave the column out."
    shown.host.inspected.emit(InspectionReply(id=0, error=said, where="data"))
    return shown


def training(entry: RunEntry) -> Prepare:
    """The panel while a run is going on."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown, EngineState.TRAINING)
        show(shown, entry)
        shown.left.sections[_TRAINING].set_open(is_open=True)
        return shown

    return prepare


def proposal(entry: RunEntry) -> Prepare:
    """A threshold from the shown run's norms."""

    def prepare(shown: MainWindow) -> QWidget:
        panel(_TRAINING, change=all_set)(shown)
        show(shown, entry)
        part = shown.left.training.clipping
        if part.propose is not None:
            part.propose.click()
        return shown

    return prepare


def no_proposal(shown: MainWindow) -> QWidget:
    """A run that says nothing about a threshold."""
    panel(_TRAINING, change=all_set)(shown)
    said = "Only 6 steps have norms that are finite and settled; at least 20 are needed."
    shown.left.training.clipping.show_proposal(None, said)
    return shown


def range_test(answer: RangeTested | None) -> Prepare:
    """The dialog, with an answer or still waiting for it."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        dialog = RangeTestDialog("SGD", 0.1, shown)
        dialog.show()
        if answer is not None:
            dialog.show_answer(answer)
        return dialog

    return prepare


def found() -> RangeTested:
    """A loss that stands still, falls and explodes."""
    rates = tuple(10 ** (-7 + 8 * step / 199) for step in range(170))
    smoothed = tuple(
        2.3 - 1.6 / (1 + math.exp(-2.2 * (math.log10(r) + 3))) + 40 * max(0.0, r - 0.4) ** 2 for r in rates
    )
    losses = tuple(
        loss * (1 + 0.05 * math.sin(7.3 * step) * math.cos(3.1 * step)) for step, loss in enumerate(smoothed)
    )
    return RangeTested(
        id=0,
        rates=rates,
        losses=losses,
        smoothed=smoothed,
        steepest=1e-3,
        lowest=0.32,
        proposal=0.032,
        sentence="The loss falls fastest at 0.001 and is lowest at 0.32, after which it rises: take 0.032, a "
        "tenth of that, clear of the rise.",
    )


def flat() -> RangeTested:
    """A loss that never falls."""
    rates = tuple(10 ** (-7 + 8 * step / 199) for step in range(200))
    losses = tuple(2.3 + 0.02 * math.sin(5.7 * step) for step in range(200))
    return RangeTested(
        id=0,
        rates=rates,
        losses=losses,
        smoothed=(2.3,) * 200,
        sentence="The loss does not fall at any rate from 1e-07 to 10. If a wider range does not help, the "
        "network cannot learn as it is: its gradients may vanish or explode.",
    )
